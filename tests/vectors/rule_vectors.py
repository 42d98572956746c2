"""The verdict of every check on telling values: both renderers accept and reject exactly these.

A vector is a text as landed, or None, and whether the check accepts it. The day of
ingestion is `INGESTION_DAY`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from contracts.formats import AmountFormat, DateFormat, TimestampFormat
from contracts.model import LogicalType
from contracts.rules import AtLeast, Check, Cpf, DateBetween, Email, Luhn, OneOf, Parses, Present
from tests.vectors.format_vectors import AMOUNTS, DATES, MISSING, NOT_BLANK, TIMESTAMPS
from tests.vectors.identity_vectors import (
    INVALID_CARDS,
    INVALID_CPFS,
    INVALID_EMAILS,
    VALID_CARDS,
    VALID_CPFS,
    VALID_EMAILS,
)

INGESTION_DAY = date(2026, 11, 25)

Format = DateFormat | AmountFormat | TimestampFormat | None


@dataclass(frozen=True)
class RuleVectors:
    """A check on a column of `logical_type` written in `format` (None: text), and its verdict on each text."""

    name: str
    check: Check
    logical_type: LogicalType
    format: Format
    verdicts: dict[str | None, bool]


def _verdicts(accepted: Iterable[str | None], rejected: Iterable[str | None]) -> dict[str | None, bool]:
    accepted, rejected = tuple(accepted), tuple(rejected)
    both = set(accepted) & set(rejected)
    if both:
        raise ValueError(f"texts both accepted and rejected: {both}")
    return {**dict.fromkeys(accepted, True), **dict.fromkeys(rejected, False)}


PRESENT = RuleVectors(
    "present",
    Present(),
    LogicalType.STRING,
    None,
    _verdicts(accepted=("a", " a ", "0", "null", "-", "ção", "😀", *NOT_BLANK), rejected=MISSING),
)

CPF = RuleVectors("cpf", Cpf(), LogicalType.STRING, None, _verdicts(VALID_CPFS, INVALID_CPFS))

EMAIL = RuleVectors("email", Email(), LogicalType.STRING, None, _verdicts(VALID_EMAILS, INVALID_EMAILS))

ONE_OF = RuleVectors(
    "one_of",
    OneOf(("São Paulo", "Belém", "Recife")),
    LogicalType.STRING,
    None,
    _verdicts(
        accepted=("São Paulo", "Belém", "Recife"),
        rejected=(
            *MISSING,
            "Sao Paulo",
            "são paulo",
            "SÃO PAULO",
            " Recife",
            "Recife ",
            "Sa\u0303o Paulo",
            "Natal",
            "%",
        ),
    ),
)

LUHN = RuleVectors("luhn", Luhn(), LogicalType.STRING, None, _verdicts((*MISSING, *VALID_CARDS), INVALID_CARDS))

AT_LEAST = RuleVectors(
    "at_least",
    AtLeast(0),
    LogicalType.NUMBER,
    AmountFormat.REAL,
    _verdicts(
        accepted=(*MISSING, "0", "0,00", "-0,00", "R$ 0,01", "1.234,56", "999.999.999.999,99", "abc", "-1.5", "--1"),
        rejected=("-0,01", " -1 ", "-R$ 1,00", "R$ -1,00", "-999.999.999.999,99"),
    ),
)

AT_LEAST_FRACTION = RuleVectors(
    "at_least_fraction",
    AtLeast(10.5),
    LogicalType.NUMBER,
    AmountFormat.PLAIN,
    _verdicts(accepted=("10.5", "10.50", "11", "10,4"), rejected=("10.49", "0", "-10.5")),
)

DATE_BETWEEN = RuleVectors(
    "date_between",
    DateBetween(date(2000, 1, 1), 1),
    LogicalType.DATE,
    DateFormat.ISO,
    _verdicts(
        accepted=(
            *MISSING,
            "2000-01-01",
            "2026-11-25",
            "2026-11-26",
            " 2026-11-26 ",
            "2026-02-30",
            "26/11/2027",
            "abc",
        ),
        rejected=("1999-12-31", "2026-11-27", "2027-01-01", "1000-01-01", "9999-12-31"),
    ),
)


def _parses() -> Iterator[RuleVectors]:
    """One `Parses` for each format, with the verdicts that the format's values imply, and one that allows missing."""
    tables = ((LogicalType.DATE, DATES), (LogicalType.NUMBER, AMOUNTS), (LogicalType.TIMESTAMP, TIMESTAMPS))
    for logical_type, table in tables:
        for form, values in table.items():
            read: dict[str | None, bool] = {text: value is not None for text, value in values.items()}
            read |= dict.fromkeys(NOT_BLANK, False)
            for allowed in (False, True):
                name = f"parses_{logical_type}_{form}_{'or_missing' if allowed else 'required'}"
                verdicts = read | dict.fromkeys(MISSING, allowed)
                yield RuleVectors(name, Parses(missing_allowed=allowed), logical_type, form, verdicts)


RULE_VECTORS: tuple[RuleVectors, ...] = (
    PRESENT,
    CPF,
    EMAIL,
    ONE_OF,
    LUHN,
    AT_LEAST,
    AT_LEAST_FRACTION,
    DATE_BETWEEN,
    *_parses(),
)
