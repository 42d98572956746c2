"""The one module that reads, writes and merges Delta tables, always by name.

What a job must know next time (watermarks, books) stands in the metadata of the very commit that changed the table, so
the two are atomic. Metadata are a JSON object under `datamaster`, which tells our commits from anybody else's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from delta.tables import DeltaTable
from pyspark.sql import DataFrame, Row, SparkSession

from spark_jobs.tables import Table, create_schema_statement, create_table_statement, tag_statements

METADATA_KEY = "datamaster"
RECENT_COMMITS = 50
_USER_METADATA = "spark.databricks.delta.commitInfo.userMetadata"


@dataclass(frozen=True)
class Commit:
    """A commit of ours: its version, what the engine measured, and what the job noted in it."""

    version: int
    metrics: dict[str, int]
    metadata: dict[str, Any]


def create(spark: SparkSession, table: Table, *, column_tags: bool) -> None:
    """Make the table known by its name, creating what is not there yet."""
    if not spark.catalog.databaseExists(table.schema_name):
        spark.sql(create_schema_statement(table))
    if not spark.catalog.tableExists(table.full_name):
        spark.sql(create_table_statement(table))
        for statement in tag_statements(table) if column_tags else []:
            spark.sql(statement)


def latest_version(spark: SparkSession, table: Table) -> int:
    """Version of the table's newest commit, whoever made it."""
    return int(DeltaTable.forName(spark, table.full_name).history(1).select("version").first()["version"])


def own_commits(spark: SparkSession, table: Table, limit: int = RECENT_COMMITS) -> list[Commit]:
    """Commits of ours among the newest `limit`, newest first; if there is none, among all."""
    history = DeltaTable.forName(spark, table.full_name).history
    for frame in (history(limit), history()):
        rows = frame.select("version", "operationMetrics", "userMetadata").collect()
        commits = [commit for row in rows if (commit := _own_commit(row))]
        if commits or len(rows) < limit:
            return commits
    return []


def row_count(spark: SparkSession, table: Table) -> int:
    """Rows in the table, answered from Delta's log without reading data."""
    return spark.table(table.full_name).count()


def changes(spark: SparkSession, table: Table, after_version: int, up_to_version: int) -> DataFrame | None:
    """Rows changed by the commits after one version up to another, with Delta's `_change_type` and `_commit_version`.

    None when there is no commit in between.
    """
    if up_to_version <= after_version:
        return None
    reader = spark.read.option("readChangeFeed", "true").option("startingVersion", after_version + 1)
    return reader.option("endingVersion", up_to_version).table(table.full_name)


def append(
    frame: DataFrame, table: Table, metadata: dict[str, Any], transaction: tuple[str, int] | None = None
) -> None:
    """Append the rows in one commit that carries the metadata.

    A `transaction` (application, number) that was already committed to this table is skipped (Delta's idempotent
    writes): a batch that is run again after a crash is appended once.
    """
    writer = frame.write.format("delta").mode("append").option("userMetadata", json.dumps({METADATA_KEY: metadata}))
    if transaction:
        writer = writer.option("txnAppId", transaction[0]).option("txnVersion", transaction[1])
    writer.saveAsTable(table.full_name)


def merge(
    frame: DataFrame,
    table: Table,
    key: tuple[str, ...],
    metadata: dict[str, Any],
    *,
    update_when: str | None = None,
    delete_when: str | None = None,
) -> int:
    """Merge rows into the table by key, in one commit that carries the metadata; how many rows that changed.

    Matched rows are updated (all, or those for which `update_when` holds) unless `delete_when` holds for the incoming
    row; rows without a match are inserted unless it does. The conditions call the two sides `incoming` and `present`.
    Whether there was anything to change or not, the commit is made.
    """
    spark = frame.sparkSession
    before = latest_version(spark, table)
    same_key = " AND ".join(f"incoming.`{name}` <=> present.`{name}`" for name in key)
    merging = DeltaTable.forName(spark, table.full_name).alias("present").merge(frame.alias("incoming"), same_key)
    if delete_when:
        merging = merging.whenMatchedDelete(delete_when)
    merging = merging.whenMatchedUpdateAll(update_when)
    merging = merging.whenNotMatchedInsertAll(f"NOT ({delete_when})" if delete_when else None)
    with _user_metadata(spark, metadata):
        outcome = merging.execute().first()
    if latest_version(spark, table) == before:
        note(spark, table, metadata)
    return int(outcome["num_affected_rows"])


def note(spark: SparkSession, table: Table, metadata: dict[str, Any]) -> None:
    """A commit that changes no row and carries the metadata."""
    append(spark.table(table.full_name).limit(0), table, metadata)


@contextmanager
def _user_metadata(spark: SparkSession, metadata: dict[str, Any]) -> Iterator[None]:
    """Commits made inside carry the metadata: MERGE takes them from the session only."""
    spark.conf.set(_USER_METADATA, json.dumps({METADATA_KEY: metadata}))
    try:
        yield
    finally:
        spark.conf.unset(_USER_METADATA)


def _own_commit(row: Row) -> Commit | None:
    try:
        metadata = json.loads(row["userMetadata"] or "{}")
    except ValueError:
        return None
    if not isinstance(metadata, dict) or METADATA_KEY not in metadata:
        return None
    metrics = {name: int(value) for name, value in (row["operationMetrics"] or {}).items() if value.isdecimal()}
    return Commit(row["version"], metrics, metadata[METADATA_KEY])
