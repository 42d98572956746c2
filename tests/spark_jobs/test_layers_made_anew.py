"""A layer that is made anew from the one below is right, and the run tells how it compares with what was there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from contracts.contract import Contract
from contracts.job_report import MadeAnew
from contracts.lake_terms import Layer
from spark_jobs.job_parameters import JobParameters
from spark_jobs.silver import merge
from tests.spark_jobs.deletions import telling_deletions
from tests.spark_jobs.dying_runs import Killed
from tests.spark_jobs.lakehouse_runs import job_parameters, run_job
from tests.spark_jobs.landings import Landings
from tests.spark_jobs.purchase_histories import DATABASE, histories
from tests.spark_jobs.raw_files import landed_row

pytestmark = [pytest.mark.spark, pytest.mark.chaos]

EQUAL = MadeAnew(gone=0, new=0, changed_below=0)
GOLD_EQUAL = MadeAnew(gone=0, new=0)
PURCHASES, SALES = "spark_catalog.silver.customer_purchases", "spark_catalog.gold.store_monthly_sales"
OF_SILVER = (PURCHASES, f"{PURCHASES}_rejected", f"{PURCHASES}_deleted")


@pytest.fixture
def job(contract: Contract, lake: Path) -> JobParameters:
    return job_parameters(telling_deletions(contract), lake)


@pytest.fixture
def landings(spark: SparkSession, job: JobParameters, lake: Path) -> Landings:
    """A lake in which two increments were taken in."""
    landings = Landings(job, lake)
    for increment in (1, 2):
        arrivals = histories(11, job.contract, customers=40, increments=2)
        landings.land(DATABASE, increment, [a.line for a in arrivals if a.increment == increment], hour=increment)
        run_job(spark, job, hour=increment)
    return landings


def _anew(lake: Path, job: JobParameters, layer: Layer) -> JobParameters:
    return job_parameters(job.contract, lake, rebuild=layer)


def test_layers_that_are_made_anew_are_told_to_be_equal_or_what_differs(
    spark: SparkSession, job: JobParameters, lake: Path, landings: Landings
) -> None:
    """Somebody changed a purchase of silver and a group of gold by hand, which the books do not see."""
    figures = run_job(spark, _anew(lake, job, Layer.SILVER), hour=3)
    assert figures.silver.made_anew == dict.fromkeys(OF_SILVER, EQUAL)
    assert figures.gold.made_anew == {SALES: GOLD_EQUAL}
    landings.require_tables(spark)

    spark.sql(f"UPDATE {SALES} SET total_revenue = 0 WHERE store_location = 'Recife' AND purchase_month = '2026-01'")
    figures = run_job(spark, _anew(lake, job, Layer.GOLD), hour=4)
    assert (figures.silver.made_anew, figures.gold.made_anew) == ({}, {SALES: MadeAnew(gone=1, new=1, changed_below=0)})
    landings.require_tables(spark)

    changed = spark.table(PURCHASES).orderBy("customer_id").first()
    assert changed
    spark.sql(f"UPDATE {PURCHASES} SET product = 'Mesa' WHERE customer_id = '{changed['customer_id']}'")
    landings.land(DATABASE, 9, [landed_row(job.contract.source(DATABASE), customer_id="C900")], hour=5)
    figures = run_job(spark, _anew(lake, job, Layer.SILVER), hour=5)
    anew = figures.silver.made_anew
    assert anew[PURCHASES] == MadeAnew(gone=1, new=2, changed_below=1)
    assert anew[f"{PURCHASES}_rejected"] == MadeAnew(gone=0, new=0, changed_below=1)
    assert figures.gold.made_anew == {SALES: MadeAnew(gone=1, new=1)}
    landings.require_tables(spark)


def test_the_run_after_one_that_was_killed_while_silver_was_made_anew_tells_it_too(
    spark: SparkSession, job: JobParameters, lake: Path, landings: Landings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rejected rows are there again and valid ones are not; nobody asks for the layer a second time."""

    def die(*_: Any, **__: Any) -> int:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(merge, "append_with_progress", die)
        with pytest.raises(Killed):
            run_job(spark, _anew(lake, job, Layer.SILVER), hour=3)
    assert spark.table(PURCHASES).isEmpty()
    figures = run_job(spark, job, hour=4)
    assert figures.silver.made_anew[PURCHASES] == EQUAL
    assert figures.gold.made_anew == {SALES: GOLD_EQUAL}
    landings.require_tables(spark)
