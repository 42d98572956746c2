"""Rows that nobody wants to see, 100,000 of each kind of source, from the source to silver: each is accounted for.

Each is landed by the real landing from a real database, server or folder into a real storage account, taken in by the
job, and then in silver, superseded by a later version of its key, rejected with exactly the rules that it breaks, or in
quarantine with its reasons: never lost, twice or without a reason. What must become of it says plain Python
(`tests.hostile_rows.verdicts`).
"""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient
from pyspark.sql import SparkSession

from contracts.contract import Contract
from contracts.sources.kinds import Source
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tests.hostile_rows import accounts
from tests.hostile_rows.files import write_files
from tests.hostile_rows.rows import HostileRow, combined, numbered, pools
from tests.hostile_rows.tables import HostileTables
from tests.hostile_rows.verdicts import Verdicts
from tests.tasks.ingestions import NOW, Ingest, from_source, new_container

pytestmark = [pytest.mark.spark, pytest.mark.services, pytest.mark.chaos]

INGESTED = date(2026, 11, 25)


@pytest.fixture
def container(storage: str) -> ContainerClient:
    return new_container(storage)


@pytest.fixture
def hostile(contract: Contract) -> Contract:
    return numbered(contract)


@pytest.fixture
def count(request: pytest.FixtureRequest) -> int:
    """How many rows of each kind of source."""
    return int(request.config.getoption("hostile_rows"))


def test_every_hostile_row_of_files_is_accounted_for(
    spark: SparkSession, hostile: Contract, container: ContainerClient, lake: Path, count: int
) -> None:
    source, draw = hostile.source("branch-files"), random.Random(1)
    folder = lake / "dropped"
    folder.mkdir()
    rows = list(write_files(folder, combined(draw, pools(hostile, source), count), draw))
    _require_accounted(
        spark, hostile, source, rows, from_source(hostile, source.name, folder.as_uri()), container, lake
    )


def _require_accounted(
    spark: SparkSession,
    contract: Contract,
    source: Source,
    rows: list[HostileRow],
    ingest: Ingest,
    container: ContainerClient,
    lake: Path,
) -> None:
    by_number = {row.number: row for row in rows}
    wanted = accounts.fates(rows, Verdicts(contract, source, NOW.date()), Verdicts(contract, source, INGESTED))
    raw = RawContainer(container)
    totals = sum((report.manifest.rows for report in ingest(raw)), LoadRows())
    quarantined = len(wanted.quarantined)
    records = accounts.quarantined(raw, contract, source)
    accounts.require_same(accounts.reasons(records), wanted.quarantined, by_number)
    accounts.require_discreet(records)
    assert totals == LoadRows(extracted=len(rows), landed=len(rows) - quarantined, quarantined=quarantined)
    tables = HostileTables(spark, contract, source, lake)
    tables.require(wanted, by_number, tables.take_in(raw))
