"""Settlements: landed rows that bronze will never hold, written off for a reason that a person gave.

Raw files that are lost before the job reads them leave books that no later run can balance: what was landed stays
noted. A settlement notes how many rows are missing, so that the books have a term for them. Each is a small blob
`_settlements/‹dataset›/‹source›/‹number›.json`, which nothing changes afterwards.
"""

from __future__ import annotations

from datetime import datetime

from contracts.contract import Contract
from contracts.raw_layout import SETTLEMENTS, newest_first, source_folder
from contracts.sources.source import BaseSource
from tasks.errors import ConcurrentLoad
from tasks.land.manifests import Frozen
from tasks.land.raw_container import RawContainer


class Settlement(Frozen):
    """Rows written off: `rows` by this settlement, `total_rows` by all of the source so far.

    Rows are negative where bronze holds more than was landed, as after a lost checkpoint.
    """

    dataset: str
    source: str
    number: int
    run_id: str
    settled_at: datetime
    reason: str
    rows: int
    total_rows: int


def last_settlement(raw: RawContainer, contract: Contract, source: BaseSource) -> Settlement | None:
    """The source's newest settlement, or None if nothing was ever settled."""
    newest = raw.first(_prefix(contract, source))
    return Settlement.model_validate_json(raw.read(newest)) if newest else None


def settle(
    raw: RawContainer, contract: Contract, source: BaseSource, rows: int, *, reason: str, run_id: str, now: datetime
) -> Settlement:
    """Write off so many rows of the source.

    Raises:
        ConcurrentLoad: another run settled the source at the same time.
    """
    last = last_settlement(raw, contract, source)
    settlement = Settlement(
        dataset=contract.name,
        source=source.name,
        number=last.number + 1 if last else 1,
        run_id=run_id,
        settled_at=now,
        reason=reason,
        rows=rows,
        total_rows=rows + (last.total_rows if last else 0),
    )
    name = f"{_prefix(contract, source)}{newest_first(settlement.number)}.json"
    if not raw.create(name, settlement.model_dump_json(indent=2).encode()):
        raise ConcurrentLoad(f"another run settled {source.name} at the same time; look at its books and run again")
    return settlement


def _prefix(contract: Contract, source: BaseSource) -> str:
    return f"{SETTLEMENTS}/{source_folder(contract, source)}/"
