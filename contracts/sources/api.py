"""An HTTP API as a source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Literal, Self

from pydantic import model_validator
from pydantic.alias_generators import to_camel

from contracts.odcs import Custom
from contracts.sources.authentication import ApiKey, Authentication, Declared, ParameterName
from contracts.sources.paging import CursorPaging, Paging
from contracts.sources.request_body import with_values
from contracts.sources.source import BaseSource, FieldPath, behind_url

WHOLE_ANSWER = "$"
"""Where the rows are if the answer itself is the list of them (JSONPath's root)."""

Scalar = str | int | bool


class AskedTime(StrEnum):
    """How an API is asked for what changed since a time; those without a zone are of UTC."""

    RFC_3339 = "rfc3339"
    RFC_3339_SECONDS = "rfc3339Seconds"
    DATE = "date"
    EPOCH_SECONDS = "epochSeconds"
    EPOCH_MILLISECONDS = "epochMilliseconds"


class Incremental(Declared):
    """The parameter that takes the time since which rows changed, and whether that very time is within."""

    parameter: ParameterName = "updated_since"
    format: AskedTime = AskedTime.RFC_3339
    inclusive: bool = True


class ApiSource(BaseSource):
    """A JSON API; `location` is `${‹connection.url›}` and the path behind it.

    Without a `cursor_field` it is read whole each time. A field that none of `missing_field_rows` items has is
    missing, not merely empty.
    """

    type: Literal["api"]
    location: str
    authentication: Authentication = Custom(
        "authentication", default=ApiKey.model_validate({"type": "apiKey", "in": "header", "name": "X-API-Key"})
    )
    method: Literal["GET", "POST"] = Custom("method", default="GET")
    parameters: dict[ParameterName, Scalar | tuple[Scalar, ...]] = Custom("parameters", default_factory=dict)
    body: dict[str, Any] = Custom("body", default_factory=dict)
    rows_field: FieldPath = Custom("rowsField", default="data")
    paging: Paging = Custom("paging", default=CursorPaging(type="cursor", field="next_cursor", size_parameter="limit"))
    page_rows: int | None = Custom("pageRows", default=None, ge=1)
    key_field: str = Custom("keyField")
    cursor_field: str | None = Custom("cursorField", default=None)
    incremental: Incremental = Custom("incremental", default=Incremental())
    overlap_seconds: int = Custom("overlapSeconds", default=0, ge=0)
    missing_field_rows: int = Custom("missingFieldRows", default=100, ge=1)

    @model_validator(mode="after")
    def _does_not_contradict_itself(self) -> Self:
        if problems := list(self._problems()):
            raise ValueError(f"source {self.name} {'; '.join(problems)}")
        return self

    @property
    def path(self) -> str:
        """The path of its rows below the URL that the environment gives."""
        return behind_url(self.connection, self.location, "location")

    @property
    def own_parameters(self) -> tuple[str, ...]:
        """The parameters whose values each request has of its own."""
        return (*self.paging.own_parameters, *([self.incremental.parameter] if self.cursor_field else []))

    def _problems(self) -> Iterator[str]:
        """What contradicts itself, as predicates."""
        yield from self._problems_of_access()
        yield from self._problems_of_requests()
        yield from self._problems_of_parameters()
        yield from self._problems_of_answers()
        for word in sorted({"incremental", "overlap_seconds"} & self.model_fields_set):
            if self.cursor_field is None:
                yield f"has {to_camel(word)}, but no cursorField that says when a row changed"

    def _problems_of_access(self) -> Iterator[str]:
        needed, given = set(self.authentication.roles), set(self.connection.variables) - {"url"}
        if missing := sorted(needed - given):
            yield f"needs {_spelled(missing)} in its connection"
        if unused := sorted(given - needed):
            yield f"has {_spelled(unused)} in its connection, which its authentication does not use"

    def _problems_of_requests(self) -> Iterator[str]:
        try:
            if set(self.path) & set("?#"):
                yield "has a ? or # in its location: fixed parameters stand in parameters"
        except ValueError as error:
            yield f"is nowhere: {error}"
        if (self.paging.size_parameter is None) != (self.page_rows is None):
            yield "needs both paging's sizeParameter and pageRows, or neither"
        if self.body and self.method == "GET":
            yield "has a body, which only a POST can have"

    def _problems_of_parameters(self) -> Iterator[str]:
        fixed = [*self.parameters, *self._key_parameter]
        groups = [[*fixed, *self.own_parameters]] if self.method == "GET" else [fixed, [*self.own_parameters]]
        for name in sorted({name for group in groups for name, count in Counter(group).items() if count > 1}):
            yield f"sets the parameter {name} more than once"
        if self.method == "POST":
            try:
                with_values(self.body, dict.fromkeys(self.own_parameters, ""))
            except ValueError as error:
                yield f"has a parameter that cannot be set: {error}"

    def _problems_of_answers(self) -> Iterator[str]:
        for field in self.paging.fields:
            if self.rows_field == WHOLE_ANSWER:
                yield f"has rowsField {WHOLE_ANSWER}: beside a list there is no {field} for its paging"
            elif f"{field}.".startswith(f"{self.rows_field}."):
                yield f"looks for {field} within its rows ({self.rows_field})"

    @property
    def _key_parameter(self) -> tuple[str, ...]:
        way = self.authentication
        return (way.name,) if isinstance(way, ApiKey) and way.place == "query" else ()


def _spelled(roles: list[str]) -> str:
    return " and ".join("a key" if role == "key" else to_camel(role) for role in roles)
