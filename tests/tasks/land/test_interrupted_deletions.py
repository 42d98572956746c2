"""A snapshot that is killed anywhere is completed or taken again: what is gone is landed as deleted once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from contracts.reader import read_contract
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tests.contracts.diff.edits import DATABASE, custom
from tests.contracts.documents import document, written
from tests.tasks.ingestions import NOW, Ingest, from_source, landed, new_container
from tests.tasks.interrupted_storage import InterruptedStorage, KilledError
from tests.tasks.store_database import StoreDatabase

pytestmark = [pytest.mark.services, pytest.mark.chaos]


@pytest.fixture
def ingests(tmp_path: Path, store: StoreDatabase) -> list[Ingest]:
    """Ingestions of three days."""
    content = document()
    custom(DATABASE, "snapshot", "daily")(content)
    contract = read_contract(written(tmp_path, content))
    return [from_source(contract, "store-database", store.url, now=NOW + n * timedelta(days=1)) for n in range(3)]


def _after_a_day_with_three_rows(ingest: Ingest, store: StoreDatabase, storage: str) -> ContainerClient:
    for n in (1, 2, 3):
        store.add(n, "2026-02-01 10:00Z")
    container = new_container(storage)
    ingest(RawContainer(container))
    store.run("DELETE FROM purchases WHERE purchase_id = 2")
    return container


def test_a_snapshot_that_is_killed_anywhere_lands_each_deletion_once(
    ingests: list[Ingest], store: StoreDatabase, storage: str
) -> None:
    first, second, third = ingests
    whole = InterruptedStorage(_after_a_day_with_three_rows(first, store, storage))
    second(whole)
    for call in range(whole.calls):
        for takes_effect in (False, True):
            container = _after_a_day_with_three_rows(first, store, storage)
            with pytest.raises(KilledError):
                second(InterruptedStorage(container, call, takes_effect=takes_effect))
            raw = RawContainer(container)
            second(raw)
            when = f"killed {'after' if takes_effect else 'before'} call {call} of {whole.calls}"
            assert landed(raw, "store-database") == {"C1": 1, "C2": 2, "C3": 1}, when
            (nothing,) = third(raw)
            assert nothing.manifest.rows == LoadRows(), when
            assert nothing.manifest.totals == LoadRows(extracted=4, landed=4), when
    assert whole.calls > 4
