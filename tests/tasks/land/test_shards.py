"""A load that is read in shards is the load that one run would have read."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from azure.storage.blob import ContainerClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.contract import Contract
from contracts.raw_layout import MANIFESTS
from contracts.reader import read_contract
from contracts.sources.database import DatabaseSource
from tasks.errors import LoadRefused, ReadingStopped, ShardFailed
from tasks.extract.chunks import Window
from tasks.extract.database.split import split_changes
from tasks.extract.readers import ChangesReader, open_reader
from tasks.land.ingest import ingest
from tasks.land.load import Landing
from tasks.land.manifests import LoadRows, Manifest
from tasks.land.raw_container import RawContainer
from tasks.land.shards import RunShards, land_shard
from tests.contracts.diff.edits import custom
from tests.contracts.documents import document, written
from tests.tasks.ingestions import NOW, landed, new_container
from tests.tasks.interrupted_storage import InterruptedStorage, KilledError
from tests.tasks.store_database import StoreDatabase

pytestmark = pytest.mark.services

SHARDS = 4


@pytest.fixture(scope="session")
def sharded(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """The purchases' contract, whose database is read in four shards."""
    content = document()
    custom("servers.store-database", "shards", SHARDS)(content)
    return read_contract(written(tmp_path_factory.mktemp("contract"), content))


def _reader(contract: Contract, store: StoreDatabase) -> ChangesReader:
    """The database's reader, which splits however few rows there are."""
    source = contract.source("store-database")
    assert isinstance(source, DatabaseSource)
    reader = open_reader(contract, source, store.url)
    assert isinstance(reader, ChangesReader)
    assert reader.sharding
    split = partial(split_changes, contract, source, store.url, least_rows=1)
    return replace(reader, sharding=replace(reader.sharding, split=split))


def _side_by_side(contract: Contract, store: StoreDatabase, raw: RawContainer) -> RunShards:
    """Runs shards in threads."""

    def run(division_id: str, shards: int) -> None:
        source = contract.source("store-database")
        reader = _reader(contract, store)
        with ThreadPoolExecutor(shards) as threads:
            one = partial(land_shard, raw, contract, source, reader, division_id)
            list(threads.map(one, range(1, shards + 1)))

    return run


def _ingest(
    contract: Contract,
    store: StoreDatabase,
    raw: RawContainer,
    run_shards: RunShards | None,
    now: datetime = NOW,
    backfill: Window | None = None,
) -> list[Manifest]:
    source = contract.source("store-database")
    landing = Landing(contract=contract, source=source, raw=raw, run_id="run", now=now)
    return [load.manifest for load in ingest(landing, _reader(contract, store), backfill, run_shards)]


def _told(raw: RawContainer, manifests: list[Manifest]) -> list[object]:
    """All that loads say and hold, except for how their files are cut."""

    def lines(names: list[str]) -> list[str]:
        return sorted(line for name in names for line in raw.read(name).decode().splitlines())

    def seen(manifest: Manifest) -> pl.DataFrame:
        records = manifest.read_so_far.records
        return pl.concat([pl.read_parquet(BytesIO(raw.read(record.name))) for record in records])

    return [
        (
            manifest.sequence,
            manifest.rows,
            manifest.totals,
            manifest.quarantined_by_rule,
            manifest.undeclared,
            manifest.read_so_far.watermark,
            manifest.read_so_far.late,
            lines([file.name for file in manifest.files]),
            lines([file.name for file in manifest.quarantine]),
            sorted(map(str, seen(manifest).rows())),
        )
        for manifest in manifests
    ]


TIMES = ["NULL", "'-infinity'", "'infinity'", *(f"'2026-01-31 10:0{minute}Z'" for minute in range(4)), "'2026-02-07Z'"]
ROWS = st.lists(st.tuples(st.sampled_from(TIMES), st.booleans()), max_size=19)


