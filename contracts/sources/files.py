"""A folder of files as a source."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from contracts.odcs import Custom
from contracts.sources.csv_dialect import CsvDialect
from contracts.sources.file_names import FilePattern
from contracts.sources.source import BaseSource, RawFormat, behind_url


def _pattern(text: str) -> str:
    return FilePattern(text).text


FileNames = Annotated[str, AfterValidator(_pattern)]


class ExpectedFiles(BaseModel):
    """Files that come every day: of each of these names one, from the day `since` on.

    A day is over when it ends in the lake's time zone; `days` says how long one that did not come is told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[FileNames, ...] = Field(min_length=1)
    since: date
    days: int = Field(default=7, ge=1, le=60)


class FilesSource(BaseSource):
    """A folder of CSV files; `path` is `${‹connection.url›}` and the pattern of the files' names behind it.

    Of folders with a date in their names only those of the last `listed_days` are looked into. A file that was landed
    is moved to the folder `move_landed_to`.
    """

    raw_format: ClassVar[RawFormat] = RawFormat.CSV
    has_aliases: ClassVar[bool] = True

    type: Literal["local"]
    format: Literal["csv"]
    path: str
    dialect: CsvDialect = Custom("dialect", default=CsvDialect())
    listed_days: int | None = Custom("listedDays", default=None, ge=1)
    expected_files: ExpectedFiles | None = Custom("expectedFiles", default=None)
    move_landed_to: Annotated[str, StringConstraints(pattern=r"^\w[\w.-]*(/\w[\w.-]*)*$")] | None = Custom(
        "moveLandedTo", default=None
    )

    @model_validator(mode="after")
    def _has_a_pattern(self) -> Self:
        pattern = self.pattern
        if self.listed_days and not pattern.has_dated_folders:
            raise ValueError(f"listedDays needs a path with a date in a folder's name, and {pattern.text} has none")
        for names in self.expected_files.names if self.expected_files else ():
            if not pattern.matches(FilePattern(names).example()):
                raise ValueError(f"expectedFiles names {names}, of which no file is one of path, {pattern.text}")
        return self

    @property
    def pattern(self) -> FilePattern:
        """Which files below the URL that the environment gives hold its rows."""
        behind = behind_url(self.connection, self.path, "path")
        if not behind.startswith("/"):
            raise ValueError(f"path must be ${{{self.connection.url}}}/ and a pattern of names, such as *.csv")
        return FilePattern(behind.removeprefix("/"))
