"""Make the contract's tables known by their names: create what is missing, alter what is not as the contract says."""

from __future__ import annotations

from collections.abc import Iterable

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from contracts.contract import Contract
from contracts.table_definitions import inapplicable
from spark_jobs.errors import MisconfiguredError
from spark_jobs.tables import statements
from spark_jobs.tables.delta import properties_and_clustering
from spark_jobs.tables.error_conditions import error_condition
from spark_jobs.tables.evolution import PresentTable, alterations, changes_that_need_a_rebuild, missing_tags
from spark_jobs.tables.lakehouse import Table

ALTERABLE = {
    "DELTA_CREATE_TABLE_SCHEME_MISMATCH",
    "DELTA_CREATE_TABLE_WITH_DIFFERENT_PROPERTY",
    "DELTA_CREATE_TABLE_WITH_DIFFERENT_CLUSTERING",
}
"""Delta's error conditions for a location that holds the table as an earlier contract described it."""


def create(spark: SparkSession, table: Table, *, column_tags: bool) -> None:
    """Create or alter the table to what the contract describes, its columns tagged where `column_tags` asks it."""
    present = _present(spark, table)
    tags = missing_tags(table, present) if column_tags else []
    for statement in [*alterations(table, present), *tags]:
        spark.sql(statement)


def check_unchanged(spark: SparkSession, tables: Iterable[Table], contract: Contract) -> None:
    """Look at tables before a run writes to any: what their rows were made by must be what the contract now says.

    Raises:
        MisconfiguredError: a line for each table that the contract cannot be applied to, with the command that can.
    """
    refusals = [
        inapplicable(table.full_name, changed, contract, table.layer)
        for table in tables
        if (changed := changes_that_need_a_rebuild(table, _present(spark, table)))
    ]
    if refusals:
        raise MisconfiguredError("\n".join(refusals))


def _present(spark: SparkSession, table: Table) -> PresentTable:
    """The table as it is, made known by its name and created if it is not there."""
    make_known(spark, table)
    fields = spark.table(table.full_name).schema.fields
    columns = {field.name: (field.dataType.simpleString(), field.metadata.get("comment", "")) for field in fields}
    return PresentTable(columns, *properties_and_clustering(spark, table))


def make_known(spark: SparkSession, table: Table) -> None:
    """Make the table known by its name as it is, or create it if it is not there."""
    if spark.catalog.tableExists(table.full_name):
        return
    if not spark.catalog.databaseExists(table.schema_name):
        spark.sql(statements.create_schema(table))
    try:
        spark.sql(statements.create_table(table))
    except AnalysisException as error:
        if error_condition(error) not in ALTERABLE:
            raise
        spark.sql(statements.register_table(table))
