"""What a cursor column holds: times, or whole numbers that stand for times or just grow.

Loads keep a place in time (`Window`, `_cursor`). A number has one by its unit: milliseconds since 1970, say. One that
just grows is put there as microseconds, so that its order and its distances are those of the numbers themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from contracts.sources.database import CursorFormat, DatabaseSource
from tasks.errors import StructureError
from tasks.extract.database.sql import time_literal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)
_UNITS = {
    CursorFormat.EPOCH_SECONDS: _SECOND,
    CursorFormat.EPOCH_MILLISECONDS: timedelta(milliseconds=1),
    CursorFormat.EPOCH_MICROSECONDS: timedelta(microseconds=1),
    CursorFormat.NUMBER: timedelta(microseconds=1),
}


class Scale(Protocol):
    """Where a column's values lie in time, in SQL."""

    def value(self, time: datetime) -> str:
        """The first of the column's values that is not before that time."""

    def time(self, expression: str) -> str:
        """The time of one of its values, which lies within the calendar."""


class Times:
    """A column of dates or times."""

    def value(self, time: datetime) -> str:
        """The time itself."""
        return time_literal(time)

    def time(self, expression: str) -> str:
        """A date is its midnight in UTC, and so is a time without zone of UTC."""
        return f"{expression}::timestamptz"


@dataclass(frozen=True)
class Numbers:
    """A column of whole numbers, so many units since 1970-01-01T00:00:00Z."""

    unit: timedelta

    def value(self, time: datetime) -> str:
        """The number of units, rounded up."""
        return str(-((_EPOCH - time) // self.unit))

    def time(self, expression: str) -> str:
        """By whole seconds and the rest, because PostgreSQL multiplies intervals as floating-point numbers."""
        per_second, microseconds = _SECOND // self.unit, self.unit // timedelta(microseconds=1)
        seconds = f"({expression} / {per_second}) * interval '1 second'"
        rest = f"({expression} % {per_second}) * interval '{microseconds} microseconds'"
        return f"timestamptz 'epoch' + {seconds} + {rest}"


def scale_of(source: DatabaseSource, arrow_type: str) -> Scale:
    """The scale of the source's cursor column, which the driver gives in that type.

    Raises:
        StructureError: it is a number, and the contract does not say of what, or it is none, and the contract says so.
    """
    column = f"{source.cursor_field} of table {source.table} of {source.name}"
    if arrow_type.startswith("int"):
        if source.cursor_encoding is None:
            raise StructureError(f"{column} is a whole number; say by cursorFormat what it counts: {_words()}")
        return Numbers(_UNITS[source.cursor_encoding])
    if source.cursor_format:
        said = f"cursorFormat {source.cursor_format}"
        raise StructureError(f"{column} is no whole number, which {said} asks for; mend the contract")
    return Times()


def _words() -> str:
    return ", ".join(CursorFormat)
