"""What each source of returns holds: its row versions with the rules they break, and the files they stand in."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from contracts.contract import Contract
from contracts.sources.source import BaseSource
from sandbox.generator.block import Block, blocks
from sandbox.generator.csv_files import CsvFile, file_blocks
from sandbox.generator.population import Population, SourceKind, source_of
from sandbox.generator.presentation import (
    change_time_text,
    cpf_text,
    date_text,
    grouped_digits,
    one_of,
    rewritten_where,
    sign_text,
)
from sandbox.generator.product_returns.reasons import CPF_MARKS
from sandbox.generator.product_returns.returns import clean_returns, returns_of
from sandbox.generator.product_returns.shares import SHARES
from sandbox.generator.row_versions import row_versions, shown
from sandbox.generator.spoiled_rows import spoil_texts, spoil_values, spoiled_rows

_FILES_USUAL = 3


def return_files(purchases: Population, generation: int) -> Iterator[CsvFile]:
    """The files of a generation, in the order they are dropped."""
    for number, block in enumerate(file_blocks(returns_of(purchases), generation, _FILES_USUAL)):
        yield CsvFile(f"devolucoes-{generation:04d}-{number:04d}.csv", number, block)


def returns_truth(population: Population, contract: Contract, kind: SourceKind, generations: range) -> pl.DataFrame:
    """The row versions that an extraction finds after the last of the generations if it last ran before the first.

    `population` is that of the purchases, `kind` the database or files. The database shows the last version of a
    return, files show all; a file dropped twice counts once. Columns as in `block_truth`. All in memory.
    """
    returns = returns_of(population)
    frames = [block_truth(Block(returns, kind, 0, 0, 0), population, contract)]
    for generation in generations:
        if kind is SourceKind.FILES:
            files = return_files(population, generation)
            frames += [block_truth(file.block, population, contract, file.words) for file in files]
        else:
            frames += [block_truth(block, population, contract) for block in blocks(returns, kind, generation)]
    return shown(frames, kind)


def block_truth(block: Block, purchases: Population, contract: Contract, words: int = 0) -> pl.DataFrame:
    """The row versions of a block of returns, as `row_versions` says, and `mentions`.

    That is what identifies a person in `reason`, null if nothing does. `words` says which of the source's words for
    true and false the row versions use.
    """
    spoiled = spoiled_rows(block, contract, SHARES[block.kind])
    typed = spoil_values(clean_returns(block, purchases), spoiled)
    texts = spoil_texts(_as_text(typed, source_of(contract, block.kind), block, words), spoiled, block.kind, contract)
    return row_versions(texts, typed, block, spoiled, contract).with_columns(typed["mentions"])


def _as_text(typed: pl.DataFrame, source: BaseSource, block: Block, words: int) -> pl.DataFrame:
    choice = pl.lit(pl.Series(block.draws.below("writing", 2**16)))
    quantity, cpf = pl.col("quantity"), pl.col("cpf")
    frame = typed.with_columns(
        date_text(pl.col("returned_on"), source.formats.date_format),
        (sign_text(quantity) + grouped_digits(quantity, source.formats.number_notation.grouping)).alias("quantity"),
        _boolean_text(source, words),
        one_of(choice, *(cpf_text(cpf, *marks) for marks in CPF_MARKS[:3])).alias("cpf"),
        change_time_text(pl.col("updated_at"), source),
    )
    if block.kind is SourceKind.FILES:
        padded = choice // 64 % 32 == 0
        written = (pl.col(column) for column in ("quantity", "opened", "cpf"))
        frame = frame.with_columns(rewritten_where(padded, " " + column + " ") for column in written)
    return frame


def _boolean_text(source: BaseSource, words: int) -> pl.Expr:
    pairs = source.boolean_format
    true, false = (choice[words % len(choice)] for choice in (pairs.true, pairs.false))
    return pl.when("opened").then(pl.lit(true)).when(~pl.col("opened")).then(pl.lit(false)).alias("opened")
