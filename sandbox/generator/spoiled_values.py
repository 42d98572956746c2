"""What dirt looks like: each function takes good values with a variant number each, and returns bad ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial

import polars as pl

from sandbox.generator.draws import Integers
from sandbox.generator.presentation import one_of

MISSING_TEXTS = (None, None, "", "   ")
MISSING_IN_FILE = (None, None, "   ")
"""A CSV file cannot tell an empty text from a missing one."""

_UNPARSABLE_DATES = ("sem data", "2025-02-30", "30/02/2025", "31/11/24", "2025/07/15", "0000-00-00", "ontem")
_UNPARSABLE_TIMES = ("ontem", "30/02/2025 10:00:00", "2025-02-30T10:00:00Z", "01/07/2025 25:00:00", "?")
_IMPLAUSIBLE_DATES = (
    date(1899, 12, 30),
    date(1970, 1, 1),
    date(1999, 12, 31),
    date(2206, 1, 31),
    date(9999, 12, 31),
)


def pick(options: Sequence[object], values: pl.Series, variants: Integers) -> pl.Series:
    """One of the options for each variant number, whatever the value was."""
    return pl.Series(options, dtype=values.dtype).gather(variants % len(options))


unparsable_dates = partial(pick, _UNPARSABLE_DATES)
"""Texts that read as a date in none of the contracts' formats."""

unparsable_times = partial(pick, _UNPARSABLE_TIMES)
"""Texts that read as a point in time in none of the contracts' formats."""

implausible_dates = partial(pick, _IMPLAUSIBLE_DATES)
"""A spreadsheet's or a clock's day zero, the day before the first plausible one, or far in the future."""


def variant(variants: Integers, *options: pl.Expr) -> pl.Series:
    """For each variant number the value of one of the options, which are of literals."""
    return pl.select(one_of(pl.lit(pl.Series(variants)), *options).alias("value"))["value"]


def next_digit(digit: pl.Expr) -> pl.Expr:
    """Another digit than the one given as text."""
    return ((digit.cast(pl.Int64) + 1) % 10).cast(pl.String)


def invalid_cpfs(cpfs: pl.Series, variants: Integers) -> pl.Series:
    """Either check digit wrong, all digits equal, a digit too few, one too many, or a letter, from 11 valid digits."""
    cpf = pl.lit(cpfs)
    digit = pl.lit(pl.Series(variants)) // 8
    return variant(
        variants,
        cpf.str.head(9) + next_digit(cpf.str.slice(9, 1)) + cpf.str.tail(1),
        cpf.str.head(10) + next_digit(cpf.str.tail(1)),
        pl.concat_str([(digit % 10).cast(pl.String)] * 11),
        cpf.str.head(10),
        cpf + "0",
        cpf.str.head(10) + "X",
    )