def _fill(store: StoreDatabase, rows: list[tuple[str, bool]], first: int) -> None:
    values = [
        f"({number}, {customer}, '2026-01-31', 1, '529.982.247-25', {time})"
        for number, (time, is_good) in enumerate(rows, first)
        for customer in [f"'C{number}'" if is_good else "NULL"]
    ]
    columns = "purchase_id, customer_id, purchase_date, total_amount, cpf, updated_at"
    if values:
        store.run(f"INSERT INTO purchases ({columns}) VALUES {', '.join(values)}")


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=ROWS, after=ROWS)
def test_shards_land_what_one_run_would_land(
    sharded: Contract,
    store: StoreDatabase,
    storage: str,
    before: list[tuple[str, bool]],
    after: list[tuple[str, bool]],
) -> None:
    store.run("ALTER TABLE purchases ALTER updated_at DROP NOT NULL, ADD COLUMN IF NOT EXISTS till text")
    store.run("TRUNCATE purchases")
    with new_container(storage) as one, new_container(storage) as other:
        whole, divided = RawContainer(one), RawContainer(other)
        run_shards = _side_by_side(sharded, store, divided)
        for place, rows in enumerate((before, after)):
            _fill(store, rows, 100 * place)
            undivided = _told(whole, _ingest(sharded, store, whole, None))
            assert _told(divided, _ingest(sharded, store, divided, run_shards)) == undivided


@pytest.mark.parametrize(
    "backfill", [None, Window(since=datetime(2026, 1, 31, 3, tzinfo=UTC))], ids=["look-back", "backfill"]
)
def test_shards_look_back_and_read_again_as_one_run_does(
    tmp_path: Path, filled: StoreDatabase, storage: str, backfill: Window | None
) -> None:
    content = document()
    custom("servers.store-database", "shards", SHARDS)(content)
    custom("servers.store-database", "lookBack", {"days": 7})(content)
    contract = read_contract(written(tmp_path, content))
    with new_container(storage) as one, new_container(storage) as other:
        whole, divided = RawContainer(one), RawContainer(other)
        run_shards = _side_by_side(contract, filled, divided)
        _ingest(contract, filled, whole, None)
        _ingest(contract, filled, divided, run_shards)
        filled.add(20, "2026-01-29 10:00Z")
        filled.add(3, "2026-01-31 02:00Z", product="'TV'")
        undivided = _told(whole, _ingest(contract, filled, whole, None, NOW + timedelta(days=1), backfill))
        assert (
            _told(divided, _ingest(contract, filled, divided, run_shards, NOW + timedelta(days=1), backfill))
            == undivided
        )
        assert undivided


@pytest.fixture
def filled(store: StoreDatabase) -> StoreDatabase:
    """Twelve purchases, an hour apart."""
    _fill(store, [(f"'2026-01-31 {hour:02}:00Z'", True) for hour in range(12)], 1)
    return store


def test_a_row_that_changes_while_shards_are_read_is_never_lost(
    sharded: Contract, filled: StoreDatabase, raw: RawContainer
) -> None:
    """It leaves a shard that is not read yet for one that was read before, as later ones make the watermark move on."""

    def backwards(division_id: str, shards: int) -> None:
        one = partial(land_shard, raw, sharded, sharded.source("store-database"), _reader(sharded, filled), division_id)
        one(4)
        filled.add(2, "2026-01-31 11:55Z")
        filled.add(13, "2026-02-01 12:00Z")
        for number in range(1, shards):
            one(number)

    (first,) = _ingest(sharded, filled, raw, backwards)
    assert first.read_so_far.watermark == datetime(2026, 1, 31, 11, tzinfo=UTC)
    assert landed(raw, "store-database").keys() == {f"C{number}" for number in (1, *range(3, 13))}
    _ingest(sharded, filled, raw, None)
    assert landed(raw, "store-database") == {f"C{number}": 1 for number in range(1, 14)}


def test_what_the_last_shard_meets_beyond_the_split_lands_once_and_moves_no_watermark(
    sharded: Contract, filled: StoreDatabase, raw: RawContainer
) -> None:
    def run(division_id: str, shards: int) -> None:
        filled.add(13, "2026-02-01 12:00Z")
        _side_by_side(sharded, filled, raw)(division_id, shards)

    (first,) = _ingest(sharded, filled, raw, run)
    assert (first.rows.landed, first.read_so_far.watermark) == (13, datetime(2026, 1, 31, 11, tzinfo=UTC))
    assert _ingest(sharded, filled, raw, None) == []


