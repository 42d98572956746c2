"""What each source of purchases holds: its row versions with the rules they break, and the files they stand in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import polars as pl

from contracts.contract import Contract
from contracts.rules import OneOf
from sandbox.generator.block import Block, blocks
from sandbox.generator.csv_files import CsvFile, file_blocks
from sandbox.generator.customer_purchases.presentation import as_text
from sandbox.generator.customer_purchases.purchases import clean_purchases
from sandbox.generator.customer_purchases.shares import SHARES
from sandbox.generator.draws import Booleans
from sandbox.generator.population import Population, SourceKind, source_of
from sandbox.generator.row_versions import row_versions, shown
from sandbox.generator.spoiled_rows import spoil_texts, spoil_values, spoiled_rows

_FILES_USUAL = 12
_REGIONS = ("norte", "nordeste", "centro-oeste", "sudeste", "sul")


def branch_files(population: Population, generation: int) -> Iterator[CsvFile]:
    """The files that branches drop in a generation, in order; some have no update times, but never for corrections."""
    for number, block in enumerate(file_blocks(population, generation, _FILES_USUAL)):
        name = f"vendas-{_REGIONS[number % len(_REGIONS)]}-{generation:04d}-{number:04d}.csv"
        file = CsvFile(name, number, block)
        undated = file.way % 5 == 1 and block.stop <= block.sequence.new
        yield replace(file, block=replace(block, absent=frozenset({"updated_at"}))) if undated else file


def block_truth(block: Block, contract: Contract) -> pl.DataFrame:
    """The row versions of a block, as `row_versions` says: `total_amount_value` is Decimal(14, 2), BRL."""
    clean = clean_purchases(block, _stores(contract))
    spoiled = spoiled_rows(block, contract, SHARES[block.kind].dirt, _touchable(block, clean))
    typed = spoil_values(clean, spoiled).with_columns(
        pl.lit(None, clean.schema[column]).alias(column) for column in block.absent
    )
    texts = as_text(typed, source_of(contract, block.kind), block.kind, block.draws)
    texts = spoil_texts(texts, spoiled, block.kind, contract)
    return row_versions(texts, typed.with_columns(_brl(pl.col("total_amount"))), block, spoiled, contract)


def purchase_blocks(population: Population, kind: SourceKind, generation: int) -> Iterator[Block]:
    """What a generation writes at a source, in blocks of bounded size; in files a block is a file."""
    if kind is SourceKind.FILES:
        return (file.block for file in branch_files(population, generation))
    return blocks(population, kind, generation)


def truth(population: Population, contract: Contract, kind: SourceKind, generations: range) -> pl.DataFrame:
    """The row versions that an extraction finds after the last of the generations if it last ran before the first.

    A database and an API show the last version of a purchase, files show all; a file dropped twice counts once. Columns
    as in `block_truth`. All in memory: for larger data go through `purchase_blocks`.
    """
    frames = [block_truth(Block(population, kind, 0, 0, 0), contract)]
    for generation in generations:
        frames += [block_truth(block, contract) for block in purchase_blocks(population, kind, generation)]
    return shown(frames, kind)


def _touchable(block: Block, clean: pl.DataFrame) -> dict[str, Booleans]:
    """The rows whose column dirt may touch: no card where none paid, no time of a correction."""
    return {
        "credit_card_number": clean["credit_card_number"].is_not_null().to_numpy(),
        "updated_at": ~block.corrections,
    }


def _stores(contract: Contract) -> tuple[str, ...]:
    checks = (check for rule in contract.rules if rule.column == "store_location" for check in rule.checks)
    return tuple(str(value) for value in next(check.values for check in checks if isinstance(check, OneOf)))


def _brl(centavos: pl.Expr) -> pl.Expr:
    return (centavos.cast(pl.Decimal(16, 2)) * Decimal("0.01")).cast(pl.Decimal(14, 2))
