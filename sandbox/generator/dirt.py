"""Chooses which rows to spoil and how, and spoils them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from contracts.model import Contract
from sandbox.generator import spoiled_values
from sandbox.generator.block import Block
from sandbox.generator.broken_rules import bars_landing
from sandbox.generator.draws import Booleans, Integers
from sandbox.generator.shares import SHARES, Dirt, Effect

LANDING_STRIDE = 16
"""Only one place in so many may break a landing rule, which keeps the smallest load well below the contract's limit."""

Spoiler = Callable[[pl.Series, Integers], pl.Series]

_SPOILERS: dict[tuple[str, Effect], Spoiler] = {
    ("cpf", Effect.INVALID): spoiled_values.invalid_cpfs,
    ("email", Effect.INVALID): spoiled_values.invalid_emails,
    ("store_location", Effect.INVALID): spoiled_values.unknown_stores,
    ("credit_card_number", Effect.INVALID): spoiled_values.invalid_cards,
    ("total_amount", Effect.TOO_LOW): spoiled_values.negative_amounts,
    ("purchase_date", Effect.OUT_OF_RANGE): spoiled_values.implausible_dates,
}


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


def spoiled_rows(block: Block, contract: Contract, present: dict[str, Booleans]) -> tuple[SpoiledRows, ...]:
    """Which of a block's rows get which dirt; `present` masks the rows that a column's dirt may touch at all.

    A column's value is spoiled once at most, a row in any number of columns.
    """
    free = {column: mask & (column not in block.absent) for column, mask in present.items()}
    return tuple(_choose(block, contract, free))


def _choose(block: Block, contract: Contract, free: dict[str, Booleans]) -> Iterator[SpoiledRows]:
    draws, may_bar_landing = block.draws, block.places % LANDING_STRIDE == LANDING_STRIDE - 1
    for dirt in SHARES[block.kind].dirt:
        stream = f"{block.kind}/{dirt.stream}"
        if bars_landing(dirt, contract):
            hit = draws.hits(stream, dirt.share * LANDING_STRIDE) & may_bar_landing
        else:
            hit = draws.hits(stream, dirt.share)
        hit &= free[dirt.column]
        free[dirt.column] = free[dirt.column] & ~hit
        yield SpoiledRows(dirt, hit, draws.below(f"{stream}/variant", 2**16))


def spoil(frame: pl.DataFrame, rows: tuple[SpoiledRows, ...]) -> pl.DataFrame:
    """Clean purchases with their typed values spoiled; what is missing or unparsable is null."""
    columns: dict[str, pl.Series] = {}
    for spoiled in rows:
        column = spoiled.dirt.column
        values = columns.get(column, frame[column])
        if spoiled.dirt.effect in (Effect.MISSING, Effect.UNPARSABLE):
            columns[column] = values.set(pl.Series(spoiled.hit), None)
        else:
            columns[column] = spoiled.rewrite(values, _SPOILERS[column, spoiled.dirt.effect])
    return frame.with_columns(**columns)
