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
from contracts.rules import (
    AtLeast,
    AtMost,
    Check,
    Cpf,
    DateBetween,
    HasLength,
    Luhn,
    Matches,
    MultipleOf,
    OneOf,
    Parses,
    Present,
)
from spark_jobs.silver.texts import trimmed

CPF_REPEATED = 11_111_111_111
"""Every CPF of eleven equal digits is a multiple of it, and no other eleven digits are."""


@dataclass(frozen=True)
class Value:
    """A column as rules see it.

    `text` is what was landed, `trimmed` the same without blanks around it (null: missing), `parsed` what that reads as
    in the source's format (None for a text column), and `cpf_number` is `cpf_number(text)`. A frame that has these as
    columns of their own computes each once, however often a check refers to it.
    """

    text: Column
    trimmed: Column
    parsed: Column | None
    cpf_number: Column

    @classmethod
    def of_typed(cls, column: Column, *, is_text: bool) -> Value:
        """A column of a table that is typed already."""
        text = column.cast("string")
        return cls(text, trimmed(text), None if is_text else column, cpf_number(text))

    @property
    def typed(self) -> Column:
        """What it reads as."""
        return self.trimmed if self.parsed is None else self.parsed


def accepts(check: Check, value: Value, ingestion_day: Column) -> Column:  # noqa: C901, PLR0911 - one return for each check
    """Whether the check accepts the value, as a boolean column without nulls; `ingestion_day` is a date in UTC."""
    match check:
        case Present(missing_texts=texts):
            return (
                value.trimmed.isNotNull() & ~_passes(value.trimmed.isin(*texts), missing=False)
                if texts
                else (value.trimmed.isNotNull())
            )
        case Parses():
            return value.typed.isNotNull() | value.trimmed.isNull()
        case AtLeast(minimum=minimum, exclusive=exclusive):
            return _passes(value.typed > sf.lit(minimum) if exclusive else value.typed >= sf.lit(minimum))
        case AtMost(maximum=maximum, exclusive=exclusive):
            return _passes(value.typed < sf.lit(maximum) if exclusive else value.typed <= sf.lit(maximum))
        case MultipleOf(factor=factor):
            return _passes(value.typed % factor == 0)
        case DateBetween(earliest=earliest, days_ahead=days_ahead):
            return _passes(value.typed.between(sf.lit(earliest), sf.date_add(ingestion_day, days_ahead)))
        case HasLength(least=least, most=most):
            length = sf.length(value.trimmed)
            return _passes((length >= least) & (length <= most if most is not None else sf.lit(True)))
        case Matches(pattern=pattern):
            return _passes(value.trimmed.rlike(pattern))
        case OneOf(values=values):
            listed = value.text.isin(*values) if value.parsed is None else value.parsed.isin(*values)
            return value.trimmed.isNull() | _passes(listed)
        case Cpf():
            return is_cpf(value.cpf_number)
        case Luhn():
            return value.trimmed.isNull() | is_card_number(value.text)


def cpf_number(text: Column) -> Column:
    """The text's 11 digits as one number, once `.`, `-` and blanks are removed; null if that is not 11 digits."""
    return sf.coalesce(*map(_eleven_digits, (_without_each(text, " .-"), without(text, ".-" + BLANK_CHARACTERS))))


def is_cpf(number: Column) -> Column:
    """Whether a `cpf_number` is a CPF by Receita Federal's rule; by arithmetic, as a substring a digit costs more."""
    check_digits = _check_digit(number, first_place=2) * 10 + _check_digit(number, first_place=1)
    return sf.coalesce((number % 100 == check_digits) & (number % CPF_REPEATED != 0), sf.lit(False))


def is_card_number(text: Column) -> Column:
    """Whether the text is 12 to 19 digits with a right Luhn checksum, once blanks and `-` are removed."""
    is_card = _has_luhn_digits(_without_each(text, " -")) | _has_luhn_digits(without(text, "-" + BLANK_CHARACTERS))
    return sf.coalesce(is_card, sf.lit(False))


def without(text: Column, characters: str) -> Column:
    """The text with every one of these characters removed."""
    return sf.translate(text, characters, "")


def _without_each(text: Column, characters: str) -> Column:
    """As `without`, of few characters: it looks every letter up in a map, while to search bytes takes a fraction.

    Tried first where nearly all texts are then as they should be; only the others are rid of all that may be in them.
    """
    return reduce(lambda rest, one: sf.replace(rest, sf.lit(one), sf.lit("")), characters, text)


def _eleven_digits(text: Column) -> Column:
    return sf.when(text.rlike("^[0-9]{11}$"), text.try_cast("bigint"))


def _has_luhn_digits(text: Column) -> Column:
    return text.rlike("^[0-9]{12,19}$") & sf.call_function("luhn_check", text)


def _passes(verdict: Column, *, missing: bool = True) -> Column:
    return sf.coalesce(verdict, sf.lit(missing))


def _check_digit(number: Column, first_place: int) -> Column:
    """The digit that the digits left of it demand: 11 minus their weighted sum modulo 11, and 0 for 10 and 11.

    The digit at `first_place` (counted from the right, from 0) has weight 2, the one left of it 3, and so on.
    """
    weighted = [_digit(number, place) * (place - first_place + 2) for place in range(first_place, 11)]
    return (reduce(add, weighted) * 10 % 11) % 10


def _digit(number: Column, place: int) -> Column:
    return sf.call_function("div", number, sf.lit(10**place)) % 10
