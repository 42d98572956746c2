"""Reads dates, numbers, booleans and timestamps from text as a source writes them, as polars expressions.

Each function takes an expression of strings and gives null for a text that is missing or not well-formed.
`contracts.formats` says what is well-formed; `spark_jobs.silver.parsing` reads the same texts to the same values.
"""

from __future__ import annotations

import re

import polars as pl

from contracts.formats import BooleanFormat, DateFormat, NumberFormat, TimestampFormat, WrittenFormat
from contracts.formats.notations import NegativeSign
from contracts.formats.numbers import ROUNDING_ERROR
from tasks.extract.texts import trimmed, well_formed
from tasks.extract.times import read_date, read_timestamp

_INT32_DIGITS = 10


def read(text: pl.Expr, format_: WrittenFormat) -> pl.Expr:
    """What the text says in this format."""
    match format_:
        case DateFormat():
            return read_date(text, format_)
        case NumberFormat():
            return read_number(text, format_)
        case BooleanFormat():
            return read_boolean(text, format_)
        case TimestampFormat():
            return read_timestamp(text, format_)


def read_number(text: pl.Expr, format_: NumberFormat) -> pl.Expr:
    """The number: an integer of the width that its digits need, else a double.

    >>> from contracts.formats.notations import AMOUNT_EXAMPLES
    >>> pl.select(read_number(pl.lit("R$ 1.234,56"), NumberFormat(AMOUNT_EXAMPLES["R$ 1.234,56"]))).item()
    1234.56
    """
    number = _plain(well_formed(text, format_.pattern), format_)
    if format_.is_integer:
        return number.cast(pl.Int32 if format_.whole_digits <= _INT32_DIGITS else pl.Int64, strict=False)
    double = number.cast(pl.Float64, strict=False)
    if not format_.is_scientific:
        return double
    if format_.decimals is None:
        return pl.when(double.is_finite()).then(double)
    return pl.when(_fits(double, format_.whole_digits, format_.decimals)).then(double)


def _plain(number: pl.Expr, format_: NumberFormat) -> pl.Expr:
    """The well-formed number as `-1234.56e-2`: without signs that count nothing, the minus in front."""
    notation = format_.notation
    if notation.dropped:
        number = number.str.replace_all(f"[{re.escape(notation.dropped)}]", "")
    if NegativeSign.PARENTHESES in notation.negative:
        number = number.str.replace("(", "-", literal=True).str.replace(")", "", literal=True)
    if notation.has_minus_behind:
        minus = pl.when(number.str.contains("-", literal=True)).then(pl.lit("-")).otherwise(pl.lit(""))
        number = minus + number.str.replace("-", "", literal=True)
    if format_.is_integer and notation.decimals:
        number = number.str.head(-1 - notation.decimals)
    elif notation.decimal != ".":
        number = number.str.replace(notation.decimal, ".", literal=True)
    return number + f"e-{format_.shift}" if format_.shift else number


def _fits(number: pl.Expr, whole_digits: int, decimals: int) -> pl.Expr:
    """Whether the double has so many digits; every step is one that both engines round alike."""
    steps = number * 10.0**decimals
    return (number.abs() < 10.0**whole_digits) & ((steps - steps.round()).abs() <= steps.abs() * ROUNDING_ERROR)


def read_boolean(text: pl.Expr, format_: BooleanFormat) -> pl.Expr:
    """True or false by the words for them."""
    word = trimmed(text)
    return pl.when(word.is_in(list(format_.true))).then(True).when(word.is_in(list(format_.false))).then(False)
