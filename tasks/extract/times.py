"""Reads days and points in time from text as a source writes them, as polars expressions."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from contracts.formats import LAST_INSTANT, DateFormat, TimestampFormat
from contracts.formats.time_fields import Field
from contracts.formats.time_patterns import TimePattern
from contracts.formats.times import (
    EXCEL_EPOCH,
    EXCEL_FIRST_DAY,
    EXCEL_LAST_DAY,
    EXCEL_MISSING_DAY,
    FIRST_INSTANT,
    ZONE_RULES_END,
    TimeEncoding,
    TimeWriting,
    Zone,
    says_instant,
)
from tasks.extract.texts import well_formed

_FURTHER_DECIMALS = r"(\.[0-9]{6})[0-9]+"
_STRPTIME = {"y": "%Y", "M": "%m", "d": "%d", "H": "%H", "h": "%I", "m": "%M", "s": "%S", "a": "%p", "X": "%#z"}
_DAY_MILLISECONDS = 86_400_000


def read_date(text: pl.Expr, format_: DateFormat) -> pl.Expr:
    """The day; null if there is no such day."""
    return _first(_day(text, way, format_.zone) for way in format_.ways)


def read_timestamp(text: pl.Expr, format_: TimestampFormat) -> pl.Expr:
    """The point in time, in UTC with microseconds.

    >>> local = TimestampFormat.of("dd/MM/yyyy HH:mm", zone="America/Sao_Paulo")
    >>> str(pl.select(read_timestamp(pl.lit("31/01/2026 09:00"), local)).item())
    '2026-01-31 12:00:00+00:00'
    """
    return _with_place(_first(_instant(text, way, format_.zone) for way in format_.ways))


def _first(values: Iterable[pl.Expr]) -> pl.Expr:
    every = list(values)
    return every[0] if len(every) == 1 else pl.coalesce(every)


def _day(text: pl.Expr, way: TimeWriting, zone: Zone | None) -> pl.Expr:
    if zone and says_instant(way):
        return _local_day(_with_place(_instant(text, way, None)), zone)
    if isinstance(way, TimeEncoding):
        serial = _number(text, way)
        return pl.when(serial == serial.floor()).then(_excel_time(serial).dt.date())
    day = well_formed(text, way.pattern)
    if not way.has_short_year and not way.has_time_of_day:
        return day.str.to_date(_strptime(way), strict=False)
    return _as_iso(day, way, with_time=False).str.to_date("%Y-%m-%d", strict=False)


def _with_place(instant: pl.Expr) -> pl.Expr:
    return pl.when(instant <= LAST_INSTANT).then(instant)


def _local_day(instant: pl.Expr, zone: Zone) -> pl.Expr:
    far = (instant + zone.offset).dt.date()
    if zone.is_fixed:
        return far
    near = instant.dt.convert_time_zone(zone.name).dt.date()
    return pl.when(instant < ZONE_RULES_END - zone.offset).then(near).otherwise(far)


def _instant(text: pl.Expr, way: TimeWriting, zone: Zone | None) -> pl.Expr:
    if isinstance(way, TimePattern):
        time = _time(text, way)
    elif way is TimeEncoding.RFC_3339:
        return _rfc_3339(text)
    elif way is TimeEncoding.EXCEL_DAYS:
        time = _excel_time(_number(text, way))
    else:
        return _since_epoch(text, way)
    return _in_zone(time, zone) if zone and not says_instant(way) else time


def _rfc_3339(text: pl.Expr) -> pl.Expr:
    time = well_formed(text, TimeEncoding.RFC_3339.pattern).str.to_uppercase()
    time = time.str.replace("Z$", "+00:00").str.replace(_FURTHER_DECIMALS, "$1")
    return time.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", time_unit="us", strict=False)


def _time(text: pl.Expr, pattern: TimePattern) -> pl.Expr:
    """The local time, or the instant if the pattern has an offset."""
    time, fields = well_formed(text, pattern.pattern), pattern.fields.keys()
    has_offset_within = pattern.says_offset and pattern.parts[-1] != pattern.fields["X"]
    if not (pattern.has_short_year or has_offset_within or "S" in fields) and {"m", "s"} <= fields:
        return time.str.to_datetime(_strptime(pattern), time_unit="us", strict=False)
    half = f"{pattern.group_of('a')} " if "a" in fields else ""
    iso = _as_iso(time, pattern, with_time=True, before=half)
    half_of_day, hour, offset = "%p " * bool(half), "%I" if half else "%H", "%#z" * pattern.says_offset
    return iso.str.to_datetime(f"{half_of_day}%Y-%m-%d {hour}:%M:%S%.f{offset}", time_unit="us", strict=False)


def _strptime(pattern: TimePattern) -> str:
    """The pattern as chrono has it; the text has been held against the pattern's regex before."""
    return "".join(
        _STRPTIME[part.letter] if isinstance(part, Field) else part.replace("%", "%%") for part in pattern.parts
    )


def _as_iso(text: pl.Expr, pattern: TimePattern, *, with_time: bool, before: str = "") -> pl.Expr:
    for way in pattern.as_iso(with_time=with_time):
        text = text.str.replace(way.pattern, before + way.replacement)
    return text


def _in_zone(time: pl.Expr, zone: Zone) -> pl.Expr:
    far = (time - zone.offset).dt.replace_time_zone("UTC")
    if zone.is_fixed:
        return far
    near = time.dt.replace_time_zone(zone.name, ambiguous="earliest", non_existent="null").dt.convert_time_zone("UTC")
    return pl.when(time < ZONE_RULES_END.replace(tzinfo=None)).then(near).otherwise(far)


def _number(text: pl.Expr, way: TimeEncoding) -> pl.Expr:
    return well_formed(text, way.pattern).cast(pl.Float64, strict=False)


def _excel_time(serial: pl.Expr) -> pl.Expr:
    """The local time of serial days, which are doubles; every step is one that both engines round alike."""
    milliseconds = (serial * _DAY_MILLISECONDS + 0.5).floor().cast(pl.Int64) - EXCEL_EPOCH * _DAY_MILLISECONDS
    shifted = milliseconds + pl.when(serial < EXCEL_MISSING_DAY).then(_DAY_MILLISECONDS).otherwise(0)
    time = shifted.cast(pl.Datetime("ms")).cast(pl.Datetime("us"))
    exists = serial.is_between(EXCEL_FIRST_DAY, EXCEL_LAST_DAY + 1, closed="left") & (
        serial.floor() != EXCEL_MISSING_DAY
    )
    return pl.when(exists).then(time)


def _since_epoch(text: pl.Expr, way: TimeEncoding) -> pl.Expr:
    number = well_formed(text, way.pattern)
    point = rf"^(-?[0-9]+)\.([0-9]{{{way.decimals}}})[0-9]*$"
    zeros = "0" * way.decimals
    has_point = number.str.contains(".", literal=True)
    digits = pl.when(has_point).then((number + zeros).str.replace(point, "$1$2")).otherwise(number + zeros)
    instant = digits.cast(pl.Int64, strict=False).cast(pl.Datetime("us", "UTC"))
    return pl.when(instant.is_between(FIRST_INSTANT, LAST_INSTANT)).then(instant)
