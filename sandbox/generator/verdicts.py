"""What the pipeline must make of each row, from the dirt it was given: the rules it breaks and where it ends."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import numpy as np
import polars as pl

from contracts.model import Contract
from contracts.rules import Rule, Severity, Stage
from sandbox.generator.broken_rules import broken_rules
from sandbox.generator.dirt import SpoiledRows


class Outcome(StrEnum):
    """Where a row ends, before duplicates are resolved."""

    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    VALID = "valid"


def verdicts(rows: tuple[SpoiledRows, ...], contract: Contract) -> pl.DataFrame:
    """`broken_rules` (List of String: the labels, in the contract's order) and `outcome` (String) of each row."""
    combinations, places = np.unique(_rule_bits(rows, contract), return_inverse=True)
    broken = [
        [rule for number, rule in enumerate(contract.rules) if bits >> number & 1] for bits in combinations.tolist()
    ]
    found = pl.DataFrame(
        {
            "broken_rules": [[rule.label for rule in rules] for rules in broken],
            "outcome": [_outcome(rules) for rules in broken],
        },
        {"broken_rules": pl.List(pl.String), "outcome": pl.String},
    )
    return found[places]


def _rule_bits(rows: tuple[SpoiledRows, ...], contract: Contract) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """A number for each row whose n-th bit says that it breaks the contract's n-th rule."""
    bits = np.zeros(len(rows[0].hit), np.int64)
    for spoiled in rows:
        for rule in broken_rules(spoiled.dirt, contract):
            bits |= spoiled.hit.astype(np.int64) << contract.rules.index(rule)
    return bits


def _outcome(broken: Iterable[Rule]) -> str:
    stages = {rule.stage for rule in broken if rule.severity is Severity.ERROR}
    if Stage.LANDING in stages:
        return Outcome.QUARANTINED
    return Outcome.REJECTED if Stage.SILVER in stages else Outcome.VALID
