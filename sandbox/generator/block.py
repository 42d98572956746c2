"""A block: row versions that lie next to each other in what one generation writes at one source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sandbox.generator.draws import Booleans, Draws, Integers
from sandbox.generator.population import Population, Sequence, SourceKind

CHUNK_ROWS = 100_000


@dataclass(frozen=True, eq=False)
class Block:
    """Row versions `start` to `stop` of a generation's sequence at a source; all of them lack the `absent` columns."""

    population: Population
    kind: SourceKind
    generation: int
    start: int
    stop: int
    absent: frozenset[str] = field(default=frozenset())

    @cached_property
    def sequence(self) -> Sequence:
        """All that the generation writes at the source."""
        return self.population.sequence(self.kind, self.generation)

    @cached_property
    def positions(self) -> Integers:
        """Place of each row version in its generation's sequence."""
        return np.arange(self.start, self.stop, dtype=np.int64)

    @cached_property
    def rows(self) -> Integers:
        """Row number of each row version, which a row's corrections keep."""
        stream = f"{self.kind}/{self.generation}/corrected"
        return self.sequence.rows(self.positions, self.population.seed, stream)

    @cached_property
    def corrections(self) -> Booleans:
        """Which row versions correct an earlier one."""
        return self.positions >= self.sequence.new

    @cached_property
    def places(self) -> Integers:
        """Place among the new rows or among the corrections."""
        return np.where(self.corrections, self.positions - self.sequence.new, self.rows)

    @cached_property
    def versions(self) -> Integers:
        """0 for a row as first entered, else the correcting generation + 1."""
        return np.where(self.corrections, self.generation + 1, 0)

    @cached_property
    def draws(self) -> Draws:
        """Random numbers of the row versions: a correction's differ from those of the row as first entered."""
        return Draws(self.population.seed, self.rows * 2**20 + self.versions)


def blocks(population: Population, kind: SourceKind, generation: int) -> Iterator[Block]:
    """What a generation writes at a database or an API, in blocks of bounded size; the corrections come last.

    A block holds either new rows or corrections, because the two are written differently.
    """
    sequence = population.sequence(kind, generation)
    for first, end in ((0, sequence.new), (sequence.new, sequence.length)):
        for start in range(first, end, CHUNK_ROWS):
            yield Block(population, kind, generation, start, min(start + CHUNK_ROWS, end))
