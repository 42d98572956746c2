"""A contract that a table cannot follow is refused, on a real table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contracts.model import Contract, LogicalType
from spark_jobs.creation import create
from spark_jobs.evolution import TableMismatchError
from tests.spark_jobs.lakehouse_runs import forget_tables, job_parameters

pytestmark = pytest.mark.spark


def test_a_column_that_becomes_of_another_type_is_refused(spark: SparkSession, contract: Contract, lake: Path) -> None:
    create(spark, job_parameters(contract, lake).lakehouse.silver, column_tags=False)
    forget_tables(spark)

    columns = tuple(replace(c, logical_type=LogicalType.DATE) if c.name == "product" else c for c in contract.columns)
    changed = job_parameters(replace(contract, columns=columns), lake).lakehouse.silver
    with pytest.raises(
        TableMismatchError, match="customer_purchases: column product is string and the contract says date"
    ):
        create(spark, changed, column_tags=False)
