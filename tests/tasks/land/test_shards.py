"""A load that is read in shards is the load that one run would have read."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from io import BytesIO

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.contract import Contract
from contracts.reader import read_contract
from contracts.sources.database import DatabaseSource
from tasks.extract.database.split import split_changes
from tasks.extract.readers import ChangesReader, open_reader
from tasks.land.ingest import ingest
from tasks.land.load import Landing
from tasks.land.manifests import Manifest
from tasks.land.raw_container import RawContainer
from tasks.land.shards import RunShards, land_shard
from tests.contracts.diff.edits import custom
from tests.contracts.documents import document, written
from tests.tasks.ingestions import NOW, new_container
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


def _side_by_side(
    contract: Contract, store: StoreDatabase, raw: RawContainer, ran: list[int] | None = None
) -> RunShards:
    """Runs shards in threads, and notes how many there were."""

    def run(division_id: str, shards: int) -> None:
        source = contract.source("store-database")
        reader = _reader(contract, store)
        with ThreadPoolExecutor(shards) as threads:
            one = partial(land_shard, raw, contract, source, reader, division_id)
            list(threads.map(one, range(1, shards + 1)))
        (ran if ran is not None else []).append(shards)

    return run


def _ingest(
    contract: Contract, store: StoreDatabase, raw: RawContainer, run_shards: RunShards | None
) -> list[Manifest]:
    source = contract.source("store-database")
    landing = Landing(contract=contract, source=source, raw=raw, run_id="run", now=NOW)
    return [load.manifest for load in ingest(landing, _reader(contract, store), None, run_shards)]


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


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=ROWS, after=ROWS)
def test_shards_land_what_one_run_would_land(
    sharded: Contract,
    store: StoreDatabase,
    storage: str,
    before: list[tuple[str, bool]],
    after: list[tuple[str, bool]],
) -> None:
    store.run("ALTER TABLE purchases ALTER updated_at DROP NOT NULL")
    store.run("TRUNCATE purchases")
    with new_container(storage) as one, new_container(storage) as other:
        whole, divided = RawContainer(one), RawContainer(other)
        run_shards = _side_by_side(sharded, store, divided)
        for place, rows in enumerate((before, after)):
            _fill(store, rows, 100 * place)
            undivided = _told(whole, _ingest(sharded, store, whole, None))
            assert _told(divided, _ingest(sharded, store, divided, run_shards)) == undivided
