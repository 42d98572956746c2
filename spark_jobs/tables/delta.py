"""The one module that reads, writes and merges Delta tables: by name, in SQL that classic and Connect sessions know.

What a job must know next time (watermarks, books) stands in the metadata of the very commit that changed the table, so
the two are atomic. Metadata are a JSON object under `datamaster`, which tells our commits from anybody else's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as sf

from spark_jobs.tables.lakehouse import Table
from spark_jobs.tables.statements import quoted_name, replace_table

METADATA_KEY = "datamaster"
COMMIT_VERSION = "_commit_version"
RECENT_COMMITS = 50
_USER_METADATA = "spark.databricks.delta.commitInfo.userMetadata"
_CLUSTERING_PROPERTY, _CLUSTERING_FEATURE = "clusteringColumns", "delta.feature.clustering"
_HIDDEN = "*********(redacted)"
_CHANGE_NO_ROWS = ("OPTIMIZE", "REORG", "VACUUM START", "VACUUM END")
"""Operations of a table's upkeep, as its history calls them."""


@dataclass(frozen=True)
class Commit:
    """A commit of ours: version, time (seconds since 1970), what the engine measured, and what the job noted in it."""

    version: int
    committed_at: int
    metrics: dict[str, int]
    metadata: dict[str, Any]


@dataclass(frozen=True)
class Log:
    """A table's newest version, whoever committed it, and recent commits of ours, newest first."""

    version: int
    commits: list[Commit]


def user_metadata(metadata: dict[str, Any]) -> str:
    """What a commit of ours carries as its `userMetadata`."""
    return json.dumps({METADATA_KEY: metadata}, ensure_ascii=False)


def properties_and_clustering(spark: SparkSession, table: Table) -> tuple[dict[str, str], tuple[str, ...]]:
    """The table's Delta properties and the columns it is clustered by, as it is.

    Properties alone are told without putting the table's state together, which takes thirty times as long. It is only
    asked for where they do not tell all: Spark hides values that look like secrets or URLs.
    """
    shown: dict[str, str] = dict(spark.sql(f"SHOW TBLPROPERTIES {quoted_name(table.full_name)}").collect())
    columns, is_clustered = shown.get(_CLUSTERING_PROPERTY), _CLUSTERING_FEATURE in shown
    if _HIDDEN in shown.values() or (is_clustered and columns is None):
        detail = _detail(spark, table)
        return detail["properties"], tuple(detail["clusteringColumns"])
    return shown, tuple(".".join(path) for path in json.loads(columns or "[]"))


def file_count(spark: SparkSession, table: Table) -> int:
    """Files that the table's newest version consists of."""
    return int(_detail(spark, table)["numFiles"])


def _detail(spark: SparkSession, table: Table) -> Row:
    return spark.sql(f"DESCRIBE DETAIL {quoted_name(table.full_name)}").collect()[0]


def oldest_change(spark: SparkSession, table: Table, after_version: int) -> int | None:
    """When (seconds since 1970) the first commit after that version was made that may have changed rows."""
    newer = latest_version(spark, table) - after_version
    if newer <= 0:
        return None
    history = spark.sql(f"DESCRIBE HISTORY {quoted_name(table.full_name)} LIMIT {newer}")
    is_note = (sf.col("operation") == "WRITE") & (sf.col("operationMetrics")["numOutputRows"] == "0")
    changed = history.where(~(sf.col("operation").isin(*_CHANGE_NO_ROWS) | sf.coalesce(is_note, sf.lit(False))))
    oldest: int | None = changed.agg(sf.min(sf.unix_timestamp("timestamp"))).collect()[0][0]
    return oldest


def latest_version(spark: SparkSession, table: Table) -> int:
    """Version of the table's newest commit, whoever made it."""
    return int(_history(spark, table, limit=1)[0]["version"])


def read_log(
    spark: SparkSession, table: Table, are_enough: Callable[[list[Commit]], bool] = bool, limit: int = RECENT_COMMITS
) -> Log:
    """The table's newest version, and our commits among the newest `limit` or, if these are not enough, among all."""
    for most in (limit, None):
        rows = _history(spark, table, most)
        commits = [commit for row in rows if (commit := _own_commit(row))]
        if are_enough(commits) or (most and len(rows) < most):
            break
    return Log(int(rows[0]["version"]), commits)


def row_count(spark: SparkSession, table: Table) -> int:
    """Rows in the table, answered from Delta's log without reading data."""
    return spark.table(table.full_name).count()


def present_rows(spark: SparkSession, table: Table, version: int) -> DataFrame:
    """The rows that are in the table now that it is at that version, which is also their `_commit_version`.

    By its name alone, not by a version: Unity Catalog lets nobody travel in time on a table with a mask.
    """
    return spark.table(table.full_name).withColumn(COMMIT_VERSION, sf.lit(version).cast("bigint"))