@pytest.mark.parametrize("calls", range(3))
def test_a_shard_that_is_killed_at_any_call_is_run_again_as_if_it_had_not_been(
    sharded: Contract, filled: StoreDatabase, container: ContainerClient, calls: int
) -> None:
    raw, source, reader = RawContainer(container), sharded.source("store-database"), _reader(sharded, filled)

    def run(division_id: str, shards: int) -> None:
        for takes_effect in (False, True):
            killed = InterruptedStorage(container, calls, takes_effect=takes_effect)
            with pytest.raises(KilledError):
                land_shard(killed, sharded, source, reader, division_id, 1 + takes_effect)
        _side_by_side(sharded, filled, raw)(division_id, shards)

    (load,) = _ingest(sharded, filled, raw, run)
    assert load.rows.landed == 12
    assert landed(raw, "store-database") == {f"C{number}": 1 for number in range(1, 13)}


def test_two_runs_of_one_shard_count_once_by_the_report_that_was_first(
    sharded: Contract, filled: StoreDatabase, raw: RawContainer
) -> None:
    def run(division_id: str, shards: int) -> None:
        _side_by_side(sharded, filled, raw)(division_id, shards)
        filled.run("UPDATE purchases SET product = 'TV'")
        _side_by_side(sharded, filled, raw)(division_id, shards)

    (load,) = _ingest(sharded, filled, raw, run)
    assert load.rows.landed == 12
    assert landed(raw, "store-database") == {f"C{number}": 1 for number in range(1, 13)}


def test_a_shard_that_fails_fails_the_load_and_nothing_of_it_is_seen(
    sharded: Contract, filled: StoreDatabase, raw: RawContainer
) -> None:
    def run(division_id: str, shards: int) -> None:
        one = partial(land_shard, raw, sharded, sharded.source("store-database"), _reader(sharded, filled), division_id)
        for number in range(1, shards):
            one(number)
        raise ShardFailed("shard 4 of 4: it was tried 3 times")

    with pytest.raises(ShardFailed):
        _ingest(sharded, filled, raw, run)
    assert not list(raw.names(MANIFESTS))
    assert not list(raw.names("customer_purchases"))
    (load,) = _ingest(sharded, filled, raw, _side_by_side(sharded, filled, raw))
    assert (load.sequence, load.rows.landed) == (1, 12)


def test_a_reading_that_the_database_stops_goes_on_in_smaller_windows(
    sharded: Contract, filled: StoreDatabase, raw: RawContainer
) -> None:
    stops = [ReadingStopped("shard 3 of 4: the server stopped the statement")]

    def run(division_id: str, shards: int) -> None:
        if stops:
            raise stops.pop()
        _side_by_side(sharded, filled, raw)(division_id, shards)

    loads = _ingest(sharded, filled, raw, run)
    assert [load.rows.landed for load in loads] == [6, 5, 1]
    assert landed(raw, "store-database") == {f"C{number}": 1 for number in range(1, 13)}


def test_a_load_is_judged_as_a_whole(sharded: Contract, store: StoreDatabase, raw: RawContainer) -> None:
    """A fifth of the rows may break landing rules; here all bad ones are in one shard."""
    rows = [(f"'2026-01-31 {hour:02}:00Z'", hour >= 5) for hour in range(24)]
    _fill(store, rows, 1)
    with pytest.raises(LoadRefused, match="5 of 24 rows break landing rules"):
        _ingest(sharded, store, raw, _side_by_side(sharded, store, raw))
    _fill(store, [("'2026-01-31 23:30Z'", True)], 25)
    (load,) = _ingest(sharded, store, raw, _side_by_side(sharded, store, raw))
    assert load.rows == LoadRows(extracted=25, landed=20, quarantined=5)


def test_no_value_of_a_row_is_a_parameter_of_a_shard_s_run(
    sharded: Contract, filled: StoreDatabase, raw: RawContainer
) -> None:
    told: list[object] = []

    def run(division_id: str, shards: int) -> None:
        told.append((re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "‹uuid›", division_id), shards))
        _side_by_side(sharded, filled, raw)(division_id, shards)

    _ingest(sharded, filled, raw, run)
    assert told == [("store-database-00000001-‹uuid›", SHARDS)]
