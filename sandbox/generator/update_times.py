"""When purchases were made and last changed: spread over years at first, then inside each generation's own hour."""

from __future__ import annotations

import numpy as np

from contracts.model import SourceKind
from sandbox.generator.block import KINDS, Block
from sandbox.generator.draws import Draws, Integers
from sandbox.generator.population import GENERATION_STEP, HISTORY, Population

_DAY_SECONDS = 86_400
_MARGIN_DAYS = 45
_DAY_RESIDUES = 8
_CODES = 8


def purchase_days(population: Population, rows: Integers, draws: Draws) -> Integers:
    """Day of each purchase, counted from 1970-01-01.

    A customer's n-th purchase falls on a day whose number is n modulo 8, so that within a hundred generations two
    purchases of one customer share no day, unless they are one purchase in two places.
    """
    start = int(population.starts_at(0).timestamp()) // _DAY_SECONDS
    span = HISTORY.days - _MARGIN_DAYS
    history = start + ((rows + draws.uniform("moment")) / max(1, population.rows) * span).astype(np.int64)
    generations = population.generation_of(rows)
    growth = _starts_seconds(population, generations) // _DAY_SECONDS
    days = np.where(generations == 0, history, growth)
    return days - (days - rows // population.customers) % _DAY_RESIDUES


def update_microseconds(block: Block, days: Integers) -> Integers:
    """Last change of each row version, in microseconds since 1970-01-01 UTC, inside its generation's time.

    The seconds' remainder modulo 8 tells a purchase's rows in different sources apart: no two have the same time.
    Only the database keeps fractions of a second.
    """
    draws = Draws(block.population.seed, block.rows * 2**20 + block.generation)
    if block.generation == 0:
        correction_delay = 60 + draws.below(f"{block.kind}/correction", 30 * _DAY_SECONDS)
        seconds = _first_seconds(days, draws) + block.corrections * correction_delay
    else:
        half = int(GENERATION_STEP.total_seconds()) // 2
        start = int(block.population.starts_at(block.generation).timestamp())
        seconds = start + half * block.corrections + draws.below(f"{block.kind}/change", half)
    code = KINDS.index(block.kind) * 2 + block.repeated
    fraction = draws.below("fraction", 10**6) if block.kind is SourceKind.DATABASE else np.int64(0)
    return (seconds // _CODES * _CODES + code) * 10**6 + fraction


def _first_seconds(days: Integers, draws: Draws) -> Integers:
    opening_hours = 11 * 3600 + draws.below("time of day", 13 * 3600)
    slow = np.where(draws.hits("entered late", 0.2), 3 * _DAY_SECONDS, 3600)
    return days * _DAY_SECONDS + opening_hours + (draws.uniform("delay") * slow).astype(np.int64)


def _starts_seconds(population: Population, generations: Integers) -> Integers:
    first = int(population.starts_at(1).timestamp())
    return first + (generations - 1) * int(GENERATION_STEP.total_seconds())
