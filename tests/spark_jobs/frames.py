"""Frames of rows made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql.types import StructType

from spark_jobs.tables.lakehouse import Table


def frame(spark: SparkSession, rows: Iterable[Sequence[object]], schema: str | StructType) -> DataFrame:
    """The rows with that schema, handed over as an Arrow table: for a list Spark would start Python workers."""
    fields = StructType.fromDDL(schema) if isinstance(schema, str) else schema
    values = list(rows)
    columns = {name: [row[place] for row in values] for place, name in enumerate(fields.names)}
    return spark.createDataFrame(pyarrow.table(columns), fields)


def text_frame(spark: SparkSession, values: Iterable[str | None]) -> DataFrame:
    """One column `text`."""
    return frame(spark, [(value,) for value in values], "text string")


def table_rows(spark: SparkSession, table: Table, rows: Iterable[dict[str, object]]) -> DataFrame:
    """The rows with the table's columns."""
    schema = ", ".join(f"`{column.name}` {column.type}" for column in table.columns)
    return frame(spark, [[row[name] for name in table.column_names] for row in rows], schema)


def row_values(row: Row) -> dict[str, Any]:
    """A collected row's values by column; instants, which Spark hands over in this machine's time, are in UTC."""
    return {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value for name, value in row.asDict().items()
    }
