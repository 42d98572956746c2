"""The signs and separators of numbers, as a source declares them."""

from __future__ import annotations

import re
from dataclasses import fields
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field
from pydantic import dataclasses as checked
from pydantic.alias_generators import to_camel

BLANK_IN_NUMBER = " \xa0\u202f"
"""The blank of a notation: a space, or one of the two that do not break (CLDR groups by them)."""

PERCENT_DECIMALS = 2


class NegativeSign(StrEnum):
    """Where a negative number has its minus: around its currency sign there are two places on each side."""

    LEADING = "leading"
    BEFORE_DIGITS = "beforeDigits"
    AFTER_DIGITS = "afterDigits"
    TRAILING = "trailing"
    PARENTHESES = "parentheses"


_IN_FRONT = (NegativeSign.LEADING,)


class CurrencyPlace(StrEnum):
    """On which side of the digits the currency sign stands."""

    BEFORE = "before"
    AFTER = "after"


def _listed(value: Any) -> Any:  # noqa: ANN401 (whatever the file says)
    return [value] if isinstance(value, str) else value


@checked.dataclass(frozen=True, config=ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid"))
class NumberNotation:
    """The signs and separators of a number, by CLDR's names for them ("Number Symbols").

    Currency sign and groups are optional in every number; a `currency` of which the side at the digits is a blank may
    stand apart from them by one. `exponent` None: allowed where no number of decimals is known, as databases and JSON
    write it. `decimals`: exactly so many are written, where the column's type has no room for them they are zeros.
    """

    decimal: str = "."
    grouping: str = ""
    currency: str = ""
    currency_place: CurrencyPlace = CurrencyPlace.BEFORE
    negative: Annotated[tuple[NegativeSign, ...], BeforeValidator(_listed)] = _IN_FRONT
    percent: bool = False
    implied_decimals: Annotated[int, Field(ge=0, le=6)] = 0
    decimals: Annotated[int, Field(ge=0, le=18)] | None = None
    exponent: bool | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be told apart."""
        if self.decimal not in {".", ","}:
            raise ValueError(f"decimal is {self.decimal!r}, and can be '.' or ','")
        if self.grouping not in {"", ".", ",", "'", "’", " "} or self.grouping == self.decimal:
            raise ValueError(f"grouping is {self.grouping!r}, and can be . , ' ’ or a blank, and not as decimal")
        if re.search(r"[0-9().,%+'’-]", self.currency) or (self.currency and not self.currency.strip()):
            raise ValueError(f"currency {self.currency!r} has a sign in it that numbers are made of")
        if not self.negative or (len(set(self.negative)) < len(self.negative)):
            raise ValueError("negative names no place for the minus, or one twice")
        if self.percent and self.currency:
            raise ValueError("percent and currency: a number is of one of the two")
        has_other_signs = self.dropped or self.shift or self.decimals is not None or self.negative != _IN_FRONT
        if self.exponent and has_other_signs:
            raise ValueError("exponent goes with decimal alone: such a number has no other signs")

    @property
    def shift(self) -> int:
        """By how many places the number's value is smaller than what its digits say."""
        return self.implied_decimals + PERCENT_DECIMALS * self.percent

    @property
    def dropped(self) -> str:
        """The characters that are no part of the number."""
        blanks = BLANK_IN_NUMBER if self.grouping == " " or self.percent or re.search(r"\s", self.currency) else ""
        grouping = "'’" if self.grouping in {"'", "’"} else self.grouping
        return "".join(dict.fromkeys(f"{self.currency}{grouping}{'%' if self.percent else ''}{blanks}"))

    @property
    def has_minus_behind(self) -> bool:
        """Whether a minus may stand behind the digits."""
        return not {NegativeSign.AFTER_DIGITS, NegativeSign.TRAILING}.isdisjoint(self.negative)

    @property
    def forms(self) -> dict[str, list[str]]:
        """What may stand before the digits, by what stands behind them, as regexes."""
        sign = f"(?:{with_any_blank(self.currency)})?" if self.currency else ""
        before, after = (sign, "") if self.currency_place is CurrencyPlace.BEFORE else ("", sign)
        after += f"[{BLANK_IN_NUMBER}]?%" if self.percent else ""
        around = {
            NegativeSign.LEADING: [(f"-{before}", after)],
            NegativeSign.BEFORE_DIGITS: [(f"{before}-", after)],
            NegativeSign.AFTER_DIGITS: [(before, f"-{after}")],
            NegativeSign.TRAILING: [(before, f"{after}-")],
            NegativeSign.PARENTHESES: [(f"\\({before}", f"{after}\\)"), (f"{before}\\(", f"\\){after}")],
        }
        forms: dict[str, list[str]] = {after: [before]}
        for front, behind in (form for sign in self.negative for form in around[sign]):
            fronts = forms.setdefault(behind, [])
            fronts += [front] if front not in fronts else []
        return forms

    def __str__(self) -> str:
        """As a contract's `amountFormat`, or else the words that are not as in a plain number."""
        for example, notation in AMOUNT_EXAMPLES.items():
            if self == notation:
                return example
        said = {
            word.name: getattr(self, word.name) for word in fields(self) if getattr(self, word.name) != word.default
        }
        return ", ".join(f"{to_camel(word)} {_spelled(value)}" for word, value in said.items())


AMOUNT_EXAMPLES = {
    "1234.56": NumberNotation(),
    "$1,234.56": NumberNotation(grouping=",", currency="$"),
    "R$ 1.234,56": NumberNotation(",", ".", "R$ ", negative=(NegativeSign.LEADING, NegativeSign.BEFORE_DIGITS)),
}
"""The notations that an example names (`amountFormat`)."""


def with_any_blank(sign: str, times: str = "?") -> str:
    """Regex of a sign in which any blank stands for each."""
    return re.sub(r"(?:\\?\s)+", lambda _: f"[{BLANK_IN_NUMBER}]{times}", re.escape(sign)).replace("'", "['’]")


def _spelled(value: object) -> str:
    return " or ".join(value) if isinstance(value, tuple) else repr(value) if type(value) is str else str(value)
