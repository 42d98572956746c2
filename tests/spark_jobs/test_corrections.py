"""A correction that breaks a rule is rejected and the version before it stays; one that mends a row brings it in."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contracts.contract import Contract
from contracts.job_report import TransformedRows
from spark_jobs.job_parameters import JobParameters
from tests.contract_changes import with_sources
from tests.spark_jobs.lakehouse_runs import RunFigures, job_parameters, rows, run_job
from tests.spark_jobs.landings import Landings
from tests.spark_jobs.raw_files import Landed, landed_row

pytestmark = [pytest.mark.spark, pytest.mark.chaos]

API = "customers-api"


@pytest.fixture
def job(contract: Contract, lake: Path) -> JobParameters:
    return job_parameters(with_sources(contract, [contract.source(API)]), lake)


def _version(job: JobParameters, customer: str, day: int, store: str, amount: str, **spoilt: str) -> Landed:
    said: Landed = {
        "customer_id": customer,
        "updated_at": f"2026-03-{day:02}T00:00:00Z",
        "store_location": store,
        "total_amount": amount,
    }
    return landed_row(job.contract.source(API), **(said | spoilt))


def _silver(spark: SparkSession, job: JobParameters) -> list[tuple[object, ...]]:
    return rows(spark, job.lakehouse.silver, "customer_id", "store_location", "total_amount", "high_value_purchase")


def _rejected(spark: SparkSession, job: JobParameters) -> list[tuple[object, ...]]:
    return rows(spark, job.lakehouse.rejected, "customer_id", "total_amount", "broken_rules")


def _sales(spark: SparkSession, job: JobParameters) -> list[tuple[object, ...]]:
    columns = ("store_location", "total_purchases", "total_revenue", "high_value_purchases")
    return rows(spark, job.lakehouse.golds[0], *columns)


def _taken_in(figures: RunFigures) -> TransformedRows:
    return figures.silver.run[API]


def test_a_correction_that_breaks_a_rule_is_rejected_and_one_that_mends_a_row_brings_it_in(
    spark: SparkSession, job: JobParameters, lake: Path
) -> None:
    """C1 becomes invalid, C2 valid; C3 becomes invalid and then, by a version older than that, another valid one."""
    landings = Landings(job, lake)
    first = _version(job, "C1", 1, "Recife", "2000.00"), _version(job, "C3", 1, "Recife", "3.00")
    landings.land(API, 1, [*first, _version(job, "C2", 1, "Recife", "1500.00", cpf="1")], hour=1)
    assert _taken_in(run_job(spark, job, hour=1)) == TransformedRows(silver=2, rejected=1)
    assert _rejected(spark, job) == [("C2", "1500.00", ["cpf: cpf_valid"])]
    assert _sales(spark, job) == [("Recife", 2, 2003.0, 1)]

    invalid = _version(job, "C1", 2, "Natal", "-0.01"), _version(job, "C3", 9, "Belém", "much")
    landings.land(API, 2, [*invalid, _version(job, "C2", 2, "Belém", "999.99")], hour=2)
    figures = run_job(spark, job, hour=2)
    assert _taken_in(figures) == TransformedRows(silver=1, rejected=2)
    assert figures.silver.rejected_by_rule[API] == {
        "store_location: store_known": 1,
        "total_amount: amount_not_negative": 1,
        "total_amount: type": 1,
    }
    both = ["total_amount: amount_not_negative", "store_location: store_known"]
    of_c3 = ("C3", "much", ["total_amount: type"])
    assert _rejected(spark, job) == [("C1", "-0.01", both), ("C2", "1500.00", ["cpf: cpf_valid"]), of_c3]
    still = ("C1", "Recife", 2000.0, True)
    assert _silver(spark, job) == [still, ("C2", "Belém", 999.99, False), ("C3", "Recife", 3.0, False)]
    assert _sales(spark, job) == [("Belém", 1, 999.99, 0), ("Recife", 2, 2003.0, 1)]

    landings.land(API, 3, [_version(job, "C1", 3, "Belém", "10.00"), _version(job, "C3", 8, "Belém", "7.00")], hour=3)
    figures = run_job(spark, job, hour=3)
    assert _taken_in(figures) == TransformedRows(superseded=2)
    now = [("C1", "Belém", 10.0, False), ("C2", "Belém", 999.99, False), ("C3", "Belém", 7.0, False)]
    assert _silver(spark, job) == now
    assert _sales(spark, job) == [("Belém", 3, 1016.99, 0)]
    landings.require_tables(spark)
    landings.require_books(figures.silver.total)
