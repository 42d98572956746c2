"""Reads dates, numbers, booleans and timestamps from text as a source writes them, as polars expressions.

Each function takes an expression of strings and gives null for a text that is missing or not well-formed.
`contracts.formats` says what is well-formed; `spark_jobs.silver.parsing` reads the same texts to the same values.
"""

from __future__ import annotations

import polars as pl

from contracts.formats import (
    BLANK_CHARACTERS,
    BLANKS,
    LAST_INSTANT,
    BooleanFormat,
    DateFormat,
    NumberFormat,
    TimestampFormat,
    WrittenFormat,
)

_INT32_DIGITS = 10
_FURTHER_DECIMALS = r"(\.[0-9]{6})[0-9]+"
_STRPTIME = {DateFormat.ISO: "%Y-%m-%d", DateFormat.US: "%m/%d/%Y", DateFormat.BRAZILIAN: "%d/%m/%Y"}


def trimmed(text: pl.Expr) -> pl.Expr:
    """The text without the blanks around it."""
    return text.str.strip_chars(BLANK_CHARACTERS)


def is_missing(text: pl.Expr) -> pl.Expr:
    """True for null, empty and blank texts; never null."""
    return trimmed(text).fill_null("") == ""


def digits_of(text: pl.Expr, separators: str) -> pl.Expr:
    """The text without blanks and the characters in `separators` (as they stand at the end of a regex class)."""
    return text.str.replace_all(f"[{BLANKS[1:-1]}{separators}]", "")


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


def read_date(text: pl.Expr, format_: DateFormat) -> pl.Expr:
    """The day; null if there is no such day."""
    return _well_formed(text, format_.pattern).str.to_date(_STRPTIME[format_], strict=False)


def read_number(text: pl.Expr, format_: NumberFormat) -> pl.Expr:
    """The number: an integer of the width that its digits need, else a double, in the unit the source writes.

    >>> from contracts.formats import NumberNotation
    >>> pl.select(read_number(pl.lit("R$ 1.234,56"), NumberFormat(NumberNotation.REAL))).item()
    1234.56
    """
    if format_.is_scientific:
        double = _well_formed(text, format_.pattern).cast(pl.Float64, strict=False)
        return pl.when(double.is_finite()).then(double)
    number = _well_formed(text, format_.pattern).str.replace_all("[^0-9,.-]", "")
    if format_.notation.thousands:
        number = number.str.replace_all(format_.notation.thousands, "", literal=True)
    if format_.is_integer:
        return number.cast(pl.Int32 if format_.whole_digits <= _INT32_DIGITS else pl.Int64, strict=False)
    return number.str.replace(format_.notation.decimal, ".", literal=True).cast(pl.Float64, strict=False)


def read_boolean(text: pl.Expr, format_: BooleanFormat) -> pl.Expr:
    """True or false by the words for them."""
    word = trimmed(text)
    return pl.when(word.is_in(list(format_.true))).then(True).when(word.is_in(list(format_.false))).then(False)


def read_timestamp(text: pl.Expr, format_: TimestampFormat) -> pl.Expr:
    """The point in time, in UTC with microseconds.

    >>> str(pl.select(read_timestamp(pl.lit("31/01/2026 09:00:00"), TimestampFormat("-03:00"))).item())
    '2026-01-31 12:00:00+00:00'
    """
    time = _well_formed(text, format_.pattern)
    if format_.local_offset is None:
        time = time.str.to_uppercase().str.replace("Z$", "+00:00").str.replace(_FURTHER_DECIMALS, "$1")
        instant = time.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", time_unit="us", strict=False)
    else:
        time = time + pl.lit(format_.local_offset)
        instant = time.str.to_datetime("%d/%m/%Y %H:%M:%S%:z", time_unit="us", strict=False)
    return pl.when(instant <= LAST_INSTANT).then(instant)


def _well_formed(text: pl.Expr, pattern: str) -> pl.Expr:
    text = trimmed(text)
    return pl.when(text.str.contains(pattern)).then(text)
