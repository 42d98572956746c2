"""Writes values as a source does, by what the contract says of its formats."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

from contracts.formats import BooleanFormat, DateFormat, NumberFormat, TimestampFormat, WrittenFormat
from contracts.formats.time_patterns import TimePattern
from tests.vectors.round_trips import written_time


def written(value: object, format_: WrittenFormat) -> str:
    """The value in the first way of the format."""
    match format_, value:
        case DateFormat(ways=(TimePattern() as pattern, *_)), date():
            return written_time(pattern, datetime(value.year, value.month, value.day, tzinfo=UTC))
        case TimestampFormat(ways=(TimePattern() as pattern, *_)), datetime():
            return written_time(pattern, value.astimezone(_offset(format_)))
        case TimestampFormat(), datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").zfill(20)
        case NumberFormat(), Decimal():
            return _number(value, format_)
        case BooleanFormat(), bool():
            return (format_.true if value else format_.false)[0]
    raise NotImplementedError(f"{value!r} as {format_}")


def _offset(format_: TimestampFormat) -> timezone:
    return timezone(format_.zone.offset if format_.zone else timedelta())


def _number(value: Decimal, format_: NumberFormat) -> str:
    notation = format_.notation
    places = 0 if format_.is_integer else 2 if format_.decimals is None else format_.decimals
    plain = f"{abs(value):{',' if notation.grouping else ''}.{places}f}"
    digits = plain.translate({ord(","): notation.grouping or None, ord("."): notation.decimal})
    currency = "" if format_.is_integer else notation.currency
    return f"{'-' if value < 0 else ''}{currency}{digits}"
