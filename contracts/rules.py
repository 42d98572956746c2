"""The rule vocabulary: what a value must satisfy, said without any engine.

Each check is rendered twice, as a polars expression (`tasks.rules`) and as a Spark column (`spark_jobs.rules`);
shared vectors hold the two to the same verdict on every value. All checks look at the column's text as it was
landed. A check passes null unless its docstring says otherwise; blanks around a value never matter except where said.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from contracts.formats import BLANKS


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
    """Not null, not empty and not only blanks. Rejects null."""


@dataclass(frozen=True)
class Parses:
    """Reads as the column's logical type in the source's format; a missing value passes if `missing_allowed`."""

    missing_allowed: bool


@dataclass(frozen=True)
class AtLeast:
    """The parsed number is at least `minimum`; a text that does not parse passes (that is `Parses`' business)."""

    minimum: float


@dataclass(frozen=True)
class Cpf:
    """Receita Federal's CPF: 11 digits once `.`, `-` and blanks are removed, not all equal, both check digits right.

    Rejects null.
    """


@dataclass(frozen=True)
class Email:
    """One `@`, something before it, no blanks, and a dot in the domain with two or more letters after it.

    Rejects null.
    """

    pattern: str = f"^[^@{BLANKS[1:-1]}]+@[^@{BLANKS[1:-1]}]+\\.[A-Za-z]{{2,}}$"


@dataclass(frozen=True)
class OneOf:
    """Exactly one of the listed texts, blanks and letter case included. Rejects null."""

    values: tuple[str, ...]


@dataclass(frozen=True)
class DateBetween:
    """`earliest` ≤ the parsed date ≤ day of ingestion (UTC) + `days_ahead`; a text that does not parse passes."""

    earliest: date
    days_ahead: int


@dataclass(frozen=True)
class Luhn:
    """12 to 19 digits once blanks and `-` are removed, whose Luhn checksum is right (ISO/IEC 7812-1).

    A missing value passes.
    """


Check = Present | Parses | AtLeast | Cpf | Email | OneOf | DateBetween | Luhn


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A check on a column, with the stage that enforces it and what breaking it means (ODCS section Data Quality)."""

    name: str
    column: str
    check: Check
    stage: Stage
    severity: Severity

    @property
    def label(self) -> str:
        """How the rule is called wherever a broken one is reported: `cpf: cpf_valid`."""
        return f"{self.column}: {self.name}"
