"""A kind of dirt: what it does to a column, how often, and which of the contract's rules a row with it breaks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from contracts.contract import Contract
from contracts.rules import (
    AtLeast,
    AtMost,
    Cpf,
    DateBetween,
    HasLength,
    Luhn,
    Matches,
    OneOf,
    Parses,
    Present,
    Rule,
    Stage,
)
from sandbox.generator.draws import Integers

Spoiler = Callable[[pl.Series, Integers], pl.Series]
"""Takes good values with a number each that chooses among the dirt's variants, and returns bad ones."""


class Effect(StrEnum):
    """What dirt does to a column's value."""

    MISSING = "missing"
    UNPARSABLE = "unparsable"
    INVALID = "invalid"
    TOO_LOW = "too low"
    TOO_HIGH = "too high"
    TOO_LONG = "too long"
    OUT_OF_RANGE = "out of range"


_BROKEN_BY: Mapping[type[object], frozenset[Effect]] = {
    Present: frozenset({Effect.MISSING}),
    Parses: frozenset({Effect.UNPARSABLE}),
    AtLeast: frozenset({Effect.TOO_LOW}),
    AtMost: frozenset({Effect.TOO_HIGH}),
    HasLength: frozenset({Effect.TOO_LONG}),
    Cpf: frozenset({Effect.MISSING, Effect.INVALID}),
    Matches: frozenset({Effect.INVALID}),
    OneOf: frozenset({Effect.INVALID}),
    Luhn: frozenset({Effect.INVALID}),
    DateBetween: frozenset({Effect.OUT_OF_RANGE}),
}
"""By check: the effects that a value fails it by. No dirt makes a value fail another check."""


@dataclass(frozen=True)
class Dirt:
    """One kind of dirt: the share of a source's row versions whose column it spoils.

    `spoiler` makes texts that do not parse, or bad values of the column's type; a missing value needs none. Dirt that
    is `lasting` stays with a row through its corrections, as a database's key must.
    """

    column: str
    effect: Effect
    share: float
    spoiler: Spoiler | None = None
    lasting: bool = False

    @property
    def stream(self) -> str:
        """Name of the random stream that chooses the spoiled rows."""
        return f"{self.column} {self.effect}"

    def broken_rules(self, contract: Contract) -> tuple[Rule, ...]:
        """The contract's rules that a row with this dirt breaks, whatever their stage and severity."""
        return tuple(
            rule
            for rule in contract.rules
            if rule.column == self.column
            and any(self.effect in _BROKEN_BY.get(type(check), frozenset()) for check in rule.checks)
        )

    def bars_landing(self, contract: Contract) -> bool:
        """True if a row with this dirt is quarantined at landing."""
        at_landing = contract.rules_at(Stage.LANDING)
        return any(rule in at_landing for rule in self.broken_rules(contract))
