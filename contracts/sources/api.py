"""An HTTP API as a source."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import model_validator

from contracts.odcs import Custom
from contracts.sources.source import BaseSource, behind_url


class ApiSource(BaseSource):
    """A JSON API; `location` is `${‹connection.url›}` and the path behind it.

    A field that none of `missing_field_rows` items has is missing, not merely empty.
    """

    type: Literal["api"]
    location: str
    key_field: str = Custom("keyField")
    cursor_field: str = Custom("cursorField")
    overlap_seconds: int = Custom("overlapSeconds", default=0, ge=0)
    page_rows: int = Custom("pageRows", ge=1)
    missing_field_rows: int = Custom("missingFieldRows", default=100, ge=1)

    @model_validator(mode="after")
    def _has_a_key_and_a_path(self) -> Self:
        if self.connection.key is None:
            raise ValueError(f"source {self.name} of type api needs a key in its connection")
        _ = behind_url(self.connection, self.location, "location")
        return self

    @property
    def path(self) -> str:
        """The path of its rows below the URL that the environment gives."""
        return behind_url(self.connection, self.location, "location")
