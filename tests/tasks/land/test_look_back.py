"""What a database commits later than the overlap is landed by the next look-back, once, and told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from contracts.contract import Contract
from contracts.reader import read_contract
from tasks.extract.chunks import Window
from tasks.land.ingest import LoadReport
from tasks.land.landed import LandedLoads
from tasks.land.manifests import LateRows, LoadRows
from tasks.land.raw_container import RawContainer
from tasks.report.facts import source_outcome
from tests.contracts.diff.edits import custom
from tests.contracts.documents import document, written
from tests.tasks.ingestions import NOW, contents, from_source, landed
from tests.tasks.store_database import StoreDatabase

pytestmark = pytest.mark.services

DAY = timedelta(days=1)


@pytest.fixture
def looking_back(tmp_path: Path) -> Contract:
    """The purchases' contract, whose database is looked back at for seven days, once a day."""
    content = document()
    custom("servers.store-database", "lookBack", {"days": 7})(content)
    return read_contract(written(tmp_path, content))


def _ingest(
    contract: Contract, store: StoreDatabase, raw: RawContainer, now: datetime = NOW, backfill: Window | None = None
) -> list[LoadReport]:
    return from_source(contract, "store-database", store.url, now=now, backfill=backfill)(raw)


def test_what_comes_later_than_the_overlap_is_found_once_a_day_and_told(
    looking_back: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    store.add(1, "2026-01-31 10:00Z")
    store.add(2, "2026-02-01 10:00Z")
    _ingest(looking_back, store, raw)
    store.add(3, "2026-02-01 09:49Z")
    store.add(4, "2026-01-26 10:00Z")
    assert _ingest(looking_back, store, raw, NOW + DAY / 2) == []
    (report,) = _ingest(looking_back, store, raw, NOW + DAY)
    assert report.manifest.rows == LoadRows(extracted=2, landed=2)
    assert report.manifest.read_so_far.watermark == datetime(2026, 2, 1, 10, tzinfo=UTC)
    assert report.manifest.read_so_far.late == LateRows(rows=2, most_seconds=6 * 24 * 3600)
    assert landed(raw, "store-database") == {"C1": 1, "C2": 1, "C3": 1, "C4": 1}
    outcome = source_outcome("store-database", LandedLoads(loads=(report.manifest,)), None, 1.0)
    assert outcome.warned_checks == {
        "lookBack": "2 rows came later than the overlap; overlapSeconds 518400 would have met them"
    }


def test_a_look_back_that_finds_nothing_is_noted_so_that_the_next_one_is_due_a_day_later(
    looking_back: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    store.add(1, "2026-02-01 10:00Z")
    _ingest(looking_back, store, raw)
    (noted,) = _ingest(looking_back, store, raw, NOW + DAY)
    assert (noted.manifest.rows, noted.manifest.read_so_far.late) == (LoadRows(), LateRows())
    store.add(2, "2026-01-30 10:00Z")
    assert _ingest(looking_back, store, raw, NOW + 1.5 * DAY) == []
    (found,) = _ingest(looking_back, store, raw, NOW + 2 * DAY)
    assert found.manifest.read_so_far.late.rows == 1


def test_what_many_loads_landed_is_remembered_and_a_change_without_a_new_time_is_found(
    looking_back: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    for n in range(1, 7):
        store.add(n, f"2026-02-01 0{n}:00Z")
        _ingest(looking_back, store, raw, NOW + n * timedelta(hours=1))
    store.add(2, "2026-02-01 02:00Z", product="'TV'")
    (report,) = _ingest(looking_back, store, raw, NOW + 2 * DAY)
    assert report.manifest.read_so_far.late == LateRows(rows=1, most_seconds=4 * 3600)
    (again,) = _ingest(looking_back, store, raw, NOW + 3 * DAY)
    assert again.manifest.rows == LoadRows()
    assert landed(raw, "store-database") == {"C1": 1, "C2": 2, **{f"C{n}": 1 for n in range(3, 7)}}


def test_what_came_before_the_days_of_a_look_back_is_not_looked_at(
    looking_back: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    store.add(1, "2026-02-01 10:00Z")
    _ingest(looking_back, store, raw)
    store.add(2, "2026-01-25 09:59Z")
    (report,) = _ingest(looking_back, store, raw, NOW + DAY)
    assert report.manifest.rows == LoadRows()


def test_a_backfill_between_look_backs_is_remembered_too(
    looking_back: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    store.add(1, "2026-01-30 10:00Z")
    store.add(2, "2026-02-01 10:00Z")
    _ingest(looking_back, store, raw)
    store.add(3, "2026-01-30 11:00Z")
    _ingest(looking_back, store, raw, NOW + DAY / 2, Window(since=datetime(2026, 1, 30, tzinfo=UTC)))
    (report,) = _ingest(looking_back, store, raw, NOW + DAY)
    assert report.manifest.rows == LoadRows()
    assert landed(raw, "store-database") == {"C1": 2, "C2": 2, "C3": 1}


def test_a_source_that_begins_to_look_back_lands_once_again_what_nothing_remembers(
    contract: Contract, looking_back: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    store.add(1, "2026-01-31 10:00Z")
    store.add(2, "2026-02-01 10:00Z")
    _ingest(contract, store, raw)
    store.add(3, "2026-01-31 11:00Z")
    (report,) = _ingest(looking_back, store, raw)
    assert report.manifest.rows == LoadRows(extracted=2, landed=2)
    assert report.manifest.read_so_far.late == LateRows()
    (again,) = _ingest(looking_back, store, raw, NOW + DAY)
    assert again.manifest.rows == LoadRows()
    written_before = contents(raw)
    assert _ingest(contract, store, raw, NOW + DAY) == []
    assert contents(raw) == written_before
