"""Merge valid rows into silver, counting what becomes of each, in one commit with the progress."""

from __future__ import annotations

from pyspark.sql import DataFrame

from contracts.model import Contract
from spark_jobs.books import ActionCount, BooksError, silver_change
from spark_jobs.columns import SOURCE
from spark_jobs.delta import merge
from spark_jobs.latest import ACTION, REPLACED_SOURCE, Action, rows_to_merge, with_actions
from spark_jobs.persistence import persisted
from spark_jobs.progress import Progress, append_with_progress
from spark_jobs.silver import valid_rows
from spark_jobs.tables import Table


def merge_valid_rows(rows: DataFrame, contract: Contract, table: Table, progress: Progress, version: int) -> Progress:
    """Merge those of the evaluated rows that break no rule and are later than what silver has.

    Returns:
        The progress afterwards, up to that version of bronze.

    Raises:
        BooksError: the merge changed other rows than were counted, because somebody else changed silver meanwhile.
    """
    present = rows.sparkSession.table(table.full_name)
    with persisted(with_actions(valid_rows(rows, contract), present, contract)) as incoming:
        counts = incoming.groupBy(SOURCE.name, ACTION, REPLACED_SOURCE).count().collect()
        actions = [ActionCount(source, Action(action), replaced, number) for source, action, replaced, number in counts]
        after = progress.advanced(version, silver_change(actions))
        expected = sum(count.rows for count in actions if count.action is not Action.SUPERSEDED)
        if not expected:
            append_with_progress(present.limit(0), table, after)
            return after
        changed = merge(rows_to_merge(incoming), table, contract.dedupe_key, after.metadata())
    if changed != expected:
        raise BooksError(f"books do not balance: {table.full_name}: the merge changed {changed} rows, not {expected}")
    return after
