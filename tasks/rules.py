"""Renders the contract's checks as polars expressions; `spark_jobs.rules` renders the same ones for Spark."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from contracts.formats import AmountFormat, DateFormat, TimestampFormat
from contracts.model import Column, LogicalType, Source
from contracts.rules import AtLeast, Check, Cpf, DateBetween, Email, Luhn, OneOf, Parses, Present
from tasks.values import digits_of, is_missing, read_amount, read_date, read_timestamp, trimmed

Format = DateFormat | AmountFormat | TimestampFormat | None

_CPF_DIGITS = 11
_CARD_DIGITS = 19


def format_of(column: Column, source: Source) -> Format:
    """How this source writes that column; None for plain text."""
    forms: dict[LogicalType, Format] = {
        LogicalType.DATE: source.date_format,
        LogicalType.NUMBER: source.amount_format,
        LogicalType.TIMESTAMP: source.timestamp_format,
    }
    return forms.get(column.logical_type)


def accepts(check: Check, text: pl.Expr, form: Format, ingestion_day: date) -> pl.Expr:  # noqa: PLR0911 - one a check
    """Whether the check accepts each text, never null.

    `form` is how the source writes the column, None for plain text; `ingestion_day` is the day in UTC.
    """
    match check:
        case Present():
            return ~is_missing(text)
        case Parses(missing_allowed):
            parsed = _parsed(text, form).is_not_null()
            return parsed | is_missing(text) if missing_allowed else parsed
        case AtLeast(minimum):
            return (_parsed(text, form) >= minimum).fill_null(value=True)
        case Cpf():
            return _is_cpf(digits_of(text, ".-"))
        case Email(pattern):
            return trimmed(text).str.contains(pattern).fill_null(value=False)
        case OneOf(values):
            return text.is_in(list(values)).fill_null(value=False)
        case DateBetween(earliest, days_ahead):
            latest = ingestion_day + timedelta(days=days_ahead)
            return _parsed(text, form).is_between(pl.lit(earliest), pl.lit(latest)).fill_null(value=True)
        case Luhn():
            return is_missing(text) | _is_card(digits_of(text, "-"))


def _parsed(text: pl.Expr, form: Format) -> pl.Expr:
    match form:
        case DateFormat():
            return read_date(text, form)
        case AmountFormat():
            return read_amount(text, form)
        case TimestampFormat():
            return read_timestamp(text, form)
        case None:
            return text


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
