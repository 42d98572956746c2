"""What sources have landed: the loads' manifests, with the rows that their published blobs really hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from itertools import takewhile

from pydantic import BaseModel, ConfigDict

from contracts.contract import Contract
from contracts.sources.source import BaseSource
from tasks.land.manifests import LoadRows, Manifest, latest_manifest, manifests
from tasks.land.publish import durable_rows
from tasks.land.raw_container import RawContainer
from tasks.land.settlements import last_settlement

CLOCK_TOLERANCE = timedelta(hours=1)
"""How far the clocks of two pods may be apart: loads are looked for that much further back than the run began."""


class LandedLoads(BaseModel):
    """A source's loads of one run, the latest first, with their rows; number and totals of its last load of any run.

    `settled_rows` are the landed rows of all runs that were written off (`tasks.land.settlements`), `missing_files` the
    days of which an expected file did not come, by its name (`tasks.land.expected_files`).
    Extracted rows are those the manifests noted while extracting; landed and quarantined ones are read back from the
    metadata of this run's blobs, so that a blob that is not there does not count.
    """

    model_config = ConfigDict(frozen=True)

    loads: tuple[Manifest, ...] = ()
    rows: LoadRows = LoadRows()
    totals: LoadRows = LoadRows()
    sequence: int = 0
    settled_rows: int = 0
    missing_files: dict[str, tuple[date, ...]] = {}

    @property
    def rows_for_bronze(self) -> int:
        """How many rows bronze has to hold, in all."""
        return self.totals.landed - self.settled_rows


def read_landed(
    raw: RawContainer, contract: Contract, source: BaseSource, run_id: str | None, started_at: datetime
) -> LandedLoads:
    """The loads that the run of that id committed since it started, and the source's totals."""
    latest = latest_manifest(raw, contract, source)
    if latest is None:
        return LandedLoads()
    since = started_at - CLOCK_TOLERANCE
    recent = takewhile(lambda load: load.committed_at >= since, manifests(raw, contract, source))
    loads = tuple(load for load in recent if load.run_id == run_id)
    noted, durable = _sum(load.rows for load in loads), _sum(durable_rows(raw, load) for load in loads)
    totals = LoadRows(
        extracted=latest.totals.extracted,
        landed=latest.totals.landed - noted.landed + durable.landed,
        quarantined=latest.totals.quarantined - noted.quarantined + durable.quarantined,
    )
    last = last_settlement(raw, contract, source)
    settled_rows = last.total_rows if last else 0
    return LandedLoads(loads=loads, rows=durable, totals=totals, sequence=latest.sequence, settled_rows=settled_rows)


def totals_since(raw: RawContainer, contract: Contract, source: BaseSource, sequence: int) -> list[LoadRows]:
    """The source's totals after each load that was committed after that one, the latest first."""
    later = takewhile(lambda load: load.sequence > sequence, manifests(raw, contract, source))
    return [load.totals for load in later]


def _sum(rows: Iterable[LoadRows]) -> LoadRows:
    return sum(rows, LoadRows())
