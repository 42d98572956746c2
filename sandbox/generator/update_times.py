"""When rows came about and last changed: spread over years at first, then inside each generation's own hour."""

from __future__ import annotations

import numpy as np

from sandbox.generator.block import Block
from sandbox.generator.draws import Draws, Integers
from sandbox.generator.population import GENERATION_STEP, Population, SourceKind

DAY_SECONDS = 86_400
_STEP_SECONDS = int(GENERATION_STEP.total_seconds())
_CODES = 8


def days_of(population: Population, rows: Integers, history: Integers) -> Integers:
    """Day of each row, counted from 1970-01-01: that of `history` in generation 0, later its generation's own."""
    generations = population.generation_of(rows)
    seconds = int(population.starts_at(1).timestamp()) + (generations - 1) * _STEP_SECONDS
    return np.where(generations == 0, history, seconds // DAY_SECONDS)


def update_microseconds(block: Block, days: Integers, codes: Integers | int = 0) -> Integers:
    """Last change of each row version, in microseconds since 1970-01-01 UTC, inside its generation's time.

    `days` are those that the rows came about on. The seconds' remainder modulo 8 is the row's code: no two rows with
    different ones have the same time. Only the database keeps fractions of a second.
    """
    draws = Draws(block.population.seed, block.rows * 2**20 + block.generation)
    if block.generation == 0:
        correction_delay = 60 + draws.below(f"{block.kind}/correction", 30 * DAY_SECONDS)
        seconds = _first_seconds(days, draws) + block.corrections * correction_delay
    else:
        half = _STEP_SECONDS // 2
        start = int(block.population.starts_at(block.generation).timestamp())
        seconds = start + half * block.corrections + draws.below(f"{block.kind}/change", half)
    fraction = draws.below("fraction", 10**6) if block.kind is SourceKind.DATABASE else np.int64(0)
    return (seconds // _CODES * _CODES + codes) * 10**6 + fraction


def _first_seconds(days: Integers, draws: Draws) -> Integers:
    opening_hours = 11 * 3600 + draws.below("time of day", 13 * 3600)
    slow = np.where(draws.hits("entered late", 0.2), 3 * DAY_SECONDS, 3600)
    return days * DAY_SECONDS + opening_hours + (draws.uniform("delay") * slow).astype(np.int64)
