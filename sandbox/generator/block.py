"""A block: row versions that lie next to each other in what one generation writes at one source."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from contracts.model import SourceKind
from sandbox.generator.draws import Booleans, Draws, Integers
from sandbox.generator.population import Population, Sequence
from sandbox.generator.shares import SHARES

KINDS = tuple(SourceKind)


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
        """Row number of each row version: the purchase's own, which its corrections keep."""
        stream = f"{self.kind}/{self.generation}/corrected"
        return self.sequence.rows(self.positions, self.population.seed, stream)

    @cached_property
    def corrections(self) -> Booleans:
        """Which row versions correct an earlier one."""
        return self.positions >= self.sequence.new

    @cached_property
    def places(self) -> Integers:
        """Place among the new purchases or among the corrections."""
        return np.where(self.corrections, self.positions - self.sequence.new, self.rows)

    @cached_property
    def versions(self) -> Integers:
        """0 for a purchase as first entered, else the correcting generation + 1."""
        return np.where(self.corrections, self.generation + 1, 0)

    @cached_property
    def repeated(self) -> Booleans:
        """Which rows enter the purchase of the row before once more."""
        stream, share = f"{self.kind}/repeated", SHARES[self.kind].repeated
        now, before = (Draws(self.population.seed, rows).hits(stream, share) for rows in (self.rows, self.rows - 1))
        return now & ~before & (self.rows > 0)

    @cached_property
    def subjects(self) -> Integers:
        """The purchase that a row is about, the same number in every source that has it."""
        rows = self.rows - self.repeated
        stream, share = f"{self.kind}/in another source", SHARES[self.kind].in_another_source
        shared = Draws(self.population.seed, rows).hits(stream, share)
        return rows * len(KINDS) + np.where(shared, 0, KINDS.index(self.kind))

    @cached_property
    def draws(self) -> Draws:
        """Random numbers of the row versions: a correction's differ from those of the purchase as first entered."""
        return Draws(self.population.seed, self.rows * 2**20 + self.versions)
