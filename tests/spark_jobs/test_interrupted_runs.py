"""A run that is killed between two commits, and the next one: the result is as if there had been one run."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from contracts.contract import Contract
from contracts.job_report import TransformedRows
from spark_jobs.bronze.task import run_bronze
from spark_jobs.errors import BooksError
from spark_jobs.job_parameters import JobParameters
from spark_jobs.silver import merge
from spark_jobs.silver.task import run_silver
from tests.contract_changes import with_sources
from tests.spark_jobs.dying_runs import Killed
from tests.spark_jobs.lakehouse_runs import KEY, job_parameters, rows
from tests.spark_jobs.raw_files import land, landed_row

pytestmark = [pytest.mark.spark, pytest.mark.chaos]

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def job(contract: Contract, lake: Path) -> JobParameters:
    """A job with one source only, to keep the runs short."""
    return job_parameters(with_sources(contract, [contract.source("customers-api")]), lake)


def _land(job: JobParameters, lake: Path, sequence: int, **values: str | None) -> None:
    source = job.contract.source("customers-api")
    land(lake, job.contract, source, sequence, [landed_row(source, **values)])


def test_a_batch_that_was_committed_before_the_kill_is_not_appended_again(
    spark: SparkSession, job: JobParameters, lake: Path
) -> None:
    """Killed after bronze has the batch and before the checkpoint knows; meanwhile another file lands."""
    _land(job, lake, 1, customer_id="C1")
    run_bronze(spark, job, AT)
    (committed,) = (lake / "checkpoints").rglob("commits/0")
    committed.unlink()
    (committed.parent / ".0.crc").unlink()
    _land(job, lake, 2, customer_id="C2")
    figures = run_bronze(spark, job, AT)
    assert rows(spark, job.lakehouse.bronze, "customer_id") == [("C1",), ("C2",)]
    assert figures.run == {"customers-api": TransformedRows(bronze=1)}
    assert figures.total == {"customers-api": TransformedRows(bronze=2)}


def test_a_new_checkpoint_skips_no_batch_because_an_old_one_had_its_number(
    spark: SparkSession, job: JobParameters, lake: Path
) -> None:
    _land(job, lake, 1, customer_id="C1")
    run_bronze(spark, job, AT)
    shutil.rmtree(lake / "checkpoints")
    (file,) = (lake / "raw").rglob("*.json")
    file.unlink()
    _land(job, lake, 2, customer_id="C2")
    assert run_bronze(spark, job, AT).total == {"customers-api": TransformedRows(bronze=2)}
    assert rows(spark, job.lakehouse.bronze, "customer_id") == [("C1",), ("C2",)]


def test_silver_catches_up_after_a_kill_between_its_two_tables(
    spark: SparkSession, job: JobParameters, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rejected rows are in, the valid ones are not; then more of both arrive."""

    def die(*_: Any, **__: Any) -> int:
        raise Killed

    _land(job, lake, 1, customer_id="C1")
    _land(job, lake, 2, customer_id="C2", cpf="1")
    run_bronze(spark, job, AT)
    with monkeypatch.context() as patch:
        patch.setattr(merge, "append_with_progress", die)
        with pytest.raises(Killed):
            run_silver(spark, job, KEY)
    assert rows(spark, job.lakehouse.rejected, "customer_id") == [("C2",)]
    assert rows(spark, job.lakehouse.silver, "customer_id") == []
    _land(job, lake, 3, customer_id="C3")
    _land(job, lake, 4, customer_id="C4", cpf="1")
    run_bronze(spark, job, AT)
    figures = run_silver(spark, job, KEY)
    assert rows(spark, job.lakehouse.rejected, "customer_id") == [("C2",), ("C4",)]
    assert rows(spark, job.lakehouse.silver, "customer_id") == [("C1",), ("C3",)]
    assert figures.run == {"customers-api": TransformedRows(silver=2, rejected=1)}
    assert figures.total == {"customers-api": TransformedRows(silver=2, rejected=2)}


def test_foreign_rows_are_found_out(spark: SparkSession, job: JobParameters) -> None:
    silver = job.lakehouse.silver
    run_silver(spark, job, KEY)
    nobody = ", ".join(f"CAST(NULL AS {column.type})" for column in silver.columns)
    spark.sql(f"INSERT INTO {silver.full_name} SELECT {nobody}")
    with pytest.raises(BooksError) as caught:
        run_silver(spark, job, KEY)
    told = "spark_catalog.silver.customer_purchases holds 1 rows, its books say nothing"
    assert str(caught.value) == f"books do not balance: {told}"
