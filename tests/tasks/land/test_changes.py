"""Databases and APIs are ingested change by change, each once, however late it shows up."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from tasks.errors import LoadRefused, StructureError
from tasks.extract.chunks import Window
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tests.tasks.ingestions import from_api, from_database, landed
from tests.tasks.interrupted_storage import InterruptedStorage
from tests.tasks.scripted_api import answer, item, page, serve
from tests.tasks.store_database import StoreDatabase

pytestmark = pytest.mark.services


def test_a_first_load_takes_everything_and_the_next_one_what_changed(
    contract: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    ingest = from_database(contract, store)
    store.add(1, "2026-02-01 10:00Z")
    store.add(2, "2026-02-01 11:00Z")
    (first,) = ingest(raw)
    assert first.manifest.rows == LoadRows(extracted=2, landed=2)
    assert first.manifest.read_so_far.watermark == datetime(2026, 2, 1, 11, tzinfo=UTC)
    store.add(1, "2026-02-01 12:00Z")
    store.add(3, "2026-02-01 12:00Z")
    (second,) = ingest(raw)
    assert second.manifest.rows == LoadRows(extracted=2, landed=2)
    assert landed(raw, "store-database") == {"C1": 2, "C2": 1, "C3": 1}


def test_nothing_new_writes_nothing(contract: Contract, store: StoreDatabase, container: ContainerClient) -> None:
    ingest = from_database(contract, store)
    storage = InterruptedStorage(container)
    assert ingest(storage) == []
    assert storage.calls == 0
    store.add(1, "2026-02-01 10:00Z")
    ingest(storage)
    calls = storage.calls
    assert ingest(storage) == []
    assert storage.calls == calls


def test_a_row_that_was_committed_late_is_landed_and_its_neighbours_are_not_landed_again(
    contract: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    ingest = from_database(contract, store)
    store.add(1, "2026-02-01 10:00Z")
    store.add(2, "2026-02-01 10:05Z")
    ingest(raw)
    store.add(3, "2026-02-01 09:56Z")
    store.add(4, "2026-02-01 10:05Z")
    (report,) = ingest(raw)
    assert report.manifest.rows == LoadRows(extracted=2, landed=2)
    assert report.manifest.read_so_far.watermark == datetime(2026, 2, 1, 10, 5, tzinfo=UTC)
    assert ingest(raw) == []
    assert landed(raw, "store-database") == {"C1": 1, "C2": 1, "C3": 1, "C4": 1}


def test_quarantined_versions_are_not_quarantined_again(
    contract: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    ingest = from_database(contract, store)
    for purchase_id in range(1, 6):
        store.add(purchase_id, "2026-02-01 10:00Z")
    store.add(6, "2026-02-01 10:00Z", cpf="NULL")
    (report,) = ingest(raw)
    assert report.manifest.rows == LoadRows(extracted=6, landed=5, quarantined=1)
    assert ingest(raw) == []


def test_a_refused_load_is_read_again_until_the_source_is_mended(
    contract: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    ingest = from_database(contract, store)
    for number in range(20):
        store.add(number, "2026-02-01 10:00Z", cpf="NULL")
    with pytest.raises(LoadRefused):
        ingest(raw)
    for number in range(20):
        store.add(number, "2026-02-01 10:01Z")
    (report,) = ingest(raw)
    assert report.manifest.rows == LoadRows(extracted=20, landed=20)


@pytest.mark.parametrize("time", ["2026-02-01 10:00Z", "infinity"])
def test_changes_within_one_second_all_land(
    contract: Contract, store: StoreDatabase, raw: RawContainer, time: str
) -> None:
    ingest = from_database(contract, store)
    for product in ("TV", "Rádio", "TV"):
        store.add(1, time, product=f"'{product}'")
        assert [report.manifest.rows.extracted for report in ingest(raw)] == [1]
        assert ingest(raw) == []


def test_rows_of_one_key_and_time_all_land_once(contract: Contract, store: StoreDatabase, raw: RawContainer) -> None:
    store.run("ALTER TABLE purchases DROP CONSTRAINT purchases_pkey, ALTER purchase_id DROP NOT NULL")
    rows = ", ".join(f"({key}, 'C{n}', '2026-01-31', 1, '529.982.247-25', '2026-02-01Z')" for n, key in enumerate("11"))
    nulls = rows.replace("(1,", "(NULL,")
    columns = "purchase_id, customer_id, purchase_date, total_amount, cpf, updated_at"
    store.run(f"INSERT INTO purchases ({columns}) VALUES {rows}, {nulls}")
    ingest = from_database(contract, store)
    assert [report.manifest.rows.landed for report in ingest(raw)] == [4]
    assert ingest(raw) == []
    store.run("UPDATE purchases SET product = 'TV' WHERE customer_id = 'C1'")
    assert [report.manifest.rows.landed for report in ingest(raw)] == [2]
    assert ingest(raw) == []


def test_a_time_in_the_future_does_not_hide_what_changes_until_then(
    contract: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    ingest = from_database(contract, store)
    store.add(1, "2099-01-01Z")
    ingest(raw)
    store.add(2, "2026-02-02 00:00Z")
    (report,) = ingest(raw)
    assert report.manifest.rows.extracted == 1
    assert landed(raw, "store-database") == {"C1": 1, "C2": 1}


def test_a_backfill_lands_its_window_again_once_a_run_and_leaves_the_watermark(
    contract: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    for purchase_id in range(1, 5):
        store.add(purchase_id, f"2026-01-0{purchase_id}Z")
    from_database(contract, store)(raw)
    window = Window(since=datetime(2026, 1, 2, tzinfo=UTC), until=datetime(2026, 1, 4, tzinfo=UTC))
    backfill = from_database(contract, store, "backfill", window)
    (report,) = backfill(raw)
    assert report.manifest.rows == LoadRows(extracted=2, landed=2)
    assert report.manifest.read_so_far.watermark == datetime(2026, 1, 4, tzinfo=UTC)
    assert report.manifest.read_so_far.backfill == window
    assert backfill(raw) == []
    assert from_database(contract, store)(raw) == []
    assert len(from_database(contract, store, "another", window)(raw)) == 1
    assert landed(raw, "store-database") == {"C1": 1, "C2": 3, "C3": 3, "C4": 1}


def test_rows_that_a_backfill_took_ahead_of_the_watermark_are_not_landed_again(
    contract: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    store.add(1, "2026-01-01Z")
    from_database(contract, store)(raw)
    store.add(2, "2026-01-02Z")
    from_database(contract, store, "backfill", Window(since=datetime(2026, 1, 2, tzinfo=UTC)))(raw)
    assert from_database(contract, store)(raw) == []


def test_the_api_is_asked_from_the_watermark_minus_the_overlap_and_seen_items_are_left_out(
    contract: Contract, raw: RawContainer
) -> None:
    first, second = item(1, "2026-02-01T10:00:00Z"), item(2, "2026-02-01T10:05:00Z")
    with serve(page(first), page(first, second)) as api:
        reports = [from_api(contract, api.url)(raw)[0] for _ in range(2)]
    assert [request.get("updated_since") for request in api.requests] == [None, "2026-02-01T09:50:00.000000Z"]
    assert [report.manifest.rows.landed for report in reports] == [1, 1]
    assert landed(raw, "customers-api") == {"C1": 1, "C2": 1}


def test_an_api_that_fails_half_way_lands_nothing(contract: Contract, raw: RawContainer) -> None:
    broken = [page(item(1), next_cursor="a"), answer({"next_cursor": None})]
    with serve(*broken) as api, pytest.raises(StructureError):
        from_api(contract, api.url)(raw)
    assert list(raw.names("")) == []
