"""How an API says that there are more rows, and how the next page is asked for.

Fields are dotted paths into the answer, such as `meta.next`. Parameters stand in the query, or in the body of a POST,
where their names are dotted paths too.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contracts.sources.authentication import Declared, HeaderName, ParameterName
from contracts.sources.source import FieldPath


class Sized(Declared):
    """Paging whose pages may be asked for in a size: the parameter that takes the contract's `pageRows`."""

    size_parameter: ParameterName | None = None

    @property
    def own_parameters(self) -> tuple[str, ...]:
        """The parameters that it sets."""
        named = (getattr(self, "parameter", None), self.size_parameter)
        return tuple(name for name in named if name)

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of an answer's body that it reads: one at most."""
        names = ("field", "total_field", "pages_field", "more_field")
        return tuple(field for name in names if (field := getattr(self, name, None)))


class CursorPaging(Sized):
    """Each page has a cursor in a field or in a header, which asks for the next one; the last page has none."""

    type: Literal["cursor"]
    field: FieldPath | None = None
    header: HeaderName | None = None
    parameter: ParameterName = "cursor"

    @model_validator(mode="after")
    def _has_one_place(self) -> Self:
        if (self.field is None) == (self.header is None):
            raise ValueError("a cursor is either in a field or in a header: declare one of them")
        return self


class PagePaging(Sized):
    """Pages are numbered from `first_page`.

    The last is the one that `more_field` (true or false), `pages_field` (how many pages) or `total_field` (how many
    rows) tells, or else the first that is empty.
    """

    type: Literal["page"]
    parameter: ParameterName = "page"
    first_page: int = Field(default=1, ge=0)
    more_field: FieldPath | None = None
    pages_field: FieldPath | None = None
    total_field: FieldPath | None = None

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        if len(self.fields) > 1:
            raise ValueError("moreField, pagesField and totalField may contradict each other: declare one of them")
        return self


class OffsetPaging(Sized):
    """Pages begin behind so many rows; the last one is told as with page numbers, or is the first empty one."""

    type: Literal["offset"]
    parameter: ParameterName = "offset"
    more_field: FieldPath | None = None
    total_field: FieldPath | None = None

    @model_validator(mode="after")
    def _has_one_end(self) -> Self:
        if len(self.fields) > 1:
            raise ValueError("moreField and totalField may contradict each other: declare one of them")
        return self


class LinkPaging(Sized):
    """Each page has the URL of the next one in a `Link` header with `rel="next"` (RFC 8288)."""

    type: Literal["link"]


class NextUrlPaging(Sized):
    """Each page has the URL of the next one in a field."""

    type: Literal["nextUrl"]
    field: FieldPath


class NoPaging(Sized):
    """One answer has all rows."""

    type: Literal["none"]

    @model_validator(mode="after")
    def _has_no_size(self) -> Self:
        if self.size_parameter:
            raise ValueError("without pages a size would cut the answer off: leave sizeParameter out")
        return self


Paging = Annotated[
    CursorPaging | PagePaging | OffsetPaging | LinkPaging | NextUrlPaging | NoPaging, Field(discriminator="type")
]
