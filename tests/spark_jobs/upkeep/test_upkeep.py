"""Upkeep on real tables: fewer files, deleted rows gone from them, and the next run as right as without it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from pyspark.sql import SparkSession

from contracts.contract import Contract
from contracts.job_report import TransformedRows
from spark_jobs.bronze.task import run_bronze
from spark_jobs.gold.task import run_gold
from spark_jobs.job_parameters import JobParameters
from spark_jobs.silver.task import run_silver
from spark_jobs.tables.delta import read_log
from spark_jobs.upkeep import notes, retention
from spark_jobs.upkeep.task import run_upkeep
from tests.contract_changes import with_sources
from tests.spark_jobs.lakehouse_runs import KEY, forget_tables, job_parameters, rows, run_job
from tests.spark_jobs.raw_files import land, landed_row

pytestmark = [pytest.mark.spark, pytest.mark.chaos]

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
RETENTION_CHECK = "spark.databricks.delta.retentionDurationCheck.enabled"
SALES = ("store_location", "total_revenue", "total_purchases")


@pytest.fixture
def job(
    spark: SparkSession, contract: Contract, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[JobParameters]:
    """A job with one source and one gold table, whose upkeep keeps deleted files for no time at all."""
    monkeypatch.setattr(retention, "DELETED_FILE_DAYS", 0)
    spark.conf.set(RETENTION_CHECK, "false")
    yield job_parameters(with_sources(contract, [contract.source("customers-api")]), lake)
    spark.conf.unset(RETENTION_CHECK)


def _land(job: JobParameters, lake: Path, sequence: int, *landed: dict[str, str | None]) -> None:
    source = job.contract.source("customers-api")
    land(lake, job.contract, source, sequence, [landed_row(source, **values) for values in landed])


def _corrected(name: str, amount: str, day: int) -> dict[str, str | None]:
    return {
        "customer_id": "C1",
        "first_name": name,
        "total_amount": amount,
        "updated_at": f"2026-03-{day:02}T00:00:00Z",
    }


def _first_names_in_files(job: JobParameters) -> set[str]:
    """What any file in silver's folder holds, of whatever version."""
    folder = Path(job.lakehouse.silver.location.removeprefix("file://"))
    return {
        name
        for file in folder.rglob("*.parquet")
        if "_delta_log" not in file.parts
        for name in pl.read_parquet(file)["first_name"]
    }


def _sales(spark: SparkSession, job: JobParameters) -> list[tuple[object, ...]]:
    return rows(spark, job.lakehouse.golds[0], *SALES)


def test_after_upkeep_the_next_increment_is_right_and_deleted_rows_are_in_no_file(
    spark: SparkSession, job: JobParameters, lake: Path
) -> None:
    _land(job, lake, 1, {"customer_id": "C1"}, {"customer_id": "C2"}, {"customer_id": "C3", "cpf": "1"})
    run_job(spark, job)
    _land(job, lake, 2, _corrected("Bia", "10.00", 1))
    run_job(spark, job)
    assert _first_names_in_files(job) == {"Ana", "Bia"}
    forget_tables(spark)
    figures = run_upkeep(spark, job, datetime.now(UTC))
    before, after = figures.files_before_and_after["spark_catalog.bronze.customer_purchases"]
    assert (before, after) == (2, 1)
    assert set(figures.table_versions) == {table.full_name for table in job.lakehouse.tables}
    assert _sales(spark, job) == [("Recife", 1244.56, 2)]
    _land(job, lake, 3, _corrected("Caio", "20.00", 2), {"customer_id": "C4"})
    total = run_job(spark, job).silver.total
    assert total == {"customers-api": TransformedRows(silver=3, rejected=1, superseded=2)}
    assert _sales(spark, job) == [("Recife", 2489.12, 3)]
    run_upkeep(spark, job, datetime.now(UTC))
    assert _first_names_in_files(job) == {"Ana", "Caio"}


def test_gold_that_lags_behind_finds_silver_s_changes_after_upkeep(
    spark: SparkSession, job: JobParameters, lake: Path
) -> None:
    """Upkeep of a table that all have read deletes its change files; those that are still to be read stay."""
    changes = lake / "silver" / "customer_purchases" / "_change_data"
    _land(job, lake, 1, {"customer_id": "C1"})
    run_job(spark, job)
    _land(job, lake, 2, _corrected("Bia", "10.00", 1))
    run_bronze(spark, job, AT)
    run_silver(spark, job, KEY)
    run_upkeep(spark, job, datetime.now(UTC))
    assert list(changes.rglob("*.parquet"))
    assert _sales(spark, job) == [("Recife", 1234.56, 1)]
    run_gold(spark, job)
    assert _sales(spark, job) == [("Recife", 10.0, 1)]
    run_upkeep(spark, job, datetime.now(UTC))
    assert list(changes.rglob("*.parquet")) == []


def test_old_notes_are_renewed_and_say_the_same(spark: SparkSession, job: JobParameters, lake: Path) -> None:
    _land(job, lake, 1, {"customer_id": "C1"}, {"customer_id": "C3", "cpf": "1"})
    first = run_job(spark, job)
    old = {table.full_name: read_log(spark, table).commits[0] for table in job.lakehouse.tables}
    run_upkeep(spark, job, datetime.now(UTC) + timedelta(days=notes.RENEWED_AFTER_DAYS + 1))
    new = {table.full_name: read_log(spark, table).commits[0] for table in job.lakehouse.tables}
    assert all(new[name].version > old[name].version for name in old)
    assert all(new[name].metadata == old[name].metadata for name in old if ".bronze." not in name)
    assert new[job.lakehouse.bronze.full_name].metadata["rows_before"] == {"customers-api": 2}
    again = run_job(spark, job)
    assert again.silver.total == first.silver.total
    assert again.bronze.total == first.bronze.total
    assert again.gold.groups_changed == 0
