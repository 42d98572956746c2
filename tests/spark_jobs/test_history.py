"""The job opens none of the commits that lie years back in a table's log, which it could not read here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contracts.contract import Contract
from contracts.job_report import TransformedRows
from spark_jobs.job_parameters import JobParameters
from spark_jobs.tables.delta import METADATA_KEY, RECENT_COMMITS, latest_version, oldest_change
from spark_jobs.tables.lakehouse import Table
from tests.contract_changes import with_sources
from tests.spark_jobs.lakehouse_runs import job_parameters, run_job
from tests.spark_jobs.raw_files import land, landed_row

pytestmark = [pytest.mark.spark, pytest.mark.chaos]

COMMITS = 120
CHECKPOINT_INTERVAL = 10
"""Delta's own; what is older than a checkpoint is in it."""


@pytest.fixture
def job(contract: Contract, lake: Path) -> JobParameters:
    return job_parameters(with_sources(contract, [contract.source("customers-api")]), lake)


def _run(spark: SparkSession, job: JobParameters, lake: Path, number: int) -> TransformedRows:
    """Land a row for silver and one to be rejected, and what silver says of all after the job."""
    source = job.contract.source("customers-api")
    rejected = landed_row(source, customer_id=f"R{number}", total_amount="much")
    land(lake, job.contract, source, number, [landed_row(source, customer_id=f"C{number}"), rejected])
    return run_job(spark, job).silver.total["customers-api"]


def _log(table: Table) -> Path:
    return Path(table.location.removeprefix("file://")) / "_delta_log"


def _commit(table: Table, version: int) -> Path:
    return _log(table) / f"{version:020d}.json"


def _repeat_last_commit(table: Table, last: int) -> None:
    """Write daily commits without rows, so many that the next one makes a checkpoint."""
    lines = map(json.loads, _commit(table, last).read_text().splitlines())
    information = next(line["commitInfo"] for line in lines if "commitInfo" in line)
    note = json.loads(information["userMetadata"])
    end = (last + COMMITS) // CHECKPOINT_INTERVAL * CHECKPOINT_INTERVAL
    for version in range(last + 1, end):
        if "ingestion_id" in note[METADATA_KEY]:
            note[METADATA_KEY] |= {"ingestion_id": f"run-{version}", "rows_before": {"customers-api": 2}}
        repeated = information | {
            "readVersion": version - 1,
            "operationMetrics": information["operationMetrics"] | {"numOutputRows": "0"},
            "userMetadata": json.dumps(note),
        }
        _commit(table, version).write_text(json.dumps({"commitInfo": repeated}) + "\n")


def test_no_commit_that_is_older_than_the_newest_is_opened(spark: SparkSession, job: JobParameters, lake: Path) -> None:
    house = job.lakehouse
    tables = (house.bronze, *house.silver_tables, *house.golds)
    _run(spark, job, lake, 1)
    for table in tables:
        _repeat_last_commit(table, latest_version(spark, table))
    _run(spark, job, lake, 2)
    for table in tables:
        newest = latest_version(spark, table)
        assert list(_log(table).glob("*.checkpoint*.parquet"))
        for version in range(newest - RECENT_COMMITS - CHECKPOINT_INTERVAL):
            _commit(table, version).write_text("no commit")
    assert _run(spark, job, lake, 3) == TransformedRows(silver=3, rejected=3)
    (gold,) = spark.table(house.golds[0].full_name).select("total_purchases").collect()
    assert gold.total_purchases == 3
    for table in (house.bronze, house.silver):
        assert oldest_change(spark, table, latest_version(spark, table) - 1) is not None
        assert oldest_change(spark, table, latest_version(spark, table)) is None
