"""A storage account that answers badly while rows are uploaded delays a load and spoils none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from tasks.errors import MisconfiguredError, StorageUnavailable
from tasks.land.raw_container import RawContainer
from tasks.storage_account import PATIENCE, Patience
from tests.tasks.branch_file import branch_file
from tests.tasks.ingestions import Ingest, from_database, from_files, new_container, records
from tests.tasks.store_database import StoreDatabase
from tests.tasks.troubled_storage import ALWAYS, UPLOADS, Operation, Trouble, TroubledStorage, troubled

pytestmark = pytest.mark.services

IMPATIENT = replace(PATIENCE, answer_seconds=1, wait_seconds=0)
SOURCES = pytest.mark.parametrize("source", ["database", pytest.param("files", marks=pytest.mark.chaos)])
LOST_ANSWERS = pytest.mark.parametrize(
    "takes_effect",
    [pytest.param(False, id="before it took effect", marks=pytest.mark.chaos), pytest.param(True, id="answer lost")],
)


@pytest.fixture
def database(contract: Contract, store: StoreDatabase, monkeypatch: pytest.MonkeyPatch) -> Ingest:
    """A load of several parts, with rows in quarantine."""
    monkeypatch.setattr("tasks.land.parts.PART_BYTES", 1000)
    monkeypatch.setattr("tasks.extract.database.rows.BATCH_BYTES", 1000)
    for purchase_id in range(1, 16):
        store.add(purchase_id, f"2026-02-01 10:{purchase_id}Z", **({"cpf": "NULL"} if purchase_id in {3, 7} else {}))
    return from_database(contract, store)


@pytest.fixture
def files(contract: Contract, folder: Path) -> Ingest:
    """Two files, each a load with statements of what was seen, and a note of the folder."""
    branch_file(folder / "a.csv", *({"customer_id": f"C{n}"} for n in range(6)), {"cpf": ""})
    branch_file(folder / "b.csv", {"customer_id": "C9"})
    return from_files(contract, folder)


@pytest.fixture
def account(storage: str) -> Iterator[TroubledStorage]:
    with troubled(storage) as account:
        yield account


def _through(account: TroubledStorage, client: ContainerClient, patience: Patience = IMPATIENT) -> RawContainer:
    name = client.container_name
    return RawContainer.connect(name, connection_string=account.connection, account_url=None, patience=patience)


def _clean(storage: str, ingest: Ingest) -> RawContainer:
    raw = RawContainer(new_container(storage))
    assert ingest(raw)
    return raw


@pytest.mark.parametrize("trouble", [Trouble.BUSY, Trouble.RESET, pytest.param(Trouble.STALL, marks=pytest.mark.chaos)])
@LOST_ANSWERS
@SOURCES
def test_a_load_whose_every_upload_fails_once_ends_as_a_clean_load_does(
    storage: str,
    account: TroubledStorage,
    request: pytest.FixtureRequest,
    source: str,
    trouble: Trouble,
    *,
    takes_effect: bool,
) -> None:
    ingest: Ingest = request.getfixturevalue(source)
    account.spoiled, account.trouble, account.takes_effect = UPLOADS, trouble, takes_effect
    client = new_container(storage)
    assert ingest(_through(account, client))
    for operation in UPLOADS:
        assert min(account.times({operation})) >= 2, operation
    assert records(RawContainer(client)) == records(_clean(storage, ingest))
    assert ingest(RawContainer(client)) == []


@pytest.mark.parametrize("operation", Operation)
@LOST_ANSWERS
@SOURCES
def test_an_account_that_is_always_busy_ends_the_load_with_a_clear_error_and_the_next_run_is_whole(
    storage: str,
    account: TroubledStorage,
    request: pytest.FixtureRequest,
    source: str,
    operation: Operation,
    *,
    takes_effect: bool,
) -> None:
    ingest: Ingest = request.getfixturevalue(source)
    account.spoiled, account.takes_effect, account.spoiled_tries = frozenset({operation}), takes_effect, ALWAYS
    client = new_container(storage)
    with pytest.raises(StorageUnavailable, match=r": 503 ServerBusy; run again when the storage account answers$"):
        ingest(_through(account, client))
    assert set(account.times({operation})) == {6}
    raw = RawContainer(client)
    ingest(raw)
    assert records(raw) == records(_clean(storage, ingest))
    assert ingest(raw) == []


def test_a_busy_account_is_not_asked_again_after_the_deadline(account: TroubledStorage, storage: str) -> None:
    account.spoiled, account.spoiled_tries = UPLOADS, ALWAYS
    raw = _through(account, new_container(storage), replace(IMPATIENT, call_seconds=0))
    with pytest.raises(StorageUnavailable, match="503 ServerBusy"):
        raw.stage("a", b"content")
    assert account.times() == [1]


def test_a_container_that_is_being_deleted_is_taken_for_no_blob_that_is_there(
    account: TroubledStorage, storage: str
) -> None:
    account.spoiled, account.trouble = UPLOADS, Trouble.DELETING
    raw = _through(account, new_container(storage))
    for write in (raw.create, raw.stage):
        with pytest.raises(MisconfiguredError, match=r"cannot .* a: 409 ContainerBeingDeleted; create container raw-"):
            write("a", b"content")
    with pytest.raises(MisconfiguredError, match="cannot publish a: 409 ContainerBeingDeleted"):
        raw.publish("a", {})
    assert account.times() == [1, 1, 1]
