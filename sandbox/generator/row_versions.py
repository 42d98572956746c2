"""What a source holds, row by row, and the rules that every row was made to break: the independent answer for tests."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import numpy as np
import polars as pl

from contracts.columns import Column
from contracts.contract import Contract
from contracts.logical_types import LogicalType
from contracts.rules import Rule, Severity, Stage
from sandbox.generator.block import Block
from sandbox.generator.draws import Integers
from sandbox.generator.population import SourceKind, source_of
from sandbox.generator.spoiled_rows import SpoiledRows


class Outcome(StrEnum):
    """Where a row ends, before duplicates are resolved."""

    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    VALID = "valid"


def value_name(column: Column) -> str:
    """Where row versions hold a column's values as its type has them; those of a text are the text itself."""
    return column.name if column.logical_type is LogicalType.STRING else f"{column.name}_value"


def row_versions(
    texts: pl.DataFrame, typed: pl.DataFrame, block: Block, rows: tuple[SpoiledRows, ...], contract: Contract
) -> pl.DataFrame:
    """The row versions of a block, spoiled as `rows` say.

    Args:
        texts: the standardized columns as the text that the source hands out, and `row`.
        typed: the columns that are not text as typed values.
        block: where the row versions come from.
        rows: the dirt they have.
        contract: their dataset.

    Returns:
        The standardized columns as text; each that is not text also as `‹column›_value`, null where missing or
        unparsable; `source`, `generation`, `row` (the row's number at the source, from 0), `broken_rules` (List of rule
        labels) and `outcome`.
    """
    named = ((column.name, value_name(column)) for column in contract.columns)
    return texts.select(
        *contract.column_names,
        *(typed[column].alias(name) for column, name in named if name != column),
        pl.lit(source_of(contract, block.kind).name).alias("source"),
        pl.lit(block.generation).alias("generation"),
        "row",
        *_verdicts(rows, contract),
    )


def shown(written: Iterable[pl.DataFrame], kind: SourceKind) -> pl.DataFrame:
    """The row versions that a source shows of all that were written: files all of them, others each row's last."""
    versions = pl.concat(written)
    return versions if kind is SourceKind.FILES else versions.unique("row", keep="last", maintain_order=True)


def _verdicts(rows: tuple[SpoiledRows, ...], contract: Contract) -> pl.DataFrame:
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


def _rule_bits(rows: tuple[SpoiledRows, ...], contract: Contract) -> Integers:
    """A number for each row whose n-th bit says that it breaks the contract's n-th rule."""
    bits = np.zeros(len(rows[0].hit), np.int64)
    for spoiled in rows:
        for rule in spoiled.dirt.broken_rules(contract):
            bits |= spoiled.hit.astype(np.int64) << contract.rules.index(rule)
    return bits


def _outcome(broken: Iterable[Rule]) -> str:
    stages = {rule.stage for rule in broken if rule.severity is Severity.ERROR}
    if Stage.LANDING in stages:
        return Outcome.QUARANTINED
    return Outcome.REJECTED if Stage.SILVER in stages else Outcome.VALID
