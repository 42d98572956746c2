"""A table that was made anew is held against what it was: in full, over crashes, and beside what changed below it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contracts.job_report import MadeAnew
from contracts.lake_terms import Layer
from spark_jobs.tables.columns import TableColumn
from spark_jobs.tables.creation import create
from spark_jobs.tables.delta import latest_version
from spark_jobs.tables.lakehouse import Table
from spark_jobs.tables.progress import Progress, append_with_progress
from spark_jobs.tables.renewal import compare, make_anew, replaced_by
from tests.spark_jobs.frames import frame

pytestmark = pytest.mark.spark

Rows = list[tuple[object, ...]]
BEFORE: Rows = [("C1", ["a", "b"], 1), ("C2", None, 2), ("C2", None, 2), (None, ["c"], None)]


def _table(lake: Path, layer: Layer, columns: dict[str, str]) -> Table:
    return Table(
        catalog="spark_catalog",
        layer=layer,
        name="purchases",
        location=f"{lake.as_uri()}/{layer}/purchases",
        description="Purchases.",
        columns=tuple(TableColumn(name, type_, name) for name, type_ in columns.items()),
        clustering=(),
    )


@pytest.fixture
def below(spark: SparkSession, lake: Path) -> Table:
    table = _table(lake, Layer.BRONZE, {"customer": "string"})
    create(spark, table, column_tags=False)
    return table


@pytest.fixture(autouse=True)
def table(spark: SparkSession, lake: Path, below: Table) -> Table:
    table = _table(lake, Layer.SILVER, {"customer": "string", "labels": "array<string>", "pieces": "int"})
    create(spark, table, column_tags=False)
    _fill(spark, table, BEFORE, Progress(latest_version(spark, below)))
    return table


def _fill(spark: SparkSession, table: Table, rows: Rows, progress: Progress) -> None:
    schema = ", ".join(f"{column.name} {column.type}" for column in table.columns)
    append_with_progress(frame(spark, rows, schema), table, progress)


def _anew(spark: SparkSession, table: Table, below: Table, rows: Rows) -> MadeAnew:
    """Make the table anew of these rows, and what is told of it."""
    progress = make_anew(spark, table, "epoch")
    ((_, replaced),) = replaced_by(spark, [table])
    now = Progress(latest_version(spark, below))
    _fill(spark, table, rows, replace(progress, version=now.version))
    assert replaced_by(spark, [table]) == []
    return compare(spark, table, replaced, below, now)


@pytest.mark.chaos
def test_the_same_rows_in_another_order_are_what_was_there(spark: SparkSession, table: Table, below: Table) -> None:
    """Nulls, lists and rows that are there twice included."""
    assert _anew(spark, table, below, BEFORE[::-1]) == MadeAnew(gone=0, new=0, changed_below=0)


def test_what_differs_is_counted_beside_what_changed_below(spark: SparkSession, table: Table, below: Table) -> None:
    """A list in another order, a row that is there once instead of twice, and one that was not there."""
    spark.sql(f"INSERT INTO {below.full_name} VALUES ('C4'), ('C5')")
    rows: Rows = [("C1", ["b", "a"], 1), ("C2", None, 2), (None, ["c"], None), ("C4", None, 1)]
    assert _anew(spark, table, below, rows) == MadeAnew(gone=2, new=2, changed_below=2)


@pytest.mark.chaos
def test_a_table_that_a_crash_left_empty_is_held_against_what_it_was_before(
    spark: SparkSession, table: Table, below: Table
) -> None:
    make_anew(spark, table, "epoch of a run that was killed")
    assert spark.table(table.full_name).isEmpty()
    assert _anew(spark, table, below, BEFORE[1:]) == MadeAnew(gone=1, new=0, changed_below=0)


@pytest.mark.chaos
def test_columns_of_another_type_are_told_and_the_others_compared(
    spark: SparkSession, lake: Path, below: Table
) -> None:
    columns = {"customer": "string", "labels": "array<string>", "pieces": "string", "channel": "string"}
    changed = _table(lake, Layer.SILVER, columns)
    rows: Rows = [(customer, labels, str(pieces), "web") for customer, labels, pieces in BEFORE]
    told = _anew(spark, changed, below, rows)
    assert told == MadeAnew(gone=0, new=0, changed_below=0, not_compared=("channel", "pieces"))
