"""A table's changes are what its commits changed, also in a query that reads the table itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contracts.lake_terms import Layer
from spark_jobs.tables.columns import TableColumn
from spark_jobs.tables.delta import changes
from spark_jobs.tables.lakehouse import Table

pytestmark = pytest.mark.spark


def test_a_table_and_its_changes_are_told_apart_in_one_query(spark: SparkSession, lake: Path) -> None:
    table = Table(
        catalog="spark_catalog",
        layer=Layer.GOLD,
        name="numbers",
        location=f"{lake.as_uri()}/numbers",
        description="Numbers.",
        columns=(TableColumn("number", "int", "Which."),),
        clustering=(),
        definition={},
    )
    spark.sql("CREATE SCHEMA IF NOT EXISTS gold")
    feed = "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true')"
    spark.sql(f"CREATE TABLE {table.full_name} (number INT) USING DELTA LOCATION '{table.location}' {feed}")
    for value in (1, 2):
        spark.sql(f"INSERT INTO {table.full_name} VALUES ({value})")
    changed, rows = changes(spark, table, 1, 2).select("number"), spark.table(table.full_name)
    assert sorted(changed.unionByName(rows).collect()) == [(1,), (2,), (2,)]
    assert rows.join(changed, "number", "left_semi").collect() == [(2,)]
