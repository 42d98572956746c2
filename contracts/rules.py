"""The rule vocabulary: what a value must satisfy, said without any engine.

Each check is rendered twice, as a polars expression (`tasks.validate.rules`) and as a Spark column
(`spark_jobs.silver.rules`); shared vectors hold the two to the same verdict on every value. All checks look at the
column's text as it was landed. A check passes a missing value (null, empty, only blanks) unless its docstring says
otherwise; blanks around a value never matter except where said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from contracts.formats import EMAIL_PATTERN


class Stage(StrEnum):
    """Where a rule is enforced."""

    LANDING = "landing"
    SILVER = "silver"


class Severity(StrEnum):
    """An `error` keeps the row out; a `warning` is counted and lets it pass."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Present:
    """Not null, not empty, not only blanks, and none of the texts that stand for a missing value. Rejects null."""

    missing_texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Parses:
    """Reads as the column's logical type in the source's format."""


Limit = Decimal | date | datetime
"""A least or greatest value: of a number or integer, of a date, of a timestamp."""


@dataclass(frozen=True)
class AtLeast:
    """The parsed value is at least `minimum`, or above it if `exclusive`; a text that does not parse passes."""

    minimum: Limit
    exclusive: bool = False


@dataclass(frozen=True)
class AtMost:
    """The parsed value is at most `maximum`, or below it if `exclusive`; a text that does not parse passes."""

    maximum: Limit
    exclusive: bool = False


@dataclass(frozen=True)
class MultipleOf:
    """The parsed whole number is a multiple of another; a text that does not parse passes."""

    factor: int


@dataclass(frozen=True)
class HasLength:
    """The text has so many characters (Unicode code points) at least and at most, without the blanks around it."""

    least: int = 0
    most: int | None = None


@dataclass(frozen=True)
class Matches:
    """The text without the blanks around it has a match of the portable pattern (`contracts.patterns`)."""

    pattern: str


EMAIL = Matches(EMAIL_PATTERN)
"""What ODCS's `format: email` means here."""


@dataclass(frozen=True)
class OneOf:
    """One of the listed values: a text exactly, with blanks and letter case; another type by what it reads as."""

    values: tuple[str | Limit | bool, ...]


@dataclass(frozen=True)
class Cpf:
    """Receita Federal's CPF: 11 digits once `.`, `-` and blanks are removed, not all equal, both check digits right.

    Rejects null.
    """


@dataclass(frozen=True)
class DateBetween:
    """`earliest` ≤ the parsed date ≤ day of ingestion (UTC) + `days_ahead`; a text that does not parse passes."""

    earliest: date
    days_ahead: int


@dataclass(frozen=True)
class Luhn:
    """12 to 19 digits once blanks and `-` are removed, whose Luhn checksum is right (ISO/IEC 7812-1)."""


Check = Present | Parses | AtLeast | AtMost | MultipleOf | HasLength | Matches | OneOf | Cpf | DateBetween | Luhn


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What a column's values must satisfy, all of it, with the stage that enforces it and what breaking it means."""

    name: str
    column: str
    checks: tuple[Check, ...]
    stage: Stage
    severity: Severity

    @property
    def label(self) -> str:
        """How the rule is called wherever a broken one is reported: `cpf: cpf_valid`."""
        return f"{self.column}: {self.name}"
