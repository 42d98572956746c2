"""The purchase that each row is about, whose customer and day are the same in all rows that are about it.

Some purchases are entered twice in a source, some are in another source too.
"""

from __future__ import annotations

import numpy as np

from sandbox.generator.block import Block
from sandbox.generator.customer_purchases.shares import SHARES
from sandbox.generator.draws import Booleans, Draws, Integers
from sandbox.generator.population import HISTORY, KINDS, Population
from sandbox.generator.update_times import DAY_SECONDS, days_of

_MARGIN_DAYS = 45
_DAY_RESIDUES = 8


def repeated_rows(block: Block) -> Booleans:
    """Which rows enter the purchase of the row before once more."""
    stream, share = f"{block.kind}/repeated", SHARES[block.kind].repeated
    seed, rows = block.population.seed, block.rows
    now, before = (Draws(seed, numbers).hits(stream, share) for numbers in (rows, rows - 1))
    return now & ~before & (rows > 0)


def subjects(block: Block, repeated: Booleans) -> tuple[Integers, Integers]:
    """What each row is about, the same in every source that has it: a purchase's number and a kind of source's."""
    rows = block.rows - repeated
    stream, share = f"{block.kind}/in another source", SHARES[block.kind].in_another_source
    shared = Draws(block.population.seed, rows).hits(stream, share)
    return rows, np.where(shared, 0, KINDS.index(block.kind))


def customers(population: Population, rows: Integers, kinds: Integers) -> Integers:
    """The number of each subject's customer; the customers of a kind of source come back in turn."""
    return (rows % _customers_of_a_source(population)) * len(KINDS) + kinds


def purchase_days(population: Population, rows: Integers, draws: Draws) -> Integers:
    """Day of each purchase, counted from 1970-01-01.

    A customer's n-th purchase falls on a day whose number is n modulo 8, so that within a hundred generations two
    purchases of one customer share no day, unless they are one purchase in two places.
    """
    start = int(population.starts_at(0).timestamp()) // DAY_SECONDS
    span = HISTORY.days - _MARGIN_DAYS
    history = start + ((rows + draws.uniform("moment")) / max(1, population.rows) * span).astype(np.int64)
    days = days_of(population, rows, history)
    return days - (days - rows // _customers_of_a_source(population)) % _DAY_RESIDUES


def update_codes(block: Block, repeated: Booleans) -> Integers:
    """Codes that tell a purchase's rows apart, in different sources and in one."""
    return KINDS.index(block.kind) * 2 + repeated.astype(np.int64)


def _customers_of_a_source(population: Population) -> int:
    return max(4096, population.rows // 8)
