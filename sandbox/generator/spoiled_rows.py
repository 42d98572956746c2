"""Chooses which rows of a block to spoil and how, and spoils them: their values first, their texts later."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from contracts.contract import Contract
from contracts.logical_types import LogicalType
from sandbox.generator.block import Block
from sandbox.generator.dirt import Dirt, Effect, Spoiler
from sandbox.generator.draws import Booleans, Draws, Integers
from sandbox.generator.population import SourceKind
from sandbox.generator.spoiled_values import MISSING_IN_FILE, MISSING_TEXTS, pick

LANDING_STRIDE = 16
"""Only one place in so many may break a landing rule, which keeps the smallest load well below the contract's limit."""

_WITHOUT_VALUE = (Effect.MISSING, Effect.UNPARSABLE)


@dataclass(frozen=True, eq=False)
class SpoiledRows:
    """The rows of a block that get one kind of dirt, and a number each that chooses among the dirt's variants."""

    dirt: Dirt
    hit: Booleans
    variants: Integers

    def rewrite(self, values: pl.Series, spoiler: Spoiler) -> pl.Series:
        """The column with the chosen rows' values replaced by what the spoiler makes of them."""
        places = np.flatnonzero(self.hit)
        if not len(places):
            return values
        return values.clone().scatter(places, spoiler(values.gather(places), self.variants[places]))


def spoiled_rows(
    block: Block, contract: Contract, dirts: tuple[Dirt, ...], touchable: Mapping[str, Booleans] | None = None
) -> tuple[SpoiledRows, ...]:
    """Which of a block's rows get which dirt; `touchable` masks the rows that some columns' dirt may touch at all.

    A column's value is spoiled once at most, a row in any number of columns.
    """
    every, none = np.ones(len(block.rows), dtype=np.bool_), np.zeros(len(block.rows), dtype=np.bool_)
    free = dict.fromkeys(contract.column_names, every) | dict(touchable or {}) | dict.fromkeys(block.absent, none)
    return tuple(_choose(block, contract, dirts, free))


def _choose(
    block: Block, contract: Contract, dirts: tuple[Dirt, ...], free: dict[str, Booleans]
) -> Iterator[SpoiledRows]:
    may_bar_landing = block.places % LANDING_STRIDE == LANDING_STRIDE - 1
    for dirt in dirts:
        draws = Draws(block.population.seed, block.rows) if dirt.lasting else block.draws
        stream = f"{block.kind}/{dirt.stream}"
        if dirt.bars_landing(contract):
            hit = draws.hits(stream, dirt.share * LANDING_STRIDE) & may_bar_landing
        else:
            hit = draws.hits(stream, dirt.share)
        hit &= free[dirt.column]
        free[dirt.column] = free[dirt.column] & ~hit
        yield SpoiledRows(dirt, hit, draws.below(f"{stream}/variant", 2**16))


def spoil_values(frame: pl.DataFrame, rows: tuple[SpoiledRows, ...]) -> pl.DataFrame:
    """Clean rows with their typed values spoiled; what is missing or unparsable is null."""
    null = partial(pick, (None,))
    return _rewritten(frame, rows, lambda dirt: null if dirt.effect in _WITHOUT_VALUE else dirt.spoiler)


def spoil_texts(
    frame: pl.DataFrame, rows: tuple[SpoiledRows, ...], kind: SourceKind, contract: Contract
) -> pl.DataFrame:
    """Rows as text with what the source hands out in place of a value that is missing or does not parse.

    A file cannot tell an empty text from a missing one; a database's typed columns hold no text in place of a missing
    value.
    """
    missing = partial(pick, MISSING_IN_FILE if kind is SourceKind.FILES else MISSING_TEXTS)
    typed = {column.name for column in contract.columns if column.logical_type is not LogicalType.STRING}

    def spoiler_of(dirt: Dirt) -> Spoiler | None:
        if dirt.effect is Effect.MISSING:
            return None if kind is SourceKind.DATABASE and dirt.column in typed else missing
        return dirt.spoiler if dirt.effect is Effect.UNPARSABLE else None

    return _rewritten(frame, rows, spoiler_of)


def _rewritten(
    frame: pl.DataFrame, rows: tuple[SpoiledRows, ...], spoiler_of: Callable[[Dirt], Spoiler | None]
) -> pl.DataFrame:
    columns: dict[str, pl.Series] = {}
    for spoiled in rows:
        column, spoiler = spoiled.dirt.column, spoiler_of(spoiled.dirt)
        if spoiler:
            columns[column] = spoiled.rewrite(columns.get(column, frame[column]), spoiler)
    return frame.with_columns(**columns)
