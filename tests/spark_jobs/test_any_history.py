"""Whatever becomes of purchases, and however its versions come in: every table is what all landed rows say."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contracts.contract import Contract
from contracts.lake_terms import Layer
from spark_jobs.gold.task import run_gold
from tests.spark_jobs.deletions import telling_deletions
from tests.spark_jobs.lakehouse_runs import job_parameters, run_job
from tests.spark_jobs.landings import Landings
from tests.spark_jobs.purchase_histories import API, DATABASE, histories

pytestmark = [pytest.mark.spark, pytest.mark.chaos]

INCREMENTS = 3


@pytest.mark.parametrize("seed", range(1, 5))
def test_any_history_of_purchases_makes_the_tables_that_all_its_rows_make(
    spark: SparkSession, contract: Contract, lake: Path, seed: int
) -> None:
    """Increment by increment, and with gold made anew at the end: each column of bronze, silver, rejected, gold."""
    job = job_parameters(telling_deletions(contract), lake)
    arrivals = histories(seed, job.contract, customers=120, increments=INCREMENTS)
    landings = Landings(job, lake)
    for increment in range(1, INCREMENTS + 1):
        for source in (DATABASE, API):
            lines = [each.line for each in arrivals if (each.increment, each.source) == (increment, source)]
            landings.land(source, increment, lines, hour=increment)
        figures = run_job(spark, job, hour=increment)
        landings.require_tables(spark)
        landings.require_books(figures.silver.total)
    run_gold(spark, job_parameters(job.contract, lake, rebuild=Layer.GOLD))
    landings.require_tables(spark)
