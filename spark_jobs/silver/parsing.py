"""Reads landed text as the contract's types, in the format of the source it came from: Spark columns in and out.

ANSI mode throws on text that does not parse, so everything here is guarded by a pattern and a `try_` function: what
does not parse is null, never an error. `contracts.formats` says which texts are well-formed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from pyspark.sql import Column
from pyspark.sql import functions as sf

from contracts.columns import Column as ContractColumn
from contracts.formats import BooleanFormat, DateFormat, NumberFormat, TimestampFormat, WrittenFormat
from contracts.formats.notations import NegativeSign
from contracts.formats.numbers import ROUNDING_ERROR
from contracts.sources.kinds import Source
from contracts.written_formats import ENOUGH_DIGITS, written_format
from spark_jobs.silver.times import parse_date, parse_timestamp


def parse_number(text: Column, format_: NumberFormat, type_name: str) -> Column:
    """Number of that Spark SQL type that the trimmed text says in this format, else null."""
    is_well_formed, plain = text.rlike(format_.pattern), _plain(text, format_)
    if not format_.is_scientific:
        return sf.when(is_well_formed, plain.try_cast(type_name))
    double = sf.when(is_well_formed, plain.try_cast("double"))
    if format_.decimals is None:
        return sf.when(sf.abs(double) <= sf.lit(sys.float_info.max), double)
    return sf.when(_fits(double, format_.whole_digits, format_.decimals), double.try_cast(type_name))


def _plain(text: Column, format_: NumberFormat) -> Column:
    """The well-formed number as `-1234.56e-2`: without signs that count nothing, the minus in front."""
    notation = format_.notation
    in_parentheses = ("(", "-", ")") if NegativeSign.PARENTHESES in notation.negative else ("", "", "")
    opening, minus, closing = in_parentheses
    gone = f"{notation.dropped}{closing}{'-' if notation.has_minus_behind else ''}"
    written, meant = f"{notation.decimal}{opening}{gone}", f".{minus}"
    plain = text if written == meant else sf.translate(text, written, meant)
    if notation.has_minus_behind:
        plain = sf.concat(sf.when(text.contains("-"), "-").otherwise(""), plain)
    if format_.is_integer and notation.decimals:
        plain = sf.left(plain, sf.length(plain) - sf.lit(1 + notation.decimals))
    return sf.concat(plain, sf.lit(f"e-{format_.shift}")) if format_.shift else plain


def _fits(number: Column, whole_digits: int, decimals: int) -> Column:
    """Whether the double has so many digits; every step is one that both engines round alike."""
    steps = number * sf.lit(10.0**decimals)
    is_whole = sf.abs(steps - sf.rint(steps)) <= sf.abs(steps) * sf.lit(ROUNDING_ERROR)
    return (sf.abs(number) < sf.lit(10.0**whole_digits)) & is_whole


def parse_boolean(text: Column, format_: BooleanFormat) -> Column:
    """Boolean that the trimmed text says in this format, else null."""
    return sf.when(text.isin(*format_.true), sf.lit(True)).when(text.isin(*format_.false), sf.lit(False))


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