def changes(spark: SparkSession, table: Table, after_version: int, up_to_version: int) -> DataFrame:
    """Rows changed by the commits after one version up to another, with Delta's `_change_type`, `_commit_version`.

    They are a view of the session: Spark Connect resolves a whole query at once, and one that reads a table both as it
    is and by its changes would get the same rows for both (docs/adr/0085).
    """
    reader = spark.read.option("readChangeFeed", "true").option("startingVersion", after_version + 1)
    feed = reader.option("endingVersion", up_to_version).table(table.full_name)
    view = f"changes_of_{table.layer}_{table.name}_{after_version + 1}_{up_to_version}"
    feed.createOrReplaceTempView(view)
    return spark.table(view)


def append(frame: DataFrame, table: Table, metadata: dict[str, Any], transaction: tuple[str, int]) -> None:
    """Append the rows in one commit that carries the metadata, even if there is no row.

    A `transaction` (application, number) that the table already has is skipped (Delta's idempotent writes): a batch
    that is run again after a crash is appended once. An application's numbers must grow.
    """
    application, number = transaction
    (
        frame.write.format("delta")
        .mode("append")
        .option("userMetadata", user_metadata(metadata))
        .option("txnAppId", application)
        .option("txnVersion", number)
        .saveAsTable(table.full_name)
    )


def replace_by_empty(spark: SparkSession, table: Table, metadata: dict[str, Any]) -> None:
    """Replace a table that is known by its name by an empty one, in one commit that carries the metadata."""
    with _commits_carry(spark, metadata):
        spark.sql(replace_table(table))


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
    spark, names = frame.sparkSession, [f"`{name}`" for name in table.column_names]
    same_key = " AND ".join(f"incoming.`{name}` <=> present.`{name}`" for name in key)
    values = ", ".join(f"incoming.{name}" for name in names)
    clauses = [f"WHEN MATCHED AND {delete_when} THEN DELETE"] if delete_when else []
    condition = f" AND ({update_when})" if update_when else ""
    clauses += [
        f"WHEN MATCHED{condition} THEN UPDATE SET {', '.join(f'{name} = incoming.{name}' for name in names)}",
        f"WHEN NOT MATCHED AND NOT ({delete_when or 'false'}) THEN INSERT ({', '.join(names)}) VALUES ({values})",  # noqa: S608 (names of the contract)
    ]
    statement = f"MERGE INTO {quoted_name(table.full_name)} AS present USING {{rows}} AS incoming ON {same_key} "
    with _commits_carry(spark, metadata):
        merged = spark.sql(statement + " ".join(clauses), rows=frame).collect()
    return int(merged[0]["num_affected_rows"])


def delete_matching(keys: DataFrame, table: Table, key: tuple[str, ...], metadata: dict[str, Any]) -> int:
    """Delete the rows with one of these keys, in one commit that carries the metadata; how many there were."""
    same_key = " AND ".join(f"gone.`{name}` <=> present.`{name}`" for name in key)
    target = f"MERGE INTO {quoted_name(table.full_name)} AS present"
    with _commits_carry(keys.sparkSession, metadata):
        statement = f"{target} USING {{keys}} AS gone ON {same_key} WHEN MATCHED THEN DELETE"
        deleted = keys.sparkSession.sql(statement, keys=keys).collect()
    return int(deleted[0]["num_affected_rows"])


@contextmanager
def _commits_carry(spark: SparkSession, metadata: dict[str, Any]) -> Iterator[None]:
    """Commits made inside carry the metadata: statements take them from the session only."""
    spark.conf.set(_USER_METADATA, user_metadata(metadata))
    try:
        yield
    finally:
        spark.conf.unset(_USER_METADATA)


def _history(spark: SparkSession, table: Table, limit: int | None) -> list[Row]:
    most = f" LIMIT {limit}" if limit else ""
    history = spark.sql(f"DESCRIBE HISTORY {quoted_name(table.full_name)}{most}")
    seconds = sf.unix_timestamp("timestamp").alias("committed_at")
    return history.select("version", seconds, "operationMetrics", "userMetadata").collect()


def _own_commit(row: Row) -> Commit | None:
    try:
        metadata = json.loads(row["userMetadata"] or "{}")
    except ValueError:
        return None
    if not isinstance(metadata, dict) or METADATA_KEY not in metadata:
        return None
    metrics = {name: int(value) for name, value in (row["operationMetrics"] or {}).items() if value.isdecimal()}
    return Commit(row["version"], row["committed_at"], metrics, metadata[METADATA_KEY])
