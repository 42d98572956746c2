"""Which check lets through nothing that another refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from contracts.diff.demands import implies
from contracts.rules import (
    EMAIL,
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
    Present,
)

NINE, TEN, NEW_YEAR = Decimal(9), Decimal(10), date(2026, 1, 1)

STRICTER: list[tuple[Check, Check]] = [
    (Cpf(), Present()),
    (Present(("-", "n/a")), Present(("-",))),
    (AtLeast(TEN), AtLeast(NINE)),
    (AtLeast(NINE, exclusive=True), AtLeast(NINE)),
    (AtLeast(date(2026, 1, 2)), AtLeast(NEW_YEAR)),
    (AtMost(NINE), AtMost(TEN)),
    (AtMost(NINE), AtMost(TEN, exclusive=True)),
    (AtMost(TEN, exclusive=True), AtMost(TEN)),
    (MultipleOf(6), MultipleOf(3)),
    (HasLength(2, 9), HasLength(1, 10)),
    (HasLength(2, 9), HasLength(2)),
    (OneOf(("a",)), OneOf(("b", "a"))),
    (DateBetween(NEW_YEAR, 1), DateBetween(NEW_YEAR, 2)),
    (DateBetween(date(2026, 1, 2), 1), DateBetween(NEW_YEAR, 1)),
]

NOT_COMPARABLE: list[tuple[Check, Check]] = [
    (Cpf(), Luhn()),
    (Cpf(), Present(("-",))),
    (AtLeast(NINE), AtMost(TEN)),
    (AtLeast(NINE), AtLeast(NEW_YEAR)),
    (AtMost(NEW_YEAR), AtMost(datetime(2026, 1, 1, tzinfo=UTC))),
    (EMAIL, Matches("^a")),
    (HasLength(1, 5), HasLength(2, 9)),
    (MultipleOf(4), MultipleOf(6)),
    (OneOf(("a", "b")), OneOf(("b", "c"))),
    (DateBetween(NEW_YEAR, 1), DateBetween(date(2026, 1, 2), 2)),
]


@pytest.mark.parametrize(("strict", "loose"), STRICTER, ids=str)
def test_a_stricter_check_implies_a_looser_one_and_not_the_reverse(strict: Check, loose: Check) -> None:
    assert implies(strict, loose)
    assert implies(strict, strict)
    assert not implies(loose, strict)


@pytest.mark.parametrize(("one", "other"), NOT_COMPARABLE, ids=str)
def test_checks_that_cross_imply_neither(one: Check, other: Check) -> None:
    assert not implies(one, other)
    assert not implies(other, one)
