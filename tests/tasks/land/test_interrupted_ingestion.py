"""Ingestion that is killed anywhere, or done twice at the same time, ends as if it had run once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from tasks.land.ingest import LoadReport
from tasks.land.manifests import LoadRows, manifests
from tasks.land.publish import durable_rows
from tasks.land.raw_container import RawContainer
from tests.tasks.branch_file import branch_file
from tests.tasks.ingestions import Ingest, contents, from_database, from_files, landed, new_container
from tests.tasks.interrupted_storage import InterruptedStorage, KilledError
from tests.tasks.store_database import StoreDatabase

pytestmark = pytest.mark.services


def _interruptions(storage: str, ingest: Ingest) -> Iterator[tuple[str, RawContainer]]:
    """The container after the ingestion was killed at each of its writing calls and then run again."""
    whole = InterruptedStorage(new_container(storage))
    ingest(whole)
    for call in range(whole.calls):
        for takes_effect in (False, True):
            container = new_container(storage)
            with pytest.raises(KilledError):
                ingest(InterruptedStorage(container, call, takes_effect=takes_effect))
            again = RawContainer(container)
            ingest(again)
            yield f"killed {'after' if takes_effect else 'before'} call {call} of {whole.calls}", again


def test_a_database_load_that_is_killed_anywhere_ends_as_if_it_had_run_once(
    contract: Contract, store: StoreDatabase, storage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.land.parts.PART_BYTES", 1000)
    monkeypatch.setattr("tasks.extract.database.rows.BATCH_BYTES", 1000)
    for purchase_id in range(1, 16):
        store.add(purchase_id, f"2026-02-01 10:{purchase_id}Z", **({"cpf": "NULL"} if purchase_id in {3, 7} else {}))
    ingest = from_database(contract, store)
    reference = RawContainer(new_container(storage))
    (report,) = ingest(reference)
    assert len(report.manifest.files) > 2
    count = 0
    for when, raw in _interruptions(storage, ingest):
        assert contents(raw) == contents(reference), when
        count += 1
    assert count == 2 * (2 * len(report.manifest.blobs) + 1)


@pytest.mark.chaos
def test_files_that_are_landed_while_the_process_is_killed_anywhere_end_as_if_it_had_run_once(
    contract: Contract, folder: Path, storage: str
) -> None:
    branch_file(folder / "a.csv", *({"customer_id": f"C{n}"} for n in range(6)), {"cpf": ""})
    branch_file(folder / "b.csv", {"customer_id": "C9"})
    branch_file(folder / "empty.csv")
    ingest = from_files(contract, folder)
    reference = RawContainer(new_container(storage))
    assert len(ingest(reference)) == 3
    for when, raw in _interruptions(storage, ingest):
        assert contents(raw) == contents(reference), when


def test_a_load_that_was_committed_but_not_published_is_reported_as_recovered(
    contract: Contract, store: StoreDatabase, container: ContainerClient
) -> None:
    store.add(1, "2026-02-01 10:00Z")
    ingest = from_database(contract, store)
    with pytest.raises(KilledError):
        ingest(InterruptedStorage(container, 2, takes_effect=True))
    (report,) = ingest(RawContainer(container))
    assert report.recovered
    assert durable_rows(RawContainer(container), report.manifest) == LoadRows(extracted=1, landed=1)
    assert ingest(RawContainer(container)) == []


def test_two_loads_at_the_same_time_take_turns(
    contract: Contract, store: StoreDatabase, container: ContainerClient
) -> None:
    store.add(1, "2026-02-01 10:00Z")
    together = threading.Barrier(2)

    class Meeting(RawContainer):
        """Both are about to commit their first load when either goes on."""

        def create(self, name: str, content: bytes) -> bool:
            if name.endswith("-00000001.json"):
                together.wait(timeout=30)
            return super().create(name, content)

    def ingest(number: int) -> list[LoadReport]:
        return from_database(contract, store, f"run-{number}")(Meeting(container))

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(ingest, range(2)))
    assert sorted(len([report for report in reports if not report.recovered]) for reports in results) == [0, 1]
    raw = RawContainer(container)
    assert landed(raw, "store-database") == {"C1": 1}
    assert len(list(manifests(raw, contract, contract.source("store-database")))) == 1
