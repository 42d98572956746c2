"""Keeps the times of an API's window where they can be reckoned with and written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EARLIEST = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
_LATEST = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
"""Times beyond these leave the calendar in another zone."""


def in_utc(time: datetime) -> datetime:
    """The time in UTC, no earlier and no later than times can be reckoned with."""
    if time <= _EARLIEST:
        return _EARLIEST
    return _LATEST if time >= _LATEST else time.astimezone(UTC)


def write_time(time: datetime) -> str:
    """The time in UTC as RFC 3339 writes it: a year of four digits, microseconds, `Z`.

    >>> write_time(datetime(1, 1, 1, tzinfo=UTC))
    '0001-01-02T00:00:00.000000Z'
    """
    return f"{in_utc(time).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
