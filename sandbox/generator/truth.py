"""What each source holds, row by row, and which rules every row was made to break: the independent answer for tests."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import numpy as np
import polars as pl

from contracts.model import Contract, SourceKind
from contracts.rules import OneOf
from sandbox.generator.block import Block
from sandbox.generator.dirt import spoil, spoiled_rows
from sandbox.generator.draws import Booleans
from sandbox.generator.files_plan import branch_files
from sandbox.generator.population import Population
from sandbox.generator.presentation import as_text
from sandbox.generator.purchases import clean_purchases
from sandbox.generator.verdicts import verdicts

CHUNK_ROWS = 100_000


def blocks(population: Population, kind: SourceKind, generation: int) -> Iterator[Block]:
    """What a generation writes at a source, in blocks of bounded size; the corrections come last.

    Outside files a block holds either new purchases or corrections, because the two are written differently.
    """
    if kind is SourceKind.FILES:
        yield from (file.block for file in branch_files(population, generation))
        return
    sequence = population.sequence(kind, generation)
    for first, end in ((0, sequence.new), (sequence.new, sequence.length)):
        for start in range(first, end, CHUNK_ROWS):
            yield Block(population, kind, generation, start, min(start + CHUNK_ROWS, end))


def block_truth(block: Block, contract: Contract) -> pl.DataFrame:
    """The row versions of a block.

    Returns:
        The standardized columns as text (as `as_text` says); `purchase_date_value` (Date), `total_amount_value`
        (Decimal(14, 2), BRL) and `updated_at_value` (Datetime, UTC), null where missing or unparsable; `source`,
        `generation`, `row` (the purchase's number at the source, from 0), `broken_rules` (List of rule labels) and
        `outcome`.
    """
    source = next(source for source in contract.sources if source.kind is block.kind)
    clean = clean_purchases(block, _stores(contract))
    spoiled = spoiled_rows(block, contract, _touchable(block, clean, contract))
    typed = spoil(clean, spoiled).with_columns(
        pl.lit(None, clean.schema[column]).alias(column) for column in block.absent
    )
    return as_text(typed, spoiled, source, block.draws).select(
        *contract.column_names,
        typed["purchase_date"].alias("purchase_date_value"),
        _brl(typed["total_amount"]).alias("total_amount_value"),
        typed["updated_at"].alias("updated_at_value"),
        pl.lit(source.name).alias("source"),
        pl.lit(block.generation).alias("generation"),
        "row",
        *verdicts(spoiled, contract),
    )


def truth(population: Population, contract: Contract, kind: SourceKind, generations: range) -> pl.DataFrame:
    """The row versions that an extraction finds after the last of the generations if it last ran before the first.

    A database and an API show the last version of a purchase, files show all; a file dropped twice counts once. Columns
    as in `block_truth`. All in memory: for larger data go through `blocks`.
    """
    frames = [
        block_truth(block, contract) for generation in generations for block in blocks(population, kind, generation)
    ]
    if not frames:
        return block_truth(Block(population, kind, 0, 0, 0), contract)
    versions = pl.concat(frames)
    return versions if kind is SourceKind.FILES else versions.unique("row", keep="last", maintain_order=True)


def _touchable(block: Block, clean: pl.DataFrame, contract: Contract) -> dict[str, Booleans]:
    """The rows whose column dirt may touch: no card where none paid, no time of a correction."""
    touchable = dict.fromkeys(contract.column_names, np.ones(clean.height, dtype=np.bool_))
    touchable["credit_card_number"] = clean["credit_card_number"].is_not_null().to_numpy()
    touchable["updated_at"] = ~block.corrections
    return touchable


def _stores(contract: Contract) -> tuple[str, ...]:
    checks = (rule.check for rule in contract.rules if rule.column == "store_location")
    return next(check.values for check in checks if isinstance(check, OneOf))


def _brl(centavos: pl.Series) -> pl.Series:
    return (centavos.cast(pl.Decimal(16, 2)) * Decimal("0.01")).cast(pl.Decimal(14, 2))
