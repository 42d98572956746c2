"""Reads dates, amounts and timestamps from text as a source writes them, as polars expressions.

Each function takes an expression of strings and gives null for a text that is missing or not well-formed.
`contracts.formats` says what is well-formed; `spark_jobs` reads the same texts to the same values.
"""

from __future__ import annotations

import polars as pl

from contracts.formats import BLANK_CHARACTERS, BLANKS, AmountFormat, DateFormat, TimestampFormat

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


def read_date(text: pl.Expr, form: DateFormat) -> pl.Expr:
    """The day; null if there is no such day."""
    return _well_formed(text, form.pattern).str.to_date(_STRPTIME[form], strict=False)


def read_amount(text: pl.Expr, form: AmountFormat) -> pl.Expr:
    """The amount of money as a double, in the unit the source writes."""
    number = _well_formed(text, form.pattern).str.replace_all("[^0-9,.-]", "")
    if form.thousands:
        number = number.str.replace_all(form.thousands, "", literal=True)
    return number.str.replace(form.decimal, ".", literal=True).cast(pl.Float64, strict=False)


def read_timestamp(text: pl.Expr, form: TimestampFormat) -> pl.Expr:
    """The point in time, in UTC with microseconds."""
    well_formed = _well_formed(text, form.pattern)
    if form.local_offset is None:
        time = well_formed.str.replace("Z$", "+00:00")
        return time.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", time_unit="us", strict=False)
    time = well_formed + pl.lit(form.local_offset)
    return time.str.to_datetime("%d/%m/%Y %H:%M:%S%:z", time_unit="us", strict=False)


def _well_formed(text: pl.Expr, pattern: str) -> pl.Expr:
    text = trimmed(text)
    return pl.when(text.str.contains(pattern)).then(text)
