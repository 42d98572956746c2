"""Renders the contract's checks as polars expressions; `spark_jobs.silver.rules` renders the same ones for Spark."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from contracts.formats import WrittenFormat
from contracts.rules import (
    AtLeast,
    AtMost,
    Check,
    Cpf,
    DateBetween,
    HasLength,
    Limit,
    Luhn,
    Matches,
    MultipleOf,
    OneOf,
    Parses,
    Present,
)
from tasks.extract.texts import digits_of, is_missing, trimmed
from tasks.extract.values import read

_CPF_DIGITS = 11
_CARD_DIGITS = 19


def accepts(  # noqa: C901, PLR0911 - one return for each check
    check: Check, text: pl.Expr, format_: WrittenFormat | None, ingestion_day: date
) -> pl.Expr:
    """Whether the check accepts each text, never null.

    `format_` is how the source writes the column, None for plain text; `ingestion_day` is the day in UTC.

    >>> cpfs = pl.Series(["529.982.247-25", "529.982.247-26", "111.111.111-11", None])
    >>> pl.select(accepts(Cpf(), pl.lit(cpfs), None, date(2026, 1, 31))).to_series().to_list()
    [True, False, False, False]
    """
    match check:
        case Present(missing_texts=texts):
            return ~is_missing(text) & ~trimmed(text).is_in(list(texts)).fill_null(value=False)
        case Parses():
            return _read(text, format_).is_not_null() | is_missing(text)
        case AtLeast(minimum=minimum, exclusive=exclusive):
            value, least = _read(text, format_), _literal(minimum)
            return _passes(value > least if exclusive else value >= least)
        case AtMost(maximum=maximum, exclusive=exclusive):
            value, most = _read(text, format_), _literal(maximum)
            return _passes(value < most if exclusive else value <= most)
        case MultipleOf(factor=factor):
            return _passes(_read(text, format_) % factor == 0)
        case DateBetween(earliest=earliest, days_ahead=days_ahead):
            latest = ingestion_day + timedelta(days=days_ahead)
            return _passes(_read(text, format_).is_between(pl.lit(earliest), pl.lit(latest)))
        case HasLength(least=least, most=most):
            length = trimmed(text).str.len_chars()
            return is_missing(text) | _passes(
                (length >= least) & (length <= most if most is not None else pl.lit(True))
            )
        case Matches(pattern=pattern):
            return is_missing(text) | _passes(trimmed(text).str.contains(pattern))
        case OneOf(values=values):
            return is_missing(text) | _passes(_is_one_of(text, format_, values))
        case Cpf():
            return _is_cpf(digits_of(text, ".-"))
        case Luhn():
            return is_missing(text) | _is_card(digits_of(text, "-"))


def _read(text: pl.Expr, format_: WrittenFormat | None) -> pl.Expr:
    return text if format_ is None else read(text, format_)


def _passes(verdict: pl.Expr) -> pl.Expr:
    """What cannot be compared passes: that it does not parse is another rule's business."""
    return verdict.fill_null(value=True)


def _literal(limit: Limit) -> pl.Expr:
    return pl.lit(float(limit) if isinstance(limit, Decimal) else limit)


def _is_one_of(text: pl.Expr, format_: WrittenFormat | None, values: tuple[object, ...]) -> pl.Expr:
    if format_ is None:
        return text.is_in(list(values))
    value = read(text, format_)
    return pl.any_horizontal(*(value == _literal(one) for one in values))  # type: ignore[arg-type]  # of the column's type


def _is_cpf(digits: pl.Expr) -> pl.Expr:
    """Receita Federal: each check digit is the weighted sum of those before it, times 10, modulo 11 (10 is 0)."""
    well_formed = digits.str.contains("^[0-9]{11}$").fill_null(value=False)
    number = digits.cast(pl.Int64, strict=False)
    digit: list[pl.Expr] = [number // 10 ** (_CPF_DIGITS - 1 - place) % 10 for place in range(_CPF_DIGITS)]
    first, second = (_cpf_check_digit(digit[:known]) == digit[known] for known in (9, 10))
    all_equal = number % 11_111_111_111 == 0
    return well_formed & (first & second & ~all_equal).fill_null(value=False)


def _cpf_check_digit(digits: list[pl.Expr]) -> pl.Expr:
    weights = range(len(digits) + 1, 1, -1)
    total = pl.sum_horizontal(digit * weight for digit, weight in zip(digits, weights, strict=True))
    return total * 10 % 11 % 10


def _is_card(digits: pl.Expr) -> pl.Expr:
    """ISO/IEC 7812-1: every second digit from the right is doubled, its digits summed. Leading zeros change nothing."""
    well_formed = digits.str.contains("^[0-9]{12,19}$").fill_null(value=False)
    number = digits.cast(pl.UInt64, strict=False)
    digit = [number // pl.lit(10**place, pl.UInt64) % 10 for place in range(_CARD_DIGITS)]
    doubled = [place * 2 - pl.when(place > 4).then(9).otherwise(0) for place in digit[1::2]]  # noqa: PLR2004 - 5 * 2 has two digits
    total = pl.sum_horizontal(*digit[::2], *doubled)
    return well_formed & (total % 10 == 0).fill_null(value=False)
