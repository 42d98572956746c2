"""Reads landed text as the contract's types, in the format of the source it came from: Spark columns in and out.

ANSI mode throws on text that does not parse, so everything here is guarded by a pattern and a `try_` function: what
does not parse is null, never an error. `contracts.formats` says which texts are well-formed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import or_

from pyspark.sql import Column
from pyspark.sql import functions as sf

from contracts.formats import BLANK_CHARACTERS, AmountFormat, DateFormat, TimestampFormat
from contracts.model import LogicalType, Source

AMOUNT_TYPE = "decimal(14,2)"
"""Exact type of an amount of money, as `contracts.formats.AmountFormat` bounds it."""

Format = DateFormat | AmountFormat | TimestampFormat


def trimmed(text: Column) -> Column:
    """The text without the blanks around it; null when nothing else is there (a missing value).

    Trimming searches the list of blanks twice for every text; looking the two ends up first takes half the time.
    """
    first_and_last = (sf.substring(text, 1, 1), sf.substring(text, -1, 1))
    has_blanks = reduce(or_, (character.isin(*BLANK_CHARACTERS) for character in first_and_last))
    return sf.nullif(sf.when(has_blanks, sf.btrim(text, sf.lit(BLANK_CHARACTERS))).otherwise(text), sf.lit(""))


def parse_date(text: Column, form: DateFormat) -> Column:
    """Date that the trimmed text says in this format, else null."""
    iso = text
    if form is not DateFormat.ISO:
        order = "-".join(f"${form.group_of(part)}" for part in ("year", "month", "day"))
        iso = sf.regexp_replace(text, form.pattern, order)
    return sf.when(text.rlike(form.pattern), iso.try_cast("date"))


def parse_amount(text: Column, form: AmountFormat) -> Column:
    """Amount of type `AMOUNT_TYPE` that the trimmed text says in this format, else null."""
    plain = sf.translate(text, f"{form.decimal}R$ \xa0{form.thousands}", ".")
    return sf.when(text.rlike(form.pattern), plain.try_cast(AMOUNT_TYPE))


def parse_timestamp(text: Column, form: TimestampFormat) -> Column:
    """Instant that the trimmed text says in this format, else null; the session's time zone plays no part."""
    iso = text
    if form.local_offset is not None:
        iso = sf.regexp_replace(text, form.pattern, f"$3-$2-$1T$4{form.local_offset}")
    return sf.when(text.rlike(form.pattern), iso.try_cast("timestamp"))


def parse(text: Column, form: Format) -> Column:
    """What the trimmed text says in this format, else null."""
    match form:
        case DateFormat():
            return parse_date(text, form)
        case AmountFormat():
            return parse_amount(text, form)
        case TimestampFormat():
            return parse_timestamp(text, form)


def parse_by_source(text: Column, logical_type: LogicalType, source: Column, sources: Iterable[Source]) -> Column:
    """What the trimmed text says in the format of the source that the column `source` names; null for other sources."""
    names_by_form: dict[Format, list[str]] = {}
    for each in sources:
        names_by_form.setdefault(format_of(each, logical_type), []).append(each.name)
    return sf.coalesce(*(sf.when(source.isin(names), parse(text, form)) for form, names in names_by_form.items()))


def format_of(source: Source, logical_type: LogicalType) -> Format:
    """How the source writes values of this type; ValueError for text, which has no format."""
    match logical_type:
        case LogicalType.DATE:
            return source.date_format
        case LogicalType.NUMBER:
            return source.amount_format
        case LogicalType.TIMESTAMP:
            return source.timestamp_format
        case _:
            raise ValueError(f"a column of type {logical_type} is written in no format of its own")
