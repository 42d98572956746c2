"""Landed rows become bronze rows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pyspark.sql import SparkSession
from pyspark.sql.types import StringType, StructField, StructType

from contracts.contract import Contract
from spark_jobs.bronze.task import to_bronze
from spark_jobs.tables.lakehouse import Lakehouse
from tests.spark_jobs.frames import frame
from tests.spark_jobs.raw_files import landed_row

pytestmark = pytest.mark.spark


def _landed_schema(contract: Contract) -> StructType:
    names = (*contract.column_names, "_rescued_data", "source_file_name")
    return StructType([StructField(name, StringType()) for name in names])


def test_bronze_keeps_every_value_as_landed_and_says_where_it_came_from(
    spark: SparkSession, contract: Contract
) -> None:
    row = landed_row(contract.source("branch-files"), cpf=" 529.982.247-25 ", product="", total_amount="abc")
    schema = _landed_schema(contract)
    values = row | {"_rescued_data": "rest", "source_file_name": "abfs://raw/a.csv"}
    landed = frame(spark, [[values[name] for name in schema.names]], schema)
    at = datetime(2026, 11, 25, 1, 30, tzinfo=UTC)
    bronze = to_bronze(landed, "branch-files", at, "run-1")
    (found,) = bronze.selectExpr("*", "unix_micros(ingestion_timestamp) AS micros").collect()
    assert found.asDict() == {
        **row,
        "source": "branch-files",
        "source_file_name": "abfs://raw/a.csv",
        "ingestion_timestamp": found["ingestion_timestamp"],
        "raw_ingestion_id": "run-1",
        "_rescued_data": "rest",
        "micros": int(at.timestamp() * 1_000_000),
    }


def test_bronze_has_the_columns_of_its_table(spark: SparkSession, contract: Contract) -> None:
    landed = frame(spark, [], _landed_schema(contract))
    bronze = to_bronze(landed, "branch-files", datetime.now(UTC), "run-1")
    table = Lakehouse(contract, "main", "file:///lake").bronze
    assert [f"{name} {type_}" for name, type_ in bronze.dtypes] == [f"{c.name} {c.type}" for c in table.columns]
