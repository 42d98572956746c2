"""Renews what the job noted in a table's log before the log forgets it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pyspark.sql import SparkSession

from contracts.lake_terms import Layer
from spark_jobs.tables.books import bronze_rows, has_whole_streams
from spark_jobs.tables.delta import Commit, append, read_log
from spark_jobs.tables.lakehouse import LOG_DAYS, Table

RENEWED_AFTER_DAYS = LOG_DAYS // 2
RENEWALS = "datamaster renewed notes"
"""Application whose transactions are numbered by the version whose note is repeated."""


def renew_note(spark: SparkSession, table: Table, now: datetime) -> None:
    """Repeat the newest note in an empty commit, if it is old.

    Delta forgets commits after `LOG_DAYS` once a newer commit comes, and upkeep itself makes newer ones: without its
    note, a table whose sources have been silent would take in everything again.
    """
    is_bronze = table.layer is Layer.BRONZE
    commits = read_log(spark, table, has_whole_streams if is_bronze else bool).commits
    if not commits or (now.timestamp() - commits[0].committed_at) < RENEWED_AFTER_DAYS * 24 * 3600:
        return
    metadata = _bronze_note(commits) if is_bronze else commits[0].metadata
    no_rows = spark.table(table.full_name).limit(0)
    append(no_rows, table, metadata, (RENEWALS, commits[0].version))


def _bronze_note(commits: list[Commit]) -> dict[str, Any]:
    """Every source's rows up to now, as a stream's commit notes those before it."""
    return {**commits[0].metadata, "rows_before": bronze_rows(commits)}
