# ruff: noqa: DTZ001 (local times)
"""Random times, written by random patterns in random zones, with what must be read back; Python's zones write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from contracts.formats import TimestampFormat
from contracts.formats.time_fields import Field
from contracts.formats.time_patterns import TimePattern

FIRST_YEAR = 1970
ZONES = (
    *("America/Sao_Paulo", "America/New_York", "America/Santiago", "Europe/Lisbon", "Asia/Kolkata"),
    *("Australia/Lord_Howe", "Pacific/Apia"),
)
_DATES = ("{y}-{M}-{d}", "{d}/{M}/{y}", "{M}.{d}.{y}", "'em '{d}' de '{M}' de '{y}", "yyyyMMdd", "yyMMdd")
_TIMES = (
    *("HH:mm:ss", "H:m:s", "HH:mm", "HH'h'", "hh:mm:ss a", "h:mm a", "HH:mm:ss.SSS", "HH:mm:ss,S", "HHmmssSSSSSSSS"),
    "hh:mm:ss.SSSSSS a",
)
_OFFSETS = ("", "", "X", " XX", " XXX")


@dataclass(frozen=True)
class Written:
    """Texts by the instants that they say; None for a local time that does not occur."""

    format: TimestampFormat
    read_as: dict[str, datetime | None]


def _pattern(day: str, between: str, time: str, offset: str, y: str, m: str, d: str) -> str:
    return day.format(y=y, M=m, d=d) + between + time + offset


PATTERNS = st.builds(
    _pattern,
    st.sampled_from(_DATES),
    st.sampled_from([" ", "'T'", "', às '", "''"]),
    st.sampled_from(_TIMES),
    st.sampled_from(_OFFSETS),
    st.sampled_from(["yyyy", "y", "yy"]),
    st.sampled_from(["M", "MM"]),
    st.sampled_from(["d", "dd"]),
)
_ANY = st.datetimes(datetime(FIRST_YEAR, 1, 1), datetime(FIRST_YEAR + 99, 12, 31, 23, 59, 59, 999_999))
_CLOCK_CHANGES = [
    *(datetime(2018, 11, 4), datetime(2018, 2, 17, 23), datetime(2026, 3, 8, 2), datetime(2026, 11, 1, 1)),
    *(datetime(2026, 4, 5, 1, 30), datetime(2026, 10, 4, 2), datetime(2011, 12, 30, 12), datetime(2026, 3, 29, 1)),
]
_NEAR_A_CHANGE = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from(_CLOCK_CHANGES),
    st.integers(-120, 120),
)


def _written(pattern: str, zone: str, times: list[datetime], fold: int) -> Written:
    compiled = TimePattern(pattern, FIRST_YEAR)
    read_as = dict(_text_and_instant(compiled, ZoneInfo(zone), time, fold) for time in times)
    return Written(TimestampFormat.of(pattern, zone=zone, two_digit_years_from=FIRST_YEAR), read_as)


WRITTEN = st.builds(
    _written,
    PATTERNS,
    st.sampled_from(ZONES),
    st.lists(_ANY | _NEAR_A_CHANGE, min_size=1, max_size=30),
    st.sampled_from([0, 1]),
)


def _text_and_instant(pattern: TimePattern, zone: ZoneInfo, time: datetime, fold: int) -> tuple[str, datetime | None]:
    """The local time as the pattern writes it, and the instant; without an offset the first time that it occurs."""
    kept = as_far_as_written(pattern, time)
    local = kept.replace(tzinfo=zone, fold=fold if pattern.says_offset else 0)
    if pattern.says_offset:  # of a time that does not occur Python's zone has an offset, too
        return written_time(pattern, local), local.astimezone(UTC)
    instant = local.astimezone(UTC)
    occurs = instant.astimezone(zone).replace(tzinfo=None) == kept
    return written_time(pattern, local), instant if occurs else None


def as_far_as_written(pattern: TimePattern, time: datetime) -> datetime:
    """The time without what the pattern does not write."""
    digits = len(pattern.fields["S"].letters) if "S" in pattern.fields else 0
    step = 1 if digits == 1 else 10 ** max(6 - digits, 0)
    kept = time.replace(microsecond=time.microsecond // step * step)
    absent = {"s": "second", "m": "minute"}
    return kept.replace(**{name: 0 for letter, name in absent.items() if letter not in pattern.fields})


def written_time(pattern: TimePattern, time: datetime) -> str:
    """The time as the pattern writes it."""
    return "".join(_field_text(part, time) if isinstance(part, Field) else part for part in pattern.parts)


def _field_text(field: Field, time: datetime) -> str:
    letters = field.letters
    if field.letter == "a":
        return "PM" if time.hour > 11 else "AM"
    if field.letter == "X":
        offset = time.strftime("%z")
        shown = offset[:3] if letters == "X" and offset.endswith("00") else offset
        return f"{offset[:3]}:{offset[3:5]}" if letters == "XXX" else shown
    if field.letter == "S":
        digits = f"{time.microsecond:06}000"
        return digits.rstrip("0") or "0" if letters == "S" else digits[: len(letters)]
    if letters == "yy":
        return f"{time.year % 100:02}"
    values = {"y": time.year, "M": time.month, "d": time.day, "H": time.hour, "h": (time.hour - 1) % 12 + 1}
    value = (values | {"m": time.minute, "s": time.second})[field.letter]
    return f"{value:0{len(letters)}}"
