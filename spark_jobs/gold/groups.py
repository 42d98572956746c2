"""The groups of a gold table as the contract computes them: all of them, or those that changes of silver touch."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from contracts.tables import DatasetTable, GoldTable
from contracts.transformations import aggregated, derived_measures
from spark_jobs.tables.expressions import aggregate, of_its_type, scalar

EMPTIED = "_emptied"
GROUP = "_group_"
_PRESENT = "_present"


def groups(silver: DataFrame, table: GoldTable, dataset: DatasetTable) -> DataFrame:
    """Every group of silver's rows: the gold table's columns.

    Args:
        silver: silver's columns.
        table: what is computed.
        dataset: describes silver's columns.
    """
    return _grouped(with_group(silver, table), table, dataset)


def touched_groups(changes: DataFrame, silver: DataFrame, table: GoldTable, dataset: DatasetTable) -> DataFrame:
    """The groups that the changes touch, as silver now has them.

    Args:
        changes: silver's change feed, before and after images.
        silver: silver as it is.
        table: what is computed.
        dataset: describes silver's columns.

    Returns:
        One row for each touched group: the gold table's columns, and `_emptied`, true where silver has no row left.
    """
    names = [GROUP + name for name in table.key]
    touched = sf.broadcast(with_group(changes, table).select(*names).distinct()).alias("touched")
    rows = with_group(silver, table).alias("rows")
    same_group = [sf.col(f"touched.{name}").eqNullSafe(sf.col(f"rows.{name}")) for name in names]
    present = _grouped(rows.join(touched, same_group, "left_semi"), table, dataset)
    present = present.withColumn(_PRESENT, sf.lit(True)).alias("present")
    same_key = [sf.col(f"touched.{GROUP}{name}").eqNullSafe(sf.col(f"present.{name}")) for name in table.key]
    return touched.join(present, same_key, "left").select(
        *(
            (sf.col(f"touched.{GROUP}{c.name}") if c.primary_key else sf.col(f"present.{c.name}")).alias(c.name)
            for c in table.columns
        ),
        sf.col(_PRESENT).isNull().alias(EMPTIED),
    )


def with_derived_measures(rows: DataFrame, table: GoldTable) -> DataFrame:
    """Keys and aggregates of groups with the measures that the contract computes from other measures."""
    for column in derived_measures(table):
        rows = rows.withColumn(column.name, of_its_type(scalar(column), column))
    return rows


def with_group(silver: DataFrame, table: GoldTable) -> DataFrame:
    """Rows of silver with the key of the group that each belongs to."""
    keys = [of_its_type(scalar(column), column).alias(GROUP + column.name) for column in table.key_columns]
    return silver.select("*", *keys)


def _grouped(silver_with_group: DataFrame, table: GoldTable, dataset: DatasetTable) -> DataFrame:
    keys = [sf.col(GROUP + name).alias(name) for name in table.key]
    measures = [of_its_type(aggregate(column, dataset), column) for column in aggregated(table)]
    rows = silver_with_group.groupBy(*keys).agg(*measures) if measures else silver_with_group.select(*keys).distinct()
    return with_derived_measures(rows, table).select(*(column.name for column in table.columns))
