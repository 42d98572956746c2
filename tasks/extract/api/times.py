"""Keeps the times of an API's window where they can be reckoned with, and writes them as the API is asked for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from contracts.sources.api import AskedTime, Incremental

_EARLIEST = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
_LATEST = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
"""Times beyond these leave the calendar in another zone."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_WESTERNMOST = timedelta(hours=12)
"""So far behind UTC a date may begin: which zone an API's dates are of, it does not say."""

_UNITS = {
    AskedTime.RFC_3339: timedelta(microseconds=1),
    AskedTime.RFC_3339_SECONDS: timedelta(seconds=1),
    AskedTime.DATE: timedelta(days=1),
    AskedTime.EPOCH_SECONDS: timedelta(seconds=1),
    AskedTime.EPOCH_MILLISECONDS: timedelta(milliseconds=1),
}


def in_utc(time: datetime) -> datetime:
    """The time in UTC, no earlier and no later than times can be reckoned with."""
    if time <= _EARLIEST:
        return _EARLIEST
    return _LATEST if time >= _LATEST else time.astimezone(UTC)


def write_time(time: datetime, timespec: str = "microseconds") -> str:
    """The time in UTC as RFC 3339 writes it: a year of four digits, microseconds, `Z`.

    >>> write_time(datetime(1, 1, 1, tzinfo=UTC))
    '0001-01-02T00:00:00.000000Z'
    """
    return f"{in_utc(time).replace(tzinfo=None).isoformat(timespec=timespec)}Z"


def asked_time(incremental: Incremental, since: datetime) -> str | int:
    """What to ask for so that nothing since that time is missing: up to a unit, or a day, more is asked for.

    >>> asked_time(Incremental(format="epochSeconds", inclusive=False), datetime(1970, 1, 1, 0, 0, 7, 500, tzinfo=UTC))
    6
    """
    unit = _UNITS[incremental.format]
    earlier = timedelta(0) if incremental.inclusive else unit
    earlier += _WESTERNMOST if incremental.format is AskedTime.DATE else timedelta(0)
    time = in_utc(since)
    time -= min(earlier, time - _EARLIEST)
    match incremental.format:
        case AskedTime.RFC_3339:
            return write_time(time)
        case AskedTime.RFC_3339_SECONDS:
            return write_time(time, "seconds")
        case AskedTime.DATE:
            return time.date().isoformat()
        case AskedTime.EPOCH_SECONDS | AskedTime.EPOCH_MILLISECONDS:
            return (time - _EPOCH) // unit
