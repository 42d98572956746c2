"""A contract that a table cannot follow is refused, on real tables, before anything is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contracts.contract import Contract
from spark_jobs.errors import MisconfiguredError
from spark_jobs.tables.creation import check_unchanged, create
from tests.contract_changes import with_column
from tests.spark_jobs.lakehouse_runs import forget_tables, job_parameters

pytestmark = pytest.mark.spark


def test_a_column_that_becomes_of_another_type_is_refused_with_the_command_that_rebuilds(
    spark: SparkSession, contract: Contract, lake: Path
) -> None:
    create(spark, job_parameters(contract, lake).lakehouse.silver, column_tags=False)
    forget_tables(spark)

    changed = with_column(contract, "product", logical_type="date", physical_type="date")
    silver = job_parameters(changed, lake).lakehouse.silver
    with pytest.raises(MisconfiguredError) as caught:
        check_unchanged(spark, [silver], changed)
    assert str(caught.value) == (
        "spark_catalog.silver.customer_purchases: type of product was string and is date: "
        "the contract cannot be applied to the rows that are there. "
        "Take the change back, or make the table anew: make rebuild DATASET=customer-purchases LAYER=silver"
    )
