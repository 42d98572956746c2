"""What is deleted in a real PostgreSQL lands as the deletion of its key: marked rows, and rows that are gone."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.contract import Contract
from contracts.raw_layout import DELETED_AT
from contracts.reader import read_contract
from tasks.errors import LoadRefused
from tasks.extract.chunks import Window
from tasks.land import deletions, key_buckets
from tasks.land.ingest import LoadReport
from tasks.land.manifests import LateRows, LoadRows, Manifest
from tasks.land.raw_container import RawContainer
from tests.contracts.diff.edits import DATABASE, custom
from tests.contracts.documents import document, written
from tests.tasks.ingestions import NOW, from_source
from tests.tasks.store_database import StoreDatabase

pytestmark = pytest.mark.services

DAY = timedelta(days=1)
SNAPSHOT = {"snapshot": "daily", "maxDeletedRatio": 0.5}


def _contract(folder: Path, **words: Any) -> Contract:
    content = document()
    for name, value in words.items():
        custom(DATABASE, name, value)(content)
    return read_contract(written(folder, content))


def _ingest(
    contract: Contract, store: StoreDatabase, raw: RawContainer, now: datetime = NOW, backfill: Window | None = None
) -> list[Manifest]:
    reports: list[LoadReport] = from_source(contract, "store-database", store.url, now=now, backfill=backfill)(raw)
    return [report.manifest for report in reports]


def _lines(raw: RawContainer, manifest: Manifest) -> list[dict[str, str | None]]:
    return [json.loads(line) for file in manifest.files for line in raw.read(file.name).decode().splitlines()]


def _keys(raw: RawContainer, manifest: Manifest) -> list[str | None]:
    return sorted(str(line["customer_id"]) for line in _lines(raw, manifest))


@pytest.mark.parametrize(
    ("column", "mark", "words"),
    [
        ("gone_at timestamptz", "'2026-02-01 11:59Z'", {"field": "gone_at"}),
        ("status text NOT NULL DEFAULT 'A'", "'X'", {"field": "status", "values": ["D", "X"]}),
        ('"isGone" boolean', "true", {"field": "isGone", "values": ["true"]}),
    ],
)
def test_a_row_that_is_marked_as_deleted_lands_as_the_deletion_of_its_key(
    tmp_path: Path, store: StoreDatabase, raw: RawContainer, column: str, mark: str, words: dict[str, Any]
) -> None:
    store.run(f"ALTER TABLE purchases ADD COLUMN {column}")
    contract = _contract(tmp_path, deletedWhen=words)
    store.add(1, "2026-02-01 10:00Z")
    store.add(2, "2026-02-01 10:30Z", store_location="'Recife'")
    (first,) = _ingest(contract, store, raw)
    assert (first.rows, first.deleted) == (LoadRows(extracted=2, landed=2), 0)
    field = f'"{words["field"]}"'
    store.run(
        f"UPDATE purchases SET {field} = {mark}, cpf = NULL, updated_at = '2026-02-01 12:00Z' WHERE purchase_id = 2"
    )
    (second,) = _ingest(contract, store, raw)
    assert (second.rows, second.deleted) == (LoadRows(extracted=1, landed=1), 1)
    assert _lines(raw, second) == [
        {
            "customer_id": "C2",
            "purchase_date": "2026-01-31",
            "updated_at": "2026-02-01T12:00:00.000000Z",
            DELETED_AT: "2026-02-01T12:00:00.000000Z",
        }
    ]
    assert _ingest(contract, store, raw) == []
    store.run(f"UPDATE purchases SET {field} = DEFAULT, cpf = '529.982.247-25', updated_at = '2026-02-01 13:00Z'")
    (third,) = _ingest(contract, store, raw)
    assert (third.rows, third.deleted, _keys(raw, third)) == (LoadRows(extracted=2, landed=2), 0, ["C1", "C2"])


def test_a_deletion_is_held_to_the_rules_of_its_key_alone(
    tmp_path: Path, store: StoreDatabase, raw: RawContainer
) -> None:
    store.run("ALTER TABLE purchases ADD COLUMN gone boolean")
    contract = _contract(tmp_path, deletedWhen={"field": "gone"})
    store.add(1, "2026-02-01 10:00Z", gone="true", cpf="NULL", total_amount="NULL")
    store.add(2, "2026-02-01 10:00Z", gone="true", customer_id="' '")
    (load,) = _ingest(contract, store, raw)
    assert (load.rows, load.deleted) == (LoadRows(extracted=2, landed=1, quarantined=1), 1)
    assert load.quarantined_by_rule == {"customer_id: required": 1}
    (quarantined,) = [json.loads(line) for line in raw.read(load.quarantine[0].name).decode().splitlines()]
    assert quarantined == {
        "customer_id": " ",
        "purchase_date": "2026-01-31",
        "updated_at": "2026-02-01T10:00:00.000000Z",
        DELETED_AT: "2026-02-01T10:00:00.000000Z",
        "_reasons": ["customer_id: required"],
        "_source_location": "purchase_id 2",
    }


def test_a_marked_row_without_a_time_is_deleted_when_it_is_found(
    tmp_path: Path, store: StoreDatabase, raw: RawContainer
) -> None:
    store.run("ALTER TABLE purchases ADD COLUMN gone boolean, ALTER COLUMN updated_at DROP NOT NULL")
    contract = _contract(tmp_path, deletedWhen={"field": "gone"})
    store.add(1, "infinity", gone="true", updated_at="NULL")
    (load,) = _ingest(contract, store, raw)
    assert _lines(raw, load) == [
        {
            "customer_id": "C1",
            "purchase_date": "2026-01-31",
            "updated_at": None,
            DELETED_AT: "2026-02-02T00:00:00.000000Z",
        }
    ]
    assert _ingest(contract, store, raw, NOW + DAY) == []


def test_rows_that_are_gone_land_as_deletions_once_a_day(
    tmp_path: Path, store: StoreDatabase, raw: RawContainer
) -> None:
    contract = _contract(tmp_path, **SNAPSHOT)
    for n in (1, 2, 3):
        store.add(n, f"2026-02-01 1{n}:00Z")
    rows, none_gone = _ingest(contract, store, raw)
    assert (rows.rows, none_gone.rows) == (LoadRows(extracted=3, landed=3), LoadRows())
    store.run("DELETE FROM purchases WHERE purchase_id = 2")
    assert _ingest(contract, store, raw, NOW + DAY / 2) == []
    before = datetime.now(UTC)
    (gone,) = _ingest(contract, store, raw, NOW + DAY)
    assert (gone.rows, gone.deleted) == (LoadRows(extracted=1, landed=1), 1)
    (line,) = _lines(raw, gone)
    at = datetime.fromisoformat(str(line.pop(DELETED_AT)))
    assert line == {"customer_id": "C2", "purchase_date": "2026-01-31", "updated_at": None}
    assert before - timedelta(seconds=1) <= at <= datetime.now(UTC)
    assert gone.totals == LoadRows(extracted=4, landed=4)
    assert gone.read_so_far.watermark == datetime(2026, 2, 1, 13, tzinfo=UTC)
    (nothing,) = _ingest(contract, store, raw, NOW + 2 * DAY)
    assert (nothing.rows, nothing.deleted) == (LoadRows(), 0)


def test_a_row_that_comes_back_and_one_that_came_and_went_between_two_snapshots_are_known(
    tmp_path: Path, store: StoreDatabase, raw: RawContainer
) -> None:
    contract = _contract(tmp_path, **SNAPSHOT)
    for n in (1, 2, 3):
        store.add(n, f"2026-02-01 1{n}:00Z")
    _ingest(contract, store, raw)
    store.run("DELETE FROM purchases WHERE purchase_id = 1")
    store.add(4, "2026-02-01 14:00Z")
    came, gone = _ingest(contract, store, raw, NOW + DAY)
    assert (_keys(raw, came), _keys(raw, gone)) == (["C4"], ["C1"])
    store.add(1, "2026-02-02 10:00Z")
    store.add(5, "2026-02-02 11:00Z")
    (came,) = _ingest(contract, store, raw, NOW + 1.5 * DAY)
    store.run("DELETE FROM purchases WHERE purchase_id IN (1, 5)")
    (gone,) = _ingest(contract, store, raw, NOW + 2 * DAY)
    assert (_keys(raw, came), _keys(raw, gone)) == (["C1", "C5"], ["C1", "C5"])


def test_a_key_that_is_only_written_otherwise_is_not_gone(
    tmp_path: Path, store: StoreDatabase, raw: RawContainer
) -> None:
    contract = _contract(tmp_path, **SNAPSHOT)
    store.add(1, "2026-02-01 10:00Z", customer_id="' C1 '")
    store.add(2, "2026-02-01 10:00Z")
    _ingest(contract, store, raw)
    store.run("UPDATE purchases SET customer_id = 'C1' WHERE purchase_id = 1")
    store.run("UPDATE purchases SET purchase_date = '2026-01-30' WHERE purchase_id = 2")
    *_, gone = _ingest(contract, store, raw, NOW + DAY)
    assert [(line["customer_id"], line["purchase_date"]) for line in _lines(raw, gone)] == [("C2", "2026-01-31")]


@pytest.mark.parametrize("left", [0, 1])
def test_an_empty_or_truncated_table_deletes_nothing_and_fails_until_it_is_whole_again(
    tmp_path: Path, store: StoreDatabase, raw: RawContainer, left: int
) -> None:
    contract = _contract(tmp_path, snapshot="daily")
    for n in range(1, 26):
        store.add(n, "2026-02-01 10:00Z")
    _ingest(contract, store, raw)
    store.run("CREATE TEMP TABLE whole AS SELECT * FROM purchases")
    store.run(f"DELETE FROM purchases WHERE purchase_id > {left}")
    names = list(raw.names(""))
    for _ in range(2):
        with pytest.raises(LoadRefused) as caught:
            _ingest(contract, store, raw, NOW + DAY)
        gone = f"{25 - left} of 25 keys that were landed are gone, more than maxDeletedRatio 0.2"
        assert str(caught.value).startswith(f"{gone}: nothing was marked as deleted. Is the table of store-database")
    assert list(raw.names("")) == names
    store.run("TRUNCATE purchases")
    store.run("INSERT INTO purchases SELECT * FROM whole WHERE purchase_id > 5")
    (gone,) = _ingest(contract, store, raw, NOW + DAY)
    assert _keys(raw, gone) == [f"C{n}" for n in range(1, 6)]


def test_of_few_rows_any_part_but_all_may_be_gone(tmp_path: Path, store: StoreDatabase, raw: RawContainer) -> None:
    contract = _contract(tmp_path, snapshot="daily")
    store.add(1, "2026-02-01 10:00Z")
    store.add(2, "2026-02-01 10:00Z")
    _ingest(contract, store, raw)
    store.run("DELETE FROM purchases WHERE purchase_id = 1")
    (gone,) = _ingest(contract, store, raw, NOW + DAY)
    assert _keys(raw, gone) == ["C1"]
    store.run("DELETE FROM purchases")
    with pytest.raises(LoadRefused, match="1 of 1 keys"):
        _ingest(contract, store, raw, NOW + 2 * DAY)
    allowed = _contract(tmp_path, snapshot="daily", maxDeletedRatio=1)
    (gone,) = _ingest(allowed, store, raw, NOW + 2 * DAY)
    assert _keys(raw, gone) == ["C2"]


def test_a_source_that_begins_to_take_snapshots_finds_what_went_before(
    tmp_path: Path, contract: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    for n in (1, 2, 3):
        store.add(n, f"2026-02-01 1{n}:00Z")
        _ingest(contract, store, raw)
    store.run("DELETE FROM purchases WHERE purchase_id = 1")
    (gone,) = _ingest(_contract(tmp_path, **SNAPSHOT), store, raw, NOW + DAY)
    assert _keys(raw, gone) == ["C1"]


def test_a_snapshot_leaves_what_look_backs_know_and_a_backfill_takes_none(
    tmp_path: Path, store: StoreDatabase, raw: RawContainer
) -> None:
    contract = _contract(tmp_path, **SNAPSHOT, lookBack={"days": 7})
    store.add(1, "2026-01-31 10:00Z")
    store.add(2, "2026-02-01 10:00Z")
    _ingest(contract, store, raw)
    store.add(3, "2026-01-31 11:00Z")
    late, nothing_gone = _ingest(contract, store, raw, NOW + DAY)
    assert (late.read_so_far.late.rows, nothing_gone.read_so_far.late) == (1, LateRows())
    store.run("DELETE FROM purchases WHERE purchase_id = 3")
    since = Window(since=datetime(2026, 2, 1, tzinfo=UTC))
    (again,) = _ingest(contract, store, raw, NOW + 2 * DAY, since)
    assert again.rows == LoadRows(extracted=1, landed=1)
    looked_back, gone = _ingest(contract, store, raw, NOW + 2 * DAY)
    assert (looked_back.rows, _keys(raw, gone)) == (LoadRows(), ["C3"])


def test_many_keys_are_compared_bucket_by_bucket_and_kept_in_several_blobs(
    tmp_path: Path, store: StoreDatabase, raw: RawContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletions, "KEYS_IN_PART", 300)
    monkeypatch.setattr(key_buckets, "BUCKETS", 7)
    monkeypatch.setattr(deletions, "BUCKETS", 7)
    contract = _contract(tmp_path, **SNAPSHOT)
    store.run(
        "INSERT INTO purchases (purchase_id, customer_id, purchase_date, total_amount, cpf, updated_at) "
        "SELECT n, 'C' || n, '2026-01-31', 1, '529.982.247-25', '2026-02-01 10:00Z' FROM generate_series(1, 1000) n"
    )
    _, taken = _ingest(contract, store, raw)
    assert taken.read_so_far.snapshot is not None
    assert len(taken.read_so_far.snapshot.keys) > 1
    store.run("DELETE FROM purchases WHERE purchase_id % 10 = 0")
    (gone,) = _ingest(contract, store, raw, NOW + DAY)
    assert _keys(raw, gone) == sorted(f"C{n}" for n in range(10, 1001, 10))
