"""A database as a source."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from contracts.odcs import Custom
from contracts.sources.source import BaseSource, FieldPath

RelationName = Annotated[
    str, StringConstraints(pattern=r'^([^".]+|"([^"]|"")+")([.]([^".]+|"([^"]|"")+"))?$', strip_whitespace=True)
]


class CursorFormat(StrEnum):
    """What a cursor that is a whole number counts: time since 1970-01-01T00:00:00Z, or just changes (`number`)."""

    EPOCH_SECONDS = "epochSeconds"
    EPOCH_MILLISECONDS = "epochMilliseconds"
    EPOCH_MICROSECONDS = "epochMicroseconds"
    NUMBER = "number"


class Login(StrEnum):
    """How the source lets readers in: with what stands in its URL, or with a token of Entra in place of a password."""

    PASSWORD = "password"  # noqa: S105 - the word itself
    ENTRA = "entra"


class LookBack(BaseModel):
    """How far behind the last change, and how often, rows are looked for that came later than the overlap allows."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    days: Annotated[int, Field(ge=1, le=366)]
    every_hours: Annotated[int, Field(ge=1)] = 24

    @property
    def distance(self) -> timedelta:
        """How far before the watermark the look-back begins."""
        return timedelta(days=self.days)

    @property
    def interval(self) -> timedelta:
        """How long after a look-back the next one is due."""
        return timedelta(hours=self.every_hours)


USUAL_DELETED_RATIO = 0.2
"""What comes to more is an empty or half loaded table, unless the contract says otherwise."""


class DeletedWhen(BaseModel):
    """What a row says that is deleted and still there: a field that is not null, or that holds one of some values.

    Values stand here as PostgreSQL writes them (`true`, not `t`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    field: FieldPath
    values: tuple[str, ...] = ()


class SnapshotFrequency(StrEnum):
    """How often the keys that are at the source are compared with those that were landed."""

    DAILY = "daily"


MOST_SHARDS = 32
"""Each shard is a pod and a connection to the database."""


class DatabaseSource(BaseSource):
    """A PostgreSQL relation; `key_field` is its row key, `cursor_field` its time of change or a number that grows.

    `table` is a name with or without its schema, in PostgreSQL's own letters; a part with a dot in it stands in double
    quotes, as in SQL. A load of many rows is read by `shards` runs at once.
    """

    type: Literal["postgres"]
    table: RelationName = Custom("table")
    login: Login = Custom("login", default=Login.PASSWORD)
    key_field: str = Custom("keyField")
    cursor_field: str = Custom("cursorField")
    cursor_format: CursorFormat | None = Custom("cursorFormat", default=None)
    overlap_seconds: int = Custom("overlapSeconds", default=0, ge=0)
    overlap_numbers: int = Custom("overlapNumbers", default=0, ge=0)
    look_back: LookBack | None = Custom("lookBack", default=None)
    deleted_when: DeletedWhen | None = Custom("deletedWhen", default=None)
    snapshot: SnapshotFrequency | None = Custom("snapshot", default=None)
    max_deleted_ratio: float | None = Custom("maxDeletedRatio", default=None, ge=0, le=1)
    shards: int = Custom("shards", default=1, ge=1, le=MOST_SHARDS)

    @model_validator(mode="after")
    def _measures_the_cursor_in_its_own_unit(self) -> Self:
        is_number = self.cursor_format is CursorFormat.NUMBER
        if is_number and (self.overlap_seconds or self.look_back):
            raise ValueError("a cursor that just grows (cursorFormat: number) has overlapNumbers, no time of its own")
        if self.overlap_numbers and not is_number:
            raise ValueError("has overlapNumbers, but no cursorFormat: number")
        return self

    @model_validator(mode="after")
    def _looks_back_beyond_the_overlap(self) -> Self:
        if self.look_back and self.look_back.distance <= self.overlap:
            raise ValueError("lookBack reaches no further than overlapSeconds: give it more days")
        return self

    @model_validator(mode="after")
    def _tells_deletions_in_one_way(self) -> Self:
        if self.deleted_when and self.snapshot:
            raise ValueError("has deletedWhen and a snapshot: what is marked as deleted is still there, so keep one")
        if self.max_deleted_ratio is not None and not self.snapshot:
            raise ValueError("has maxDeletedRatio, but no snapshot that could find so much gone")
        return self

    @property
    def tolerated_deleted_ratio(self) -> float:
        """The largest part of the landed keys that a snapshot may find gone."""
        return USUAL_DELETED_RATIO if self.max_deleted_ratio is None else self.max_deleted_ratio

    @property
    def tells_deletions(self) -> bool:
        """Whether rows that are deleted at the source are known to be."""
        return self.deleted_when is not None or self.snapshot is not None

    @property
    def overlap(self) -> timedelta:
        """How far before the watermark every load begins."""
        return timedelta(seconds=self.overlap_seconds, microseconds=self.overlap_numbers)

    @property
    def cursor_encoding(self) -> CursorFormat | None:
        """What a number in the cursor field counts, by its own word or by that of the column it is."""
        names = (column for column, field in self.field_paths.items() if field == self.cursor_field)
        ways = self.formats_of(next(names, self.cursor_field)).timestamp_ways or ()
        of_column = CursorFormat(ways[0]) if len(ways) == 1 and ways[0] in set(CursorFormat) else None
        return self.cursor_format or of_column
