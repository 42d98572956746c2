"""How many rows each generation adds and corrects at a source, and when: the plan that every row follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import gcd

import numpy as np

from contracts.contract import Contract
from contracts.sources.source import BaseSource
from sandbox.generator.draws import Draws, Integers


class SourceKind(StrEnum):
    """The kinds of source that hold generated rows; a kind's rows are the same whatever its source is called."""

    DATABASE = "database"
    API = "api"
    FILES = "files"


KINDS = tuple(SourceKind)
"""The kinds in order; a kind's place is its number in what is drawn."""

_TYPES = {SourceKind.DATABASE: "postgres", SourceKind.API: "api", SourceKind.FILES: "local"}


def source_of(contract: Contract, kind: SourceKind) -> BaseSource:
    """The contract's first source of that kind: the one that the sandbox serves."""
    return next(source for source in contract.sources if source.type == _TYPES[kind])


HISTORY = timedelta(days=5 * 365)
"""How far back the rows of generation 0 go."""

LEAD = timedelta(days=30)
"""How long before the anchor generation 0 ends, which leaves room for later generations before the present."""

GENERATION_STEP = timedelta(hours=1)
"""Time that passes at the sources from one generation to the next."""


@dataclass(frozen=True)
class Sequence:
    """What one generation writes at one source: `new` rows first, then versions of `corrected` earlier ones.

    `correctable` rows, counted from the first ever, are there to choose the corrected ones from.
    """

    first_row: int
    new: int
    corrected: int
    correctable: int

    @property
    def length(self) -> int:
        """Row versions in all."""
        return self.new + self.corrected

    def rows(self, positions: Integers, seed: int, stream: str) -> Integers:
        """Row number of each position in the sequence; no row is corrected twice in one generation."""
        rows = self.first_row + positions
        if self.corrected:
            offset = int(Draws(seed, np.zeros(1, np.int64)).below(stream, self.correctable)[0])
            corrections = (offset + (positions - self.new) * _coprime_stride(self.correctable)) % self.correctable
            rows = np.where(positions < self.new, rows, corrections)
        return rows


@dataclass(frozen=True)
class Population:
    """Size, seed and time of a dataset's rows: `rows` are seeded at each source, `anchor` is the time of that."""

    rows: int
    seed: int
    anchor: datetime

    @property
    def growth_rows(self) -> int:
        """Rows that each generation after the first adds to a source."""
        return max(20, self.rows // 100) if self.rows else 0

    @property
    def history_end(self) -> datetime:
        """When generation 0 ends: midnight UTC, `LEAD` before the anchor."""
        return self.anchor.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) - LEAD

    def starts_at(self, generation: int) -> datetime:
        """When a generation's first row version is written; the next generation's start is its end."""
        if generation == 0:
            return self.history_end - HISTORY
        return self.history_end + (generation - 1) * GENERATION_STEP

    def sequence(self, kind: SourceKind, generation: int) -> Sequence:
        """What a generation writes at a source of that kind.

        A database and an API keep one version of a row, so a correction concerns an earlier generation; in files both
        versions stay, so the first generation corrects itself too.
        """
        before = self.rows_before(generation)
        new = self.rows_before(generation + 1) - before
        correctable = before + new if kind is SourceKind.FILES else before
        corrected = self.rows // 50 if generation == 0 else max(5, self.rows // 200)
        return Sequence(before, new, min(corrected, correctable), correctable)

    def rows_before(self, generation: int) -> int:
        """Rows that a source has got in all generations before that one."""
        return 0 if generation == 0 else self.rows + (generation - 1) * self.growth_rows

    def generation_of(self, rows: Integers) -> Integers:
        """The generation that each row number was added in."""
        return np.where(rows < self.rows, 0, 1 + (rows - self.rows) // max(1, self.growth_rows))


def _coprime_stride(count: int) -> int:
    stride = max(1, int(count * 0.6180339887))
    while gcd(stride, count) != 1:
        stride += 1
    return stride
