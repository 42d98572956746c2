"""A folder of files as a source."""

from __future__ import annotations

from typing import ClassVar, Literal, Self

from pydantic import model_validator

from contracts.sources.source import BaseSource, RawFormat, behind_url


class FilesSource(BaseSource):
    """A folder of CSV files; `path` is `${‹connection.url›}` and the pattern of the files' names behind it."""

    raw_format: ClassVar[RawFormat] = RawFormat.CSV

    type: Literal["local"]
    format: Literal["csv"]
    path: str

    @model_validator(mode="after")
    def _has_a_pattern(self) -> Self:
        if self.name_pattern != "/*.csv":
            raise ValueError(f"path must be ${{{self.connection.url}}}/*.csv: other patterns cannot be read yet")
        return self

    @property
    def name_pattern(self) -> str:
        """Which files below the URL that the environment gives hold its rows."""
        return behind_url(self.connection, self.path, "path")
