"""Shards are disjoint, and together all rows of the window, whatever cursors and keys are."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import chain

import pytest

from contracts.contract import Contract
from contracts.sources.database import CursorFormat, DatabaseSource
from tasks.errors import SourceUnavailable
from tasks.extract.chunks import KEY, Window
from tasks.extract.database import split as split_module
from tasks.extract.database.rows import extract_database
from tasks.extract.database.split import split_changes
from tasks.extract.shards import Shard, Split
from tests.tasks.store_database import StoreDatabase, database_source

pytestmark = pytest.mark.services

OTHERS = "customer_id, first_name, last_name, email, purchase_date, total_amount, product, store_location, cpf"


@pytest.fixture
def source(contract: Contract) -> DatabaseSource:
    return database_source(contract).model_copy(update={"shards": 4})


def _fill(store: StoreDatabase, rows: int, time: str = "timestamptz '2026-02-01Z' + n * interval '1 minute'") -> None:
    store.run(f"INSERT INTO purchases (purchase_id, updated_at) SELECT n, {time} FROM generate_series(1, {rows}) n")


def _view(store: StoreDatabase, key: str, cursor: str) -> None:
    columns = f"{key} AS purchase_id, {cursor} AS updated_at, {OTHERS}, credit_card_number"
    store.run(f"CREATE VIEW sales AS SELECT {columns} FROM purchases")


def _keys(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, window: Window, shard: Shard
) -> list[str | None]:
    return [key for rows in extract_database(contract, source, store.url, window, shard) for key in rows[KEY]]


def _read(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, window: Window | None = None
) -> tuple[Split, list[list[str | None]]]:
    """The split, and the keys of each shard; all together are those of the window, in its order."""
    window = window or Window()
    split = split_changes(contract, source, store.url, window, least_rows=1)
    assert split
    return split, [_keys(contract, source, store, window, shard) for shard in split.shards]


def test_shards_are_equal_parts_in_the_order_of_reading(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    _fill(store, 8)
    split, keys = _read(contract, source, store)
    assert keys == [["1", "2"], ["3", "4"], ["5", "6"], ["7", "8"]]
    assert split.last_change == datetime(2026, 2, 1, 0, 8, tzinfo=UTC)


def test_rows_of_one_time_are_split_by_their_key(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    _fill(store, 12, "'2026-02-01Z'")
    _, keys = _read(contract, source, store)
    assert [len(shard) for shard in keys] == [3, 3, 3, 3]


@pytest.mark.parametrize(
    ("key", "cursor", "format_"),
    [
        ("'it''s ' || purchase_id", "updated_at::date", None),
        ("md5(purchase_id::text)::uuid", "updated_at::timestamp", None),
        ("nullif(purchase_id % 5, 0)", "updated_at", None),
        ("purchase_id", "purchase_id / 3", CursorFormat.NUMBER),
        ("purchase_id::float8 / 7", "nullif(purchase_id % 4, 0) * 1000", CursorFormat.EPOCH_MILLISECONDS),
    ],
    ids=["texts and dates", "uuids and local times", "null and repeated keys", "numbers", "null epochs"],
)
def test_every_row_of_the_window_is_in_one_shard(
    contract: Contract,
    source: DatabaseSource,
    store: StoreDatabase,
    key: str,
    cursor: str,
    format_: CursorFormat | None,
) -> None:
    _fill(store, 30)
    _view(store, key, cursor)
    source = source.model_copy(update={"table": "sales", "cursor_format": format_, "overlap_seconds": 0})
    _, keys = _read(contract, source, store)
    whole = _keys(contract, source, store, Window(), Shard())
    assert len(whole) == 30
    assert sorted(map(str, chain(*keys))) == sorted(map(str, whole))


def test_rows_without_a_place_in_time_are_in_the_first_shard_alone(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    store.run("ALTER TABLE purchases ALTER updated_at DROP NOT NULL")
    _fill(store, 8)
    for number, time in enumerate(["NULL", "'infinity'", "'-infinity'", "'0005-01-01 BC'"], 91):
        store.run(f"INSERT INTO purchases (purchase_id, updated_at) VALUES ({number}, {time})")
    window = Window(since=datetime(2026, 2, 1, 0, 4, tzinfo=UTC), until=datetime(2026, 2, 1, 0, 8, tzinfo=UTC))
    _, keys = _read(contract, source, store, window)
    first, *others = ([key for key in shard if key] for shard in keys)
    assert sorted(first) == ["4", "91", "92", "93", "94"]
    assert others == [["5"], ["6"], ["7"]]


def test_a_row_that_comes_after_the_split_is_in_the_last_shard_or_where_it_belongs(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    _fill(store, 4)
    split = split_changes(contract, source, store.url, Window(), least_rows=1)
    assert split
    store.add(9, "2026-03-01Z")
    store.add(8, "2026-02-01 00:02:30Z")
    keys = [_keys(contract, source, store, Window(), shard) for shard in split.shards]
    assert keys == [["1"], ["2"], ["8", "3"], ["4", "9"]]


@pytest.mark.parametrize(("rows", "shards"), [(0, 1), (1, 1), (1999, 1), (2000, 2), (3999, 3), (9000, 4)])
def test_a_shard_has_enough_rows_to_be_worth_a_process(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, rows: int, shards: int
) -> None:
    _fill(store, rows)
    split = split_changes(contract, source, store.url, Window())
    assert len(split.shards if split else [None]) == shards


def test_a_sample_finds_parts_of_about_the_same_size(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(split_module, "SAMPLED_ROWS", 500)
    _fill(store, 20_000)
    _, keys = _read(contract, source, store)
    assert sum(len(shard) for shard in keys) == 20_000
    assert all(3500 < len(shard) < 6500 for shard in keys)


def test_what_cannot_be_split_is_read_undivided_and_so_said(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    _fill(store, 8)
    _view(store, "purchase_id", "to_timestamp(1 / (purchase_id - 3))")
    source = source.model_copy(update={"table": "sales"})
    assert split_changes(contract, source, store.url, Window(), least_rows=1) is None
    assert "store-database is read undivided: reading sales of store-database failed: division_by_zero" in caplog.text


def test_a_shard_whose_times_become_unreadable_is_not_guessed_at(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    _fill(store, 8)
    _view(store, "purchase_id", "updated_at")
    source = source.model_copy(update={"table": "sales"})
    split = split_changes(contract, source, store.url, Window(), least_rows=1)
    assert split
    store.run("DROP VIEW sales")
    _view(store, "purchase_id", "CASE WHEN 1 / (purchase_id - 3) >= 0 THEN updated_at ELSE updated_at END")
    with pytest.raises(SourceUnavailable, match=r"a updated_at of sales .* has become unreadable since it was split"):
        _keys(contract, source, store, Window(), split.shards[1])
