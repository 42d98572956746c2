"""A committed load is completed by whoever comes next, or says what an operator must do."""

from __future__ import annotations

import pytest
from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from contracts.raw_layout import newest_first
from tasks.errors import LoadLost
from tasks.land.manifests import LoadRows, commit_manifest, latest_manifest
from tasks.land.publish import durable_rows, finish_last_load
from tests.tasks.ingestions import from_database, landed
from tests.tasks.interrupted_storage import InterruptedStorage, KilledError
from tests.tasks.store_database import StoreDatabase

pytestmark = pytest.mark.services

COMMITTED = 2
"""The writing call that commits a load of one file; before it come the file and the record of what was seen."""


def test_before_the_first_load_there_is_nothing_to_finish(contract: Contract, container: ContainerClient) -> None:
    raw = InterruptedStorage(container)
    assert finish_last_load(raw, contract, contract.source("store-database")) == (None, False)


def test_a_published_load_is_left_alone(contract: Contract, store: StoreDatabase, container: ContainerClient) -> None:
    raw = InterruptedStorage(container)
    store.add(1, "2026-02-01Z")
    (report,) = from_database(contract, store)(raw)
    calls = raw.calls
    assert finish_last_load(raw, contract, contract.source("store-database")) == (report.manifest, False)
    assert raw.calls == calls


@pytest.mark.parametrize("published", [0, 1])
def test_an_unpublished_load_is_published_from_where_it_stopped(
    contract: Contract, store: StoreDatabase, container: ContainerClient, published: int
) -> None:
    store.add(1, "2026-02-01Z")
    with pytest.raises(KilledError):
        from_database(contract, store)(InterruptedStorage(container, COMMITTED + published, takes_effect=True))
    raw = InterruptedStorage(container)
    manifest, recovered = finish_last_load(raw, contract, contract.source("store-database"))
    assert manifest
    assert recovered
    assert durable_rows(raw, manifest) == LoadRows(extracted=1, landed=1)


def test_a_load_whose_parts_are_gone_is_extracted_again_once_its_manifest_is_deleted(
    contract: Contract, store: StoreDatabase, container: ContainerClient
) -> None:
    store.add(1, "2026-02-01Z")
    source = contract.source("store-database")
    raw = InterruptedStorage(container)
    (report,) = from_database(contract, store)(raw)
    lost = report.manifest.files[0].model_copy(update={"name": "customer_purchases/store-database/gone.json"})
    (record,) = report.manifest.read_so_far.seen
    seen = (record.model_copy(update={"name": "_seen/gone.parquet"}),)
    progress = report.manifest.read_so_far.model_copy(update={"seen": seen})
    changes = {"sequence": 2, "files": (lost,), "read_so_far": progress}
    commit_manifest(raw, contract, source, report.manifest.model_copy(update=changes))
    store.add(2, "2026-02-02Z")
    with pytest.raises(LoadLost, match=r"gone\.json was staged .* Delete the manifest of load 2 of store-database"):
        from_database(contract, store)(raw)
    container.delete_blob(f"_manifests/customer_purchases/store-database/{newest_first(2)}.json")
    from_database(contract, store)(raw)
    assert landed(raw, "store-database") == {"C1": 1, "C2": 1}
    latest = latest_manifest(raw, contract, source)
    assert latest
    assert latest.totals == LoadRows(extracted=2, landed=2)
