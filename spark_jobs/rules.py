"""The rule vocabulary as Spark columns: `accepts` renders any check of `contracts.rules`.

A verdict is never null. Native expressions only, and none that throws in ANSI mode.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add

from pyspark.sql import Column
from pyspark.sql import functions as sf

from contracts.formats import BLANK_CHARACTERS
from contracts.rules import AtLeast, Check, Cpf, DateBetween, Email, Luhn, OneOf, Parses, Present

CPF_REPEATED = 11_111_111_111
"""Every CPF of eleven equal digits is a multiple of it, and no other eleven digits are."""


@dataclass(frozen=True)
class Value:
    """A column as rules see it.

    `text` is what was landed, `trimmed` the same without blanks around it (null: missing), `parsed` what that reads as
    in the source's format (the trimmed text itself for a text column), and `cpf_number` is `cpf_number(text)`. A frame
    that has these as columns of their own computes each once, however often a check refers to it.
    """

    text: Column
    trimmed: Column
    parsed: Column
    cpf_number: Column


def accepts(check: Check, value: Value, ingestion_day: Column) -> Column:  # noqa: PLR0911 - one return for each check
    """Whether the check accepts the value, as a boolean column without nulls; `ingestion_day` is a date in UTC."""
    match check:
        case Present():
            return value.trimmed.isNotNull()
        case Parses(missing_allowed=missing_allowed):
            parses = value.parsed.isNotNull()
            return parses | value.trimmed.isNull() if missing_allowed else parses
        case AtLeast(minimum=minimum):
            return sf.coalesce(value.parsed >= sf.lit(minimum), sf.lit(True))
        case DateBetween(earliest=earliest, days_ahead=days_ahead):
            plausible = value.parsed.between(sf.lit(earliest), sf.date_add(ingestion_day, days_ahead))
            return sf.coalesce(plausible, sf.lit(True))
        case OneOf(values=values):
            return sf.coalesce(value.text.isin(*values), sf.lit(False))
        case Email(pattern=pattern):
            return sf.coalesce(value.trimmed.rlike(pattern), sf.lit(False))
        case Cpf():
            return is_cpf(value.cpf_number)
        case Luhn():
            return value.trimmed.isNull() | is_card_number(value.text)


def cpf_number(text: Column) -> Column:
    """The text's 11 digits as one number, once `.`, `-` and blanks are removed; null if that is not 11 digits."""
    digits = without(text, ".-" + BLANK_CHARACTERS)
    return sf.when(digits.rlike("^[0-9]{11}$"), digits.try_cast("bigint"))


def is_cpf(number: Column) -> Column:
    """Whether a `cpf_number` is a CPF by Receita Federal's rule; by arithmetic, as a substring a digit costs more."""
    check_digits = _check_digit(number, first_place=2) * 10 + _check_digit(number, first_place=1)
    return sf.coalesce((number % 100 == check_digits) & (number % CPF_REPEATED != 0), sf.lit(False))


def is_card_number(text: Column) -> Column:
    """Whether the text is 12 to 19 digits with a right Luhn checksum, once blanks and `-` are removed."""
    digits = without(text, "-" + BLANK_CHARACTERS)
    return sf.coalesce(digits.rlike("^[0-9]{12,19}$") & sf.call_function("luhn_check", digits), sf.lit(False))


def without(text: Column, characters: str) -> Column:
    """The text with every one of these characters removed."""
    return sf.translate(text, characters, "")


def _check_digit(number: Column, first_place: int) -> Column:
    """The digit that the digits left of it demand: 11 minus their weighted sum modulo 11, and 0 for 10 and 11.

    The digit at `first_place` (counted from the right, from 0) has weight 2, the one left of it 3, and so on.
    """
    weighted = [_digit(number, place) * (place - first_place + 2) for place in range(first_place, 11)]
    return (reduce(add, weighted) * 10 % 11) % 10


def _digit(number: Column, place: int) -> Column:
    return sf.call_function("div", number, sf.lit(10**place)) % 10
