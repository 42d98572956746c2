"""Which of the contract's rules a kind of dirt breaks, by what the checks mean."""

from __future__ import annotations

from typing import assert_never

from contracts.model import Contract
from contracts.rules import AtLeast, Check, Cpf, DateBetween, Email, Luhn, OneOf, Parses, Present, Rule, Severity, Stage
from sandbox.generator.shares import Dirt, Effect


def broken_rules(dirt: Dirt, contract: Contract) -> tuple[Rule, ...]:
    """The contract's rules that a row with this dirt breaks, whatever their stage and severity."""
    return tuple(rule for rule in contract.rules if rule.column == dirt.column and _breaks(rule.check, dirt.effect))


def bars_landing(dirt: Dirt, contract: Contract) -> bool:
    """True if a row with this dirt is quarantined at landing."""
    at_landing = contract.rules_at(Stage.LANDING, Severity.ERROR)
    return any(rule in at_landing for rule in broken_rules(dirt, contract))


def _breaks(check: Check, effect: Effect) -> bool:
    match check:
        case Present():
            return effect is Effect.MISSING
        case Parses(missing_allowed=missing_allowed):
            return effect is Effect.UNPARSABLE or (effect is Effect.MISSING and not missing_allowed)
        case AtLeast():
            return effect is Effect.TOO_LOW
        case Cpf() | Email() | OneOf():
            return effect in (Effect.MISSING, Effect.INVALID)
        case DateBetween():
            return effect is Effect.OUT_OF_RANGE
        case Luhn():
            return effect is Effect.INVALID
        case _:
            assert_never(check)
