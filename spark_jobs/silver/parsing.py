"""Reads landed text as the contract's types, in the format of the source it came from: Spark columns in and out.

ANSI mode throws on text that does not parse, so everything here is guarded by a pattern and a `try_` function: what
does not parse is null, never an error. `contracts.formats` says which texts are well-formed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as sf

from contracts.columns import Column as ContractColumn
from contracts.formats import (
    BLANK_CHARACTERS,
    LAST_INSTANT,
    BooleanFormat,
    DateFormat,
    NumberFormat,
    TimestampFormat,
    WrittenFormat,
)
from contracts.sources.kinds import Source
from contracts.written_formats import ENOUGH_DIGITS, written_format

_FAR_OFFSETS = tuple(f"{sign}{hours}" for sign in "+-" for hours in range(18, 24))
"""Starts of offsets that RFC 3339 knows, and Java's calendar, which ends at 18 hours, does not."""

_OFFSET_LENGTH = len("+18:00")
_LAST_DAY = LAST_INSTANT.date().isoformat()
"""The one day, at whatever offset, of which UTC may have what comes after: comparing every instant costs more."""


def trimmed(text: Column) -> Column:
    """The text without the blanks around it; null when nothing else is there (a missing value).

    Trimming searches the list of blanks twice for every text; looking the two ends up first takes half the time.
    """
    first_and_last = (sf.substring(text, 1, 1), sf.substring(text, -1, 1))
    has_blanks = reduce(or_, (character.isin(*BLANK_CHARACTERS) for character in first_and_last))
    return sf.nullif(sf.when(has_blanks, sf.btrim(text, sf.lit(BLANK_CHARACTERS))).otherwise(text), sf.lit(""))


def parse_date(text: Column, format_: DateFormat) -> Column:
    """Date that the trimmed text says in this format, else null."""
    iso = text
    if format_ is not DateFormat.ISO:
        order = "-".join(f"${format_.group_of(part)}" for part in ("year", "month", "day"))
        iso = sf.regexp_replace(text, format_.pattern, order)
    return sf.when(text.rlike(format_.pattern), iso.try_cast("date"))


def parse_number(text: Column, format_: NumberFormat, type_name: str) -> Column:
    """Number of that Spark SQL type that the trimmed text says in this format, else null."""
    notation = format_.notation
    plain = sf.translate(text, f"{notation.decimal}R$ \xa0{notation.thousands}", ".")
    number = sf.when(text.rlike(format_.pattern), plain.try_cast(type_name))
    return sf.when(sf.abs(number) <= sf.lit(sys.float_info.max), number) if format_.is_scientific else number


def parse_boolean(text: Column, format_: BooleanFormat) -> Column:
    """Boolean that the trimmed text says in this format, else null."""
    return sf.when(text.isin(*format_.true), sf.lit(True)).when(text.isin(*format_.false), sf.lit(False))


def parse_timestamp(text: Column, format_: TimestampFormat) -> Column:
    """Instant that the trimmed text says in this format, else null; the session's time zone plays no part."""
    if format_.local_offset is None:
        iso = sf.translate(text, "tz", "TZ")
        instant = sf.when(sf.substring(iso, -6, 3).isin(*_FAR_OFFSETS), _at_far_offset(iso))
        instant = instant.otherwise(iso.try_cast("timestamp"))
    else:
        iso = sf.regexp_replace(text, format_.pattern, f"$3-$2-$1T$4{format_.local_offset}")
        instant = iso.try_cast("timestamp")
    has_place = ~iso.startswith(_LAST_DAY) | (instant <= sf.lit(LAST_INSTANT))
    return sf.when(text.rlike(format_.pattern) & has_place, instant)


def _at_far_offset(iso: Column) -> Column:
    """The instant of a well-formed text that ends with an offset which Java's calendar does not have."""
    minutes = sf.substring(iso, -5, 2).try_cast("int") * 60 + sf.substring(iso, -2, 2).try_cast("int")
    ahead = sf.when(sf.substring(iso, -6, 1) == "+", minutes).otherwise(-minutes)
    local = sf.concat(sf.left(iso, sf.length(iso) - _OFFSET_LENGTH), sf.lit("Z")).try_cast("timestamp")
    return sf.timestamp_add("MINUTE", -ahead, local)


def parse(text: Column, format_: WrittenFormat, type_name: str) -> Column:
    """What the trimmed text says in this format, else null; a number is of the Spark SQL type given."""
    match format_:
        case DateFormat():
            return parse_date(text, format_)
        case NumberFormat():
            return parse_number(text, format_, type_name)
        case BooleanFormat():
            return parse_boolean(text, format_)
        case TimestampFormat():
            return parse_timestamp(text, format_)


def parse_by_source(text: Column, column: ContractColumn, source: Column, sources: Iterable[Source]) -> Column:
    """What the trimmed text says in the format of the source that the column `source` names; null for other sources."""
    names_by_format: dict[WrittenFormat, list[str]] = {}
    for each in sources:
        format_ = written_format(column, each)
        if format_ is not None:
            names_by_format.setdefault(format_, []).append(each.name)
    read = [
        sf.when(source.isin(names), parse(text, format_, exact_type(column)))
        for format_, names in names_by_format.items()
    ]
    return sf.coalesce(*read)


def exact_type(column: ContractColumn) -> str:
    """The Spark SQL type that a number is read as: a double of known decimals is a decimal until it is stored."""
    if column.spark_type != "double" or column.scale is None:
        return column.spark_type
    return f"decimal({ENOUGH_DIGITS + column.scale},{column.scale})"
