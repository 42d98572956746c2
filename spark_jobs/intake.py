"""Take evaluated rows into silver and into the table of rejected rows, noting the progress in the same commit."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.storagelevel import StorageLevel

from contracts.model import Contract
from spark_jobs.books import ActionCount, Progress, silver_change
from spark_jobs.columns import SOURCE
from spark_jobs.delta import append, merge, note
from spark_jobs.latest import ACTION, REPLACED_SOURCE, Action, rows_to_merge, with_actions
from spark_jobs.silver import rejected_rows, valid_rows
from spark_jobs.tables import Table


def take_in_rejected(rows: DataFrame, contract: Contract, table: Table, progress: Progress, version: int) -> Progress:
    """Append those of the evaluated rows that break a rule."""
    rejected = rejected_rows(rows, contract)
    by_source = {row[SOURCE.name]: row["count"] for row in rejected.groupBy(SOURCE.name).count().collect()}
    after = progress.advanced(version, {"rejected": by_source})
    append(rejected, table, after.metadata())
    return after


def take_in_valid(rows: DataFrame, contract: Contract, table: Table, progress: Progress, version: int) -> Progress:
    """Merge those of the evaluated rows that break no rule and are later than what silver has."""
    present = rows.sparkSession.table(table.full_name)
    incoming = with_actions(valid_rows(rows, contract), present, contract).persist(StorageLevel.DISK_ONLY)
    counts = incoming.groupBy(SOURCE.name, ACTION, REPLACED_SOURCE).count().collect()
    actions = [ActionCount(source, Action(action), replaced, number) for source, action, replaced, number in counts]
    after = progress.advanced(version, silver_change(actions))
    if any(count.action is not Action.SUPERSEDED for count in actions):
        merge(rows_to_merge(incoming), table, contract.dedupe_key, after.metadata())
    else:
        note(rows.sparkSession, table, after.metadata())
    incoming.unpersist()
    return after
