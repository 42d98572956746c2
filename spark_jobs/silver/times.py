"""Reads days and points in time from landed text, in the format of its source: Spark columns in and out.

The session's time zone plays no part. A local time is at first an instant that in UTC has the same digits.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pyspark.sql import Column
from pyspark.sql import functions as sf

from contracts.formats import LAST_INSTANT, DateFormat, TimestampFormat
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

_FAR_OFFSETS = tuple(f"{sign}{hours}" for sign in "+-" for hours in range(18, 24))
"""Starts of offsets that RFC 3339 knows, and Java's calendar, which ends at 18 hours, does not."""

_OFFSET_LENGTH = len("+18:00")
_LAST_DAY = LAST_INSTANT.date().isoformat()
"""The one day, at whatever offset, of which UTC may have what comes after: comparing every instant costs more."""

_DAY_MILLISECONDS, _DAY_MICROSECONDS, _MINUTE = 86_400_000, 86_400_000_000, timedelta(minutes=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_date(text: Column, format_: DateFormat) -> Column:
    """Date that the trimmed text says in this format, else null."""
    return _first(_day(text, way, format_.zone) for way in format_.ways)


def parse_timestamp(text: Column, format_: TimestampFormat) -> Column:
    """Instant that the trimmed text says in this format, else null."""
    return _first(_instant(text, way, format_.zone) for way in format_.ways)


def utc_day(instant: Column) -> Column:
    """Day of an instant in UTC, whatever the session's time zone."""
    return sf.date_from_unix_date(sf.floor(sf.unix_micros(instant) / _DAY_MICROSECONDS).cast("int"))


def _first(values: Iterable[Column]) -> Column:
    every = list(values)
    return every[0] if len(every) == 1 else sf.coalesce(*every)


def _day(text: Column, way: TimeWriting, zone: Zone | None) -> Column:
    if zone and says_instant(way):
        return _local_day(_instant(text, way, None), zone)
    if isinstance(way, TimeEncoding):
        serial = _number(text, way)
        return sf.when(serial == sf.floor(serial), utc_day(_excel_time(serial)))
    return sf.when(text.rlike(way.pattern), _as_iso(text, way, with_time=False).try_cast("date"))


def _local_day(instant: Column, zone: Zone) -> Column:
    far = utc_day(_later(instant, zone.offset))
    if zone.is_fixed:
        return far
    near = utc_day(sf.from_utc_timestamp(instant, zone.name))
    return sf.when(instant < sf.lit(ZONE_RULES_END - zone.offset), near).otherwise(far)


def _instant(text: Column, way: TimeWriting, zone: Zone | None) -> Column:
    if isinstance(way, TimePattern):
        return _of_pattern(text, way, zone)
    if way is TimeEncoding.RFC_3339:
        iso = sf.when(text.contains("t") | text.contains("z"), sf.translate(text, "tz", "TZ")).otherwise(text)
        instant = sf.when(sf.substring(iso, -6, 3).isin(*_FAR_OFFSETS), _at_far_offset(iso))
        instant = instant.otherwise(iso.try_cast("timestamp"))
        return sf.when(text.rlike(way.pattern) & _has_place(iso, instant), instant)
    if way is TimeEncoding.EXCEL_DAYS:
        instant = _in_zone(_excel_time(_number(text, way)), zone)
        return sf.when(instant <= sf.lit(LAST_INSTANT), instant)
    return _since_epoch(text, way)


def _of_pattern(text: Column, pattern: TimePattern, zone: Zone | None) -> Column:
    """A zone of one offset is written behind the text, where the cast finds it."""
    is_fixed = zone is not None and zone.is_fixed
    offset = "" if pattern.says_offset else str(zone) if is_fixed and "a" not in pattern.fields else "Z"
    iso = _as_iso(text, pattern, with_time=True, behind=offset)
    instant = iso.try_cast("timestamp")
    if "a" in pattern.fields:
        instant = sf.timestamp_add("HOUR", _hours_to_add(text, pattern), instant)
    if offset == "Z":
        instant = _in_zone(instant, zone)
    return sf.when(text.rlike(pattern.pattern) & _has_place(iso, instant), instant)


def _has_place(iso: Column, instant: Column) -> Column:
    return ~iso.startswith(_LAST_DAY) | (instant <= sf.lit(LAST_INSTANT))


def _at_far_offset(iso: Column) -> Column:
    """The instant of a well-formed text that ends with an offset which Java's calendar does not have."""
    minutes = sf.substring(iso, -5, 2).try_cast("int") * 60 + sf.substring(iso, -2, 2).try_cast("int")
    ahead = sf.when(sf.substring(iso, -6, 1) == "+", minutes).otherwise(-minutes)
    local = sf.concat(sf.left(iso, sf.length(iso) - _OFFSET_LENGTH), sf.lit("Z")).try_cast("timestamp")
    return sf.timestamp_add("MINUTE", -ahead, local)


def _as_iso(text: Column, pattern: TimePattern, *, with_time: bool, behind: str = "") -> Column:
    if pattern.text == "yyyy-MM-dd" and not with_time:
        return text
    for way in pattern.as_iso(with_time=with_time):
        text = sf.regexp_replace(text, way.pattern, way.replacement + behind)
    return text


def _hours_to_add(text: Column, pattern: TimePattern) -> Column:
    """From the hours of a clock of twelve, read as those of a whole day: 12 stands for 0."""
    hour, half = (
        sf.regexp_extract(text, pattern.pattern, int(pattern.group_of(letter).removeprefix("$"))) for letter in "ha"
    )
    return sf.lit(12) * (half.ilike("pm").cast("int") - (hour == "12").cast("int"))


def _in_zone(time: Column, zone: Zone | None) -> Column:
    """A time that does not occur does not come back from UTC as it went there."""
    if zone is None:
        return time
    far = _later(time, -zone.offset)
    if zone.is_fixed:
        return far
    instant = sf.to_utc_timestamp(time, zone.name)
    near = sf.when(sf.from_utc_timestamp(instant, zone.name) == time, instant)
    return sf.when(time < sf.lit(ZONE_RULES_END), near).otherwise(far)


def _later(instant: Column, offset: timedelta) -> Column:
    return sf.timestamp_add("MINUTE", sf.lit(offset // _MINUTE), instant)


def _number(text: Column, way: TimeEncoding) -> Column:
    return sf.when(text.rlike(way.pattern), text.try_cast("double"))


def _excel_time(serial: Column) -> Column:
    """The local time of serial days, which are doubles; every step is one that both engines round alike."""
    exists = serial.between(EXCEL_FIRST_DAY, EXCEL_LAST_DAY + 1) & (serial < EXCEL_LAST_DAY + 1)
    exists &= sf.floor(serial) != EXCEL_MISSING_DAY
    milliseconds = sf.floor(serial * sf.lit(float(_DAY_MILLISECONDS)) + sf.lit(0.5))
    early, epoch = (sf.lit(day * _DAY_MILLISECONDS) for day in (EXCEL_EPOCH - 1, EXCEL_EPOCH))
    since = milliseconds - sf.when(serial < EXCEL_MISSING_DAY, early).otherwise(epoch)
    return sf.when(exists, sf.timestamp_millis(since))


def _since_epoch(text: Column, way: TimeEncoding) -> Column:
    point = rf"^(-?[0-9]+)\.([0-9]{{{way.decimals}}})[0-9]*$"
    zeros = sf.lit("0" * way.decimals)
    padded = sf.concat(text, zeros)
    digits = sf.when(text.contains("."), sf.regexp_replace(padded, point, "$1$2")).otherwise(padded)
    microseconds = sf.when(text.rlike(way.pattern), digits.try_cast("bigint"))
    first, last = ((instant - _EPOCH) // timedelta(microseconds=1) for instant in (FIRST_INSTANT, LAST_INSTANT))
    return sf.when(microseconds.between(first, last), sf.timestamp_micros(microseconds))
