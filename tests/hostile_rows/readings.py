"""What a text says in a source's format, read by plain Python: no pattern or parser that is judged has a part in it."""

from __future__ import annotations

import re
import sys
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

from contracts.formats import BooleanFormat, DateFormat, NumberFormat, TimestampFormat, WrittenFormat
from contracts.formats.notations import NegativeSign, NumberNotation
from contracts.formats.time_patterns import TimePattern
from contracts.formats.times import TimeEncoding

Value = date | datetime | Decimal | bool | str

_NO_WHITE_SPACE = "\x1c\x1d\x1e\x1f"
WHITE_SPACE = "".join(c for c in map(chr, range(sys.maxunicode + 1)) if c.isspace() and c not in _NO_WHITE_SPACE)
"""Unicode's property White_Space; Python counts four separators of ASCII among it that have it not."""

_BLANKS_IN_NUMBER = " \xa0\u202f"
_RFC_3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))"
)
_LETTERS = {"y": "[0-9]{4}", "MM": "[0-9]{2}", "dd": "[0-9]{2}", "HH": "[0-9]{2}", "mm": "[0-9]{2}", "ss": "[0-9]{2}"}
_LETTERS |= {"yyyy": "[0-9]{4}", "M": "[0-9]{1,2}", "d": "[0-9]{1,2}"}


def trimmed(text: str | None) -> str:
    """Without the white space around it; empty where nothing is said."""
    return (text or "").strip(WHITE_SPACE)


def read(text: str | None, format_: WrittenFormat | None) -> Value | None:
    """What it says, None if nothing; a text column's text without the white space around it."""
    bare = trimmed(text)
    match format_:
        case None:
            return bare or None
        case DateFormat(ways=(TimePattern() as pattern,)):
            local = _local_time(bare, pattern)
            return local and local.date()
        case TimestampFormat(ways=(TimePattern() as pattern,), zone=zone) if zone is not None and zone.is_fixed:
            local = _local_time(bare, pattern)
            return _in_utc(local.replace(tzinfo=timezone(zone.offset))) if local else None
        case TimestampFormat(ways=(TimeEncoding.RFC_3339,)):
            return _rfc_3339(bare)
        case NumberFormat():
            return _number(bare, format_)
        case BooleanFormat():
            return True if bare in format_.true else False if bare in format_.false else None
    raise NotImplementedError(str(format_))


def _local_time(text: str, pattern: TimePattern) -> datetime | None:
    parts = [part if isinstance(part, str) else part.letters for part in pattern.parts]
    fields = [part.letter for part in pattern.parts if not isinstance(part, str)]
    regex = "".join(
        re.escape(text_or_letters) if isinstance(part, str) else f"({_LETTERS[text_or_letters]})"
        for part, text_or_letters in zip(pattern.parts, parts, strict=True)
    )
    found = re.fullmatch(regex, text)
    if not found:
        return None
    said = dict(zip(fields, map(int, found.groups()), strict=True))
    return _time(said["y"], said["M"], said["d"], said.get("H", 0), said.get("m", 0), said.get("s", 0))


def _time(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime | None:
    """None where the calendar has no such time, or before the year 1000."""
    try:
        return datetime.combine(date(year, month, day), time(hour, minute, second)) if year >= 1000 else None
    except ValueError:
        return None


def _rfc_3339(text: str) -> datetime | None:
    found = _RFC_3339.fullmatch(text)
    if not found:
        return None
    *fields, decimals, sign, hours, minutes = found.groups()
    local = _time(*map(int, fields))  # type: ignore[call-arg]
    if local is None or (sign and (int(hours) > 23 or int(minutes) > 59)):
        return None
    local = local.replace(microsecond=int(f"{decimals or 0:0<6}"[:6]))
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return _in_utc(local.replace(tzinfo=timezone(-offset if sign == "-" else offset)))


def _in_utc(moment: datetime) -> datetime | None:
    """None where that is after the year 9999."""
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def _number(text: str, format_: NumberFormat) -> Decimal | None:
    unsigned, sign = _without_signs(text, format_.notation, has_currency=not format_.is_integer)
    separator = format_.notation.decimal
    whole, point, decimals = unsigned.partition(separator)
    groups = whole.split(format_.notation.grouping) if format_.notation.grouping else [whole]
    are_groups = len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])
    digits = "".join(groups)
    places = 0 if format_.is_integer else format_.decimals
    if places is None or format_.is_scientific or format_.shift or format_.notation.decimals is not None:
        raise NotImplementedError(str(format_))
    if not _are_digits(digits) or len(digits) > format_.whole_digits or not (are_groups or len(groups) == 1):
        return None
    if point and not (_are_digits(decimals) and len(decimals) <= places):
        return None
    value = Decimal(f"{sign}{digits}.{decimals or 0}")
    return value if not format_.is_integer or _has_room(value, format_.whole_digits) else None


def _without_signs(text: str, notation: NumberNotation, *, has_currency: bool) -> tuple[str, str]:
    """The digits with their separators, and the minus or nothing."""
    if not set(notation.negative) <= {NegativeSign.LEADING, NegativeSign.BEFORE_DIGITS}:
        raise NotImplementedError(str(notation))
    sign, rest = text[:1] if text.startswith("-") else "", text.removeprefix("-")
    currency = notation.currency.strip()
    if has_currency and currency and rest.startswith(currency):
        rest = rest.removeprefix(currency)
        if notation.currency != currency and rest[:1] in tuple(_BLANKS_IN_NUMBER):
            rest = rest[1:]
        if not sign and NegativeSign.BEFORE_DIGITS in notation.negative and rest.startswith("-"):
            sign, rest = "-", rest[1:]
    return rest, sign


def _are_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _has_room(value: Decimal, digits: int) -> bool:
    bits = 31 if digits <= 10 else 63
    return -(2**bits) <= value < 2**bits
