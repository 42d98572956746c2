"""A changed hash key is refused before anything is hashed with it, until the tables are made anew."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contracts.contract import Contract
from contracts.lake_terms import Layer
from spark_jobs.bronze.task import run_bronze
from spark_jobs.errors import MisconfiguredError
from spark_jobs.silver.task import run_silver
from tests.contract_changes import with_sources
from tests.spark_jobs.lakehouse_runs import KEY, job_parameters, rows
from tests.spark_jobs.raw_files import land, landed_row

pytestmark = pytest.mark.spark

OTHER_KEY = KEY[::-1]


def test_a_changed_key_is_refused_until_silver_is_made_anew(
    spark: SparkSession, contract: Contract, lake: Path
) -> None:
    source = contract.source("customers-api")
    one_source = with_sources(contract, [source])
    job = job_parameters(one_source, lake)
    land(lake, one_source, source, 1, [landed_row(source, customer_id="C1")])
    run_bronze(spark, job, datetime(2026, 11, 25, 12, tzinfo=UTC))
    run_silver(spark, job, KEY)
    hashed = rows(spark, job.lakehouse.silver, "customer_id", "cpf_masked")

    with pytest.raises(MisconfiguredError) as caught:
        run_silver(spark, job, OTHER_KEY)
    assert str(caught.value) == (
        "spark_catalog.silver.customer_purchases: its rows were hashed with another PII_HASH_KEY: "
        "a person would have two hashes. Give the task the former key, or make the table anew with this one: "
        "make rebuild DATASET=customer-purchases LAYER=silver"
    )
    assert rows(spark, job.lakehouse.silver, "customer_id", "cpf_masked") == hashed

    run_silver(spark, job_parameters(one_source, lake, "run-2", Layer.SILVER), OTHER_KEY)
    ((customer, other_hash),) = rows(spark, job.lakehouse.silver, "customer_id", "cpf_masked")
    assert (customer, other_hash == hashed[0][1]) == ("C1", False)
