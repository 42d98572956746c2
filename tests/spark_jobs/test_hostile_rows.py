"""Rows that nobody wants to see, 100,000 of each kind of source, from the source to silver: each is accounted for.

Each is landed by the real landing from a real database, server or folder into a real storage account, taken in by the
job, and then in silver, superseded by a later version of its key, rejected with exactly the rules that it breaks, or in
quarantine with its reasons: never lost, twice or without a reason. What must become of it says plain Python
(`tests.hostile_rows.verdicts`).
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient
from pyspark.sql import SparkSession

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from contracts.sources.database import DatabaseSource
from contracts.sources.files import FilesSource
from contracts.sources.kinds import Source
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tests.hostile_rows import accounts
from tests.hostile_rows.api import Items, in_order_of_change, paged
from tests.hostile_rows.database import SQL_TYPES, fill_table, typed_pools
from tests.hostile_rows.files import write_files
from tests.hostile_rows.rows import HostileRow, combined, numbered, pools
from tests.hostile_rows.tables import HostileTables
from tests.hostile_rows.verdicts import Verdicts
from tests.packaged_contracts import PURCHASES, RETURNS
from tests.tasks.ingestions import NOW, from_source, new_container
from tests.tasks.scripted_api import serve

pytestmark = [pytest.mark.spark, pytest.mark.services, pytest.mark.chaos]

INGESTED = date(2026, 11, 25)


@dataclass(frozen=True)
class Way:
    """From a source by way of a storage account into a lake."""

    spark: SparkSession
    contract: Contract
    container: ContainerClient
    lake: Path

    def require_accounted(self, source: Source, rows: Iterable[HostileRow], url: str, **credentials: str) -> None:
        """Land the rows from there, take them in, and follow each of them."""
        by_number = {row.number: row for row in rows}
        landing, silver = (Verdicts(self.contract, source, day) for day in (NOW.date(), INGESTED))
        wanted, raw = accounts.fates(by_number.values(), landing, silver), RawContainer(self.container)
        accounts.require_every_rule_broken(wanted, self.contract)
        reports = from_source(self.contract, source.name, url, credentials=credentials)(raw)
        records = accounts.quarantined(raw, self.contract, source)
        accounts.require_same(accounts.reasons(records), wanted.quarantined, by_number)
        accounts.require_discreet(records)
        extracted, aside = len(by_number), len(wanted.quarantined)
        landed = LoadRows(extracted=extracted, landed=extracted - aside, quarantined=aside)
        assert sum((report.manifest.rows for report in reports), LoadRows()) == landed
        tables = HostileTables(self.spark, self.contract, source, self.lake)
        tables.require(wanted, by_number, tables.take_in(raw))


@pytest.fixture
def way(spark: SparkSession, storage: str, lake: Path) -> Way:
    return Way(spark, numbered(PURCHASES), new_container(storage), lake)


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """How many rows of each kind of source."""
    few = request.config.getoption("chaos") == "sample"
    return int(request.config.getoption("hostile_rows") or (1_000 if few else 100_000))


@pytest.mark.parametrize("types", [("updated_at",), ("purchase_date", "total_amount", "updated_at")])
def test_every_hostile_row_of_a_database_is_accounted_for(
    way: Way, database_url: str, count: int, types: tuple[str, ...]
) -> None:
    """Times of change are times in any table; what is typed otherwise can hold what its type can, and text anything."""
    source, draw = way.contract.source("store-database"), random.Random(len(types))
    assert isinstance(source, DatabaseSource)
    sql_types = {name: SQL_TYPES[way.contract.table.column(name).logical_type] for name in types}
    of_columns = typed_pools(way.contract, pools(way.contract, source), sql_types)
    rows = fill_table(database_url, source, sql_types, combined(draw, of_columns, count), draw)
    way.require_accounted(source, rows, database_url)


def test_every_hostile_row_of_an_api_is_accounted_for(way: Way, count: int) -> None:
    source, draw = way.contract.source("customers-api"), random.Random(3)
    assert isinstance(source, ApiSource)
    written = list(Items(source, draw).written(combined(draw, pools(way.contract, source), count)))
    with serve(paged(in_order_of_change(source, written, "updated_at"))) as api:
        way.require_accounted(source, (row for row, _ in written), api.url, key="key")


@pytest.mark.parametrize(("dataset", "name"), [(PURCHASES, "branch-files"), (RETURNS, "return-files")])
def test_every_hostile_row_of_files_is_accounted_for(way: Way, count: int, dataset: Contract, name: str) -> None:
    """Files of the returns hold whole numbers, booleans and texts with a pattern, which purchases have not."""
    way = replace(way, contract=numbered(dataset))
    source, draw = way.contract.source(name), random.Random(4)
    assert isinstance(source, FilesSource)
    folder = way.lake / "dropped"
    folder.mkdir()
    rows = list(write_files(folder, source, combined(draw, pools(way.contract, source), count), draw))
    way.require_accounted(source, rows, folder.as_uri())
