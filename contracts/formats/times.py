"""How sources write days and points in time: patterns, RFC 3339, or a number, tried in the order that is declared."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from contracts.formats.time_fields import YEAR
from contracts.formats.time_patterns import TimePattern

LAST_INSTANT = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
"""The last point in time that every engine's calendar has; what a text says beyond it reads as nothing."""

FIRST_INSTANT = datetime(1000, 1, 1, tzinfo=UTC)
"""The first point in time that a number can say, as texts have no years before it."""

ZONE_RULES_END = datetime(2100, 1, 1, tzinfo=UTC)
"""From this local time on a zone keeps the offset it then has: the engines' tables of summer times end somewhere."""

EXCEL_FIRST_DAY, EXCEL_LAST_DAY, EXCEL_EPOCH = 1, 2_958_465, 25_569
"""Serial days of 1900-01-01, of 9999-12-31 and of 1970-01-01."""

EXCEL_MISSING_DAY = 60
"""The serial day of 1900-02-29, which never was; days before it count from a day later."""

_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_OFFSET = "[+-]([01][0-9]|2[0-3]):[0-5][0-9]"
_FIXED = re.compile("[+-](0[0-9]|1[0-4]):[0-5][0-9]")


class TimeEncoding(StrEnum):
    """The ways to write a point in time that no pattern describes.

    RFC 3339 is taken to the letter: `t` and `z` of either case, any number of decimals (read to the microsecond,
    further ones cut off), every offset. Two texts that it allows read as nothing, because no engine's calendar has the
    time they say: a leap second (`23:59:60`), and one that in UTC is after the year 9999. Nor does a year before 1000.

    Numbers since the epoch (1970-01-01T00:00:00Z) may have decimals, which are cut off at the microsecond. Excel's
    serial days (ECMA-376, 18.17.4.1, date system 1900) are local days since 1899-12-30, or one later before the day 60,
    which is a 29 February that never was; their fraction is the time of day, read to the nearest millisecond.
    """

    RFC_3339 = "rfc3339"
    EPOCH_SECONDS = "epochSeconds"
    EPOCH_MILLISECONDS = "epochMilliseconds"
    EPOCH_MICROSECONDS = "epochMicroseconds"
    EXCEL_DAYS = "excelDays"

    @property
    def pattern(self) -> str:
        """Full-match regex of a well-formed text."""
        if self is TimeEncoding.RFC_3339:
            return f"^{YEAR}-[0-9]{{2}}-[0-9]{{2}}[Tt]{_CLOCK}(\\.[0-9]+)?([Zz]|{_OFFSET})$"
        if self is TimeEncoding.EXCEL_DAYS:
            return "^[0-9]{1,7}([.][0-9]{1,15})?$"
        return f"^-?[0-9]{{1,{18 - self.decimals}}}([.][0-9]+)?$"

    @property
    def decimals(self) -> int:
        """How many decimals a number since the epoch has, to be one of microseconds."""
        return {TimeEncoding.EPOCH_SECONDS: 6, TimeEncoding.EPOCH_MILLISECONDS: 3}.get(self, 0)


TimeWriting = TimePattern | TimeEncoding
"""One way to write a day or a point in time."""


@dataclass(frozen=True)
class Zone:
    """Where a source's local times are: an IANA zone, or an offset from UTC such as `-03:00`.

    A time that occurs twice, because clocks are set back, is the earlier one; one that does not occur is none.
    """

    name: str

    def __post_init__(self) -> None:
        """Refuse what not every engine knows: it has the names with a `/`, and not each of the old ones without."""
        if not self.is_fixed and ("/" not in self.name or self.name not in _zone_names()):
            raise ValueError(f"{self.name} is no time zone of the IANA database, such as America/Sao_Paulo")

    @property
    def is_fixed(self) -> bool:
        """Whether it is one offset for ever."""
        return _FIXED.fullmatch(self.name) is not None

    @property
    def offset(self) -> timedelta:
        """The offset from UTC, of a zone the one that it keeps from `ZONE_RULES_END` on."""
        if not self.is_fixed:
            return ZoneInfo(self.name).utcoffset(ZONE_RULES_END.replace(tzinfo=None)) or timedelta()
        hours, minutes = self.name.split(":")
        return timedelta(hours=int(hours), minutes=int(f"{hours[0]}{minutes}"))

    def __str__(self) -> str:
        """As the contract has it."""
        return self.name


