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
from pyspark.sql import Column, DataFrame, Row, SparkSession

from spark_jobs.tables import Table

METADATA_KEY = "datamaster"
RECENT_COMMITS = 50
_USER_METADATA = "spark.databricks.delta.commitInfo.userMetadata"


@dataclass(frozen=True)
class Commit:
    """A commit of ours: its version, what the engine measured, and what the job noted in it."""

    version: int
    metrics: dict[str, int]
    metadata: dict[str, Any]


@dataclass(frozen=True)
class Log:
    """A table's newest version, whoever committed it, and recent commits of ours, newest first."""

    version: int
    commits: list[Commit]


def properties_and_clustering(spark: SparkSession, table: Table) -> tuple[dict[str, str], tuple[str, ...]]:
    """The table's Delta properties and the columns it is clustered by, as it is."""
    detail = DeltaTable.forName(spark, table.full_name).detail().collect()[0]
    return detail["properties"], tuple(detail["clusteringColumns"])


def latest_version(spark: SparkSession, table: Table) -> int:
    """Version of the table's newest commit, whoever made it."""
    return int(DeltaTable.forName(spark, table.full_name).history(1).collect()[0]["version"])


def read_log(spark: SparkSession, table: Table, limit: int = RECENT_COMMITS) -> Log:
    """The table's newest version, and our commits among the newest `limit` or, if there is none, among all."""
    history = DeltaTable.forName(spark, table.full_name).history
    rows: list[Row] = []
    for frame in (history(limit), history()):
        rows = frame.select("version", "operationMetrics", "userMetadata").collect()
        commits = [commit for row in rows if (commit := _own_commit(row))]
        if commits or len(rows) < limit:
            return Log(rows[0]["version"], commits)
    return Log(rows[0]["version"], [])


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


def append(frame: DataFrame, table: Table, metadata: dict[str, Any], transaction: tuple[str, int]) -> None:
    """Append the rows in one commit that carries the metadata, even if there is no row.

    A `transaction` (application, number) that the table already has is skipped (Delta's idempotent writes): a batch
    that is run again after a crash is appended once. An application's numbers must grow.
    """
    application, number = transaction
    (
        frame.write.format("delta")
        .mode("append")
        .option("userMetadata", json.dumps({METADATA_KEY: metadata}))
        .option("txnAppId", application)
        .option("txnVersion", number)
        .saveAsTable(table.full_name)
    )


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
    Delta makes no commit when nothing changes.
    """
    same_key = " AND ".join(f"incoming.`{name}` <=> present.`{name}`" for name in key)
    values: dict[str, str | Column] = {name: f"incoming.`{name}`" for name in table.column_names}
    target = DeltaTable.forName(frame.sparkSession, table.full_name).alias("present")
    merging = target.merge(frame.alias("incoming"), same_key)
    if delete_when:
        merging = merging.whenMatchedDelete(delete_when)
    merging = merging.whenMatchedUpdate(update_when, values)
    merging = merging.whenNotMatchedInsert(f"NOT ({delete_when or 'false'})", values)
    with _user_metadata(frame.sparkSession, metadata):
        return int(merging.execute().collect()[0]["num_affected_rows"])


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
