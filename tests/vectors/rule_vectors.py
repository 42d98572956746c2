"""The verdict of every check on telling values: both renderers accept and reject exactly these.

A vector is a text as landed, or None, and whether the check accepts it. The day of
ingestion is `INGESTION_DAY`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from contracts.formats import NumberFormat, WrittenFormat
from contracts.patterns import portable_pattern
from contracts.rules import (
    EMAIL as EMAIL_CHECK,
)
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
from tests.vectors.date_vectors import BRAZILIAN, ISO
from tests.vectors.format_vectors import FORMATS, MISSING, NOT_BLANK
from tests.vectors.identity_vectors import (
    INVALID_CARDS,
    INVALID_CPFS,
    INVALID_EMAILS,
    VALID_CARDS,
    VALID_CPFS,
    VALID_EMAILS,
)
from tests.vectors.number_vectors import DOLLAR, PLAIN, PLAIN_NOTATION, REAL
from tests.vectors.time_vectors import SAO_PAULO

INGESTION_DAY = date(2026, 11, 25)

INTEGER = NumberFormat(PLAIN_NOTATION, 0, 19, is_integer=True)


@dataclass(frozen=True)
class RuleVectors:
    """Checks on a column that is written in `format` (None: text), and their common verdict on each text."""

    name: str
    checks: tuple[Check, ...]
    format: WrittenFormat | None
    verdicts: dict[str | None, bool]


def _verdicts(accepted: Iterable[str | None], rejected: Iterable[str | None]) -> dict[str | None, bool]:
    accepted, rejected = tuple(accepted), tuple(rejected)
    both = set(accepted) & set(rejected)
    if both:
        raise ValueError(f"texts both accepted and rejected: {both}")
    return {**dict.fromkeys(accepted, True), **dict.fromkeys(rejected, False)}


PRESENT = RuleVectors(
    "present",
    (Present(),),
    None,
    _verdicts(accepted=("a", " a ", "0", "null", "-", "ção", "😀", *NOT_BLANK), rejected=MISSING),
)

CPF = RuleVectors("cpf", (Cpf(),), None, _verdicts(VALID_CPFS, INVALID_CPFS))

EMAIL = RuleVectors("email", (Present(), EMAIL_CHECK), None, _verdicts(VALID_EMAILS, INVALID_EMAILS))

ONE_OF = RuleVectors(
    "one_of",
    (Present(), OneOf(("São Paulo", "Belém", "Recife"))),
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

LUHN = RuleVectors("luhn", (Luhn(),), None, _verdicts((*MISSING, *VALID_CARDS), INVALID_CARDS))

AT_LEAST = RuleVectors(
    "at_least",
    (AtLeast(Decimal(0)),),
    REAL,
    _verdicts(
        accepted=(*MISSING, "0", "0,00", "-0,00", "R$ 0,01", "1.234,56", "999.999.999.999,99", "abc", "-1.5", "--1"),
        rejected=("-0,01", " -1 ", "-R$ 1,00", "R$ -1,00", "-999.999.999.999,99"),
    ),
)

AT_LEAST_FRACTION = RuleVectors(
    "at_least_fraction",
    (AtLeast(Decimal("10.5")),),
    PLAIN,
    _verdicts(accepted=("10.5", "10.50", "11", "10,4"), rejected=("10.49", "0", "-10.5")),
)

DATE_BETWEEN = RuleVectors(
    "date_between",
    (DateBetween(date(2000, 1, 1), 1),),
    ISO,
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


FURTHER: tuple[RuleVectors, ...] = (
    RuleVectors(
        "present_with_spellings",
        (Present(("N/A", "-")),),
        None,
        _verdicts(accepted=("a", "n/a", "--", "N/A."), rejected=(*MISSING, "N/A", " N/A ", "-", "\xa0-")),
    ),
    RuleVectors(
        "one_of_or_missing",
        (OneOf(("a", "b")),),
        None,
        _verdicts(accepted=(*MISSING, "a", "b"), rejected=("A", " a", "c")),
    ),
    RuleVectors(
        "one_of_integers",
        (OneOf((Decimal(1), Decimal(20))),),
        INTEGER,
        _verdicts(accepted=(*MISSING, "1", "01", " 20 "), rejected=("2", "-1", "0")),
    ),
    RuleVectors(
        "above",
        (AtLeast(Decimal(0), exclusive=True),),
        DOLLAR,
        _verdicts(accepted=(*MISSING, "0.01", "$1,000"), rejected=("0", "-0.01", "$0.00")),
    ),
    RuleVectors(
        "at_most",
        (AtMost(Decimal(99)),),
        INTEGER,
        _verdicts(accepted=(*MISSING, "99", "-100", "abc"), rejected=("100", "9223372036854775807")),
    ),
    RuleVectors(
        "below",
        (AtMost(Decimal("1.5"), exclusive=True),),
        PLAIN,
        _verdicts(accepted=(*MISSING, "1.49", "-2"), rejected=("1.5", "1.50", "2")),
    ),
    RuleVectors(
        "dates_between",
        (AtLeast(date(2026, 1, 1)), AtMost(date(2026, 12, 31))),
        BRAZILIAN,
        _verdicts(accepted=(*MISSING, "01/01/2026", "31/12/2026", "2026-13-01"), rejected=("31/12/2025", "01/01/2027")),
    ),
    RuleVectors(
        "times_from",
        (AtLeast(datetime(2026, 1, 1, 3, tzinfo=UTC)),),
        SAO_PAULO,
        _verdicts(accepted=(*MISSING, "01/01/2026 00:00:00", "?"), rejected=("31/12/2025 23:59:59",)),
    ),
    RuleVectors(
        "multiple_of",
        (MultipleOf(6),),
        INTEGER,
        _verdicts(accepted=(*MISSING, "0", "6", "-12", "abc"), rejected=("1", "-5", "9223372036854775807")),
    ),
    RuleVectors(
        "length",
        (HasLength(2, 4),),
        None,
        _verdicts(
            accepted=(*MISSING, "ab", " abcd ", "ção", "😀😀😀😀", "a b"), rejected=("a", "abcde", "😀" * 5, "\u200b")
        ),
    ),
    RuleVectors(
        "pattern",
        (Matches(portable_pattern(r"^[A-Z]{2}-\d+$")),),
        None,
        _verdicts(
            accepted=(*MISSING, "AB-1", " AB-123\n"),
            rejected=("ab-1", "AB-", "AB-1x", "xAB-1", "AB-1\nAB-2", "AB-١", "ÄB-1"),
        ),
    ),
    RuleVectors(
        "pattern_anywhere",
        (Matches(portable_pattern(r"\s.[^\w]|ç")),),
        None,
        _verdicts(accepted=(*MISSING, "a\x85b-c", "a\u3000b!", "ação"), rejected=("abc", "a bc", "a \n!")),
    ),
)


def _parses() -> Iterator[RuleVectors]:
    """For each format the verdicts that its values imply, with missing texts allowed and not."""
    for number, (format_, values) in enumerate(FORMATS.items()):
        read: dict[str | None, bool] = {text: value is not None for text, value in values.items()}
        read |= dict.fromkeys(NOT_BLANK, False)
        for allowed, checks in ((False, (Parses(), Present())), (True, (Parses(),))):
            name = f"parses_{number}_{'or_missing' if allowed else 'required'}"
            yield RuleVectors(name, checks, format_, read | dict.fromkeys(MISSING, allowed))


RULE_VECTORS: tuple[RuleVectors, ...] = (
    PRESENT,
    CPF,
    EMAIL,
    ONE_OF,
    LUHN,
    AT_LEAST,
    AT_LEAST_FRACTION,
    DATE_BETWEEN,
    *FURTHER,
    *_parses(),
)
