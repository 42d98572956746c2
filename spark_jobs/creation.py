"""Make the contract's tables known by their names: create what is missing, alter what is not as the contract says."""

from __future__ import annotations

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from spark_jobs.delta import properties_and_clustering
from spark_jobs.evolution import PresentTable, alterations, missing_tags
from spark_jobs.tables import Table, create_schema_statement, create_table_statement, register_table_statement

ALTERABLE = {
    "DELTA_CREATE_TABLE_SCHEME_MISMATCH",
    "DELTA_CREATE_TABLE_WITH_DIFFERENT_PROPERTY",
    "DELTA_CREATE_TABLE_WITH_DIFFERENT_CLUSTERING",
}
"""Delta's error conditions for a location that holds the table as an earlier contract described it."""


def create(spark: SparkSession, table: Table, *, column_tags: bool) -> None:
    """Make the table known by its name, as the contract describes it, its columns tagged where `column_tags` asks it.

    Raises:
        TableMismatchError: the table exists and cannot be altered to what the contract says.
    """
    _make_known(spark, table)
    present = _present(spark, table)
    tags = missing_tags(table, present) if column_tags else []
    for statement in [*alterations(table, present), *tags]:
        spark.sql(statement)


def _make_known(spark: SparkSession, table: Table) -> None:
    if spark.catalog.tableExists(table.full_name):
        return
    if not spark.catalog.databaseExists(table.schema_name):
        spark.sql(create_schema_statement(table))
    try:
        spark.sql(create_table_statement(table))
    except AnalysisException as error:
        if error.getCondition() not in ALTERABLE:
            raise
        spark.sql(register_table_statement(table))


def _present(spark: SparkSession, table: Table) -> PresentTable:
    fields = spark.table(table.full_name).schema.fields
    columns = {field.name: (field.dataType.simpleString(), field.metadata.get("comment", "")) for field in fields}
    return PresentTable(columns, *properties_and_clustering(spark, table))
