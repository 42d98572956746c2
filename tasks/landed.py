"""What sources have landed, read from the loads' manifests: the one record that no crash loses."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import takewhile

from pydantic import BaseModel, ConfigDict

from contracts.model import Contract, Source
from tasks.blob_storage import RawContainer
from tasks.manifests import Manifest, Rows, manifests

CLOCK_TOLERANCE = timedelta(hours=1)
"""How far the clocks of two pods may be apart: loads are looked for that much further back than the run began."""


class LandedLoads(BaseModel):
    """A source's loads of one run, the latest first; number and totals of its last load of any run."""

    model_config = ConfigDict(frozen=True)

    loads: tuple[Manifest, ...]
    totals: Rows
    sequence: int = 0


def read_landed(
    raw: RawContainer, contract: Contract, source: Source, run_id: str | None, started_at: datetime
) -> LandedLoads:
    """The loads that the run of that id committed since it started, and the source's totals."""
    history = manifests(raw, contract, source)
    latest = next(history, None)
    if latest is None:
        return LandedLoads(loads=(), totals=Rows())
    recent = takewhile(lambda load: load.committed_at >= started_at - CLOCK_TOLERANCE, _chain(latest, history))
    return LandedLoads(
        loads=tuple(load for load in recent if load.run_id == run_id), totals=latest.totals, sequence=latest.sequence
    )


def totals_since(raw: RawContainer, contract: Contract, source: Source, sequence: int) -> list[Rows]:
    """The source's totals after each load that was committed after that one, the latest first."""
    later = takewhile(lambda load: load.sequence > sequence, manifests(raw, contract, source))
    return [load.totals for load in later]


def rows_of(loads: Iterable[Manifest]) -> Rows:
    """Row accounting of these loads together."""
    return sum((load.rows for load in loads), Rows())


def _chain(first: Manifest, rest: Iterable[Manifest]) -> Iterable[Manifest]:
    yield first
    yield from rest