@cache
def _zone_names() -> frozenset[str]:
    """The names in the IANA database, which the standard library looks up anew in a thousand files each time."""
    return frozenset(available_timezones())


def time_writing(written: str, two_digit_years_from: int | None = None) -> TimeWriting:
    """The way that a text of a contract names: an encoding by its word, else a pattern.

    Raises:
        ValueError: it is neither, or has two-digit years and none to begin with is given.
    """
    if written in set(TimeEncoding):
        return TimeEncoding(written)
    pattern = TimePattern(written)
    if pattern.has_short_year and two_digit_years_from is None:
        raise ValueError(f"{written} needs twoDigitYearsFrom, the first year that its yy can mean, such as 1950")
    return TimePattern(written, two_digit_years_from) if pattern.has_short_year else pattern


def says_instant(way: TimeWriting) -> bool:
    """Whether it says an instant by itself, and not a local time."""
    return way.says_offset if isinstance(way, TimePattern) else way is not TimeEncoding.EXCEL_DAYS


@dataclass(frozen=True)
class DateFormat:
    """How a day is written: ways tried in order. Of an instant it is the day in the zone; of a local time, its day."""

    ways: tuple[TimeWriting, ...]
    zone: Zone | None = None

    @classmethod
    def of(cls, *written: str, zone: str | None = None, two_digit_years_from: int | None = None) -> DateFormat:
        """The format that the words and patterns of a contract describe; a zone that none of them needs is left away.

        >>> str(DateFormat.of("dd/MM/yy", "epochSeconds", zone="America/Recife", two_digit_years_from=1950))
        'dd/MM/yy (yy from 1950) or epochSeconds at America/Recife'

        Raises:
            ValueError: one of them is none, or needs a word that is missing.
        """
        ways = tuple(time_writing(one, two_digit_years_from) for one in written)
        return cls(ways, _zone([way for way in ways if says_instant(way)], zone, "says an instant"))

    def __str__(self) -> str:
        """As people read it."""
        return _spelled(self.ways, self.zone)


@dataclass(frozen=True)
class TimestampFormat:
    """How a point in time is written: ways tried in order, and where their local times are."""

    ways: tuple[TimeWriting, ...] = (TimeEncoding.RFC_3339,)
    zone: Zone | None = None

    @classmethod
    def of(cls, *written: str, zone: str | None = None, two_digit_years_from: int | None = None) -> TimestampFormat:
        """The format that the words and patterns of a contract describe; a zone that none of them needs is left away.

        Raises:
            ValueError: one of them is none, or needs a word that is missing.
        """
        ways = tuple(time_writing(one, two_digit_years_from) for one in written)
        return cls(ways, _zone([way for way in ways if not says_instant(way)], zone, "says a local time"))

    def __str__(self) -> str:
        """As people read it."""
        return _spelled(self.ways, self.zone)


def _zone(needing: Sequence[TimeWriting], zone: str | None, because: str) -> Zone | None:
    if needing and zone is None:
        raise ValueError(f"{_spelled_way(needing[0])} {because}: give its timeZone, such as America/Sao_Paulo")
    return Zone(zone) if needing and zone is not None else None


def _spelled(ways: Sequence[TimeWriting], zone: Zone | None) -> str:
    spelled = " or ".join(map(_spelled_way, ways))
    return f"{spelled} at {zone}" if zone else spelled


def _spelled_way(way: TimeWriting) -> str:
    if isinstance(way, TimeEncoding):
        return "RFC 3339" if way is TimeEncoding.RFC_3339 else str(way)
    return f"{way.text} (yy from {way.two_digit_years_from})" if way.has_short_year else way.text
