"""A contract that changes takes its tables along, on real tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contracts.model import Classification, Column, Contract, LogicalType
from spark_jobs.bronze_task import run_bronze
from spark_jobs.evolution import TableMismatchError
from spark_jobs.silver_task import run_silver
from tests.spark_jobs.lakehouse_runs import KEY, forget_tables, job_parameters, rows
from tests.spark_jobs.raw_files import land, landed_row

pytestmark = pytest.mark.spark

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
CHANNEL = Column(
    name="channel", logical_type=LogicalType.STRING, description="Where.", classification=Classification.INTERNAL
)


def test_a_new_column_and_a_new_comment_reach_tables_that_hold_rows(
    spark: SparkSession, contract: Contract, lake: Path
) -> None:
    source = contract.source("customers-api")
    before = job_parameters(replace(contract, sources=(source,)), lake)
    land(lake, contract, source, 1, [landed_row(source, customer_id="C1"), landed_row(source, cpf="1")])
    run_bronze(spark, before, AT)
    run_silver(spark, before, KEY)
    forget_tables(spark)

    described = replace(contract.columns[0], description="The customer.")
    changed = replace(before.contract, columns=(described, *contract.columns[1:], CHANNEL))
    after = replace(before, contract=changed)
    land(lake, contract, source, 2, [landed_row(source, customer_id="C2") | {"channel": "web"}])
    run_bronze(spark, after, AT)
    run_silver(spark, after, KEY)
    assert rows(spark, after.lakehouse.silver, "customer_id", "channel") == [("C1", None), ("C2", "web")]
    assert spark.table(after.lakehouse.silver.full_name).schema["customer_id"].metadata["comment"] == "The customer."

    typed = replace(changed, columns=(*changed.columns[:-1], replace(CHANNEL, logical_type=LogicalType.DATE)))
    with pytest.raises(
        TableMismatchError, match="customer_purchases: column channel is string and the contract says date"
    ):
        run_silver(spark, replace(before, contract=typed), KEY)
