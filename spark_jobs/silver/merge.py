"""Take valid rows into silver: the latest of each key, with as little moving of rows as their number asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import DataFrame

from contracts.tables import DatasetTable
from spark_jobs.silver.latest import (
    Action,
    ActionCount,
    as_inserts,
    count_actions,
    first_compared,
    placed,
    repeated_key_hashes,
    rows_to_merge,
    silver_change,
    with_actions,
)
from spark_jobs.tables.books import require_changed
from spark_jobs.tables.caching import cached
from spark_jobs.tables.delta import merge
from spark_jobs.tables.lakehouse import Table
from spark_jobs.tables.progress import Progress, append_with_progress

MANY_ROWS = 200_000
"""From here on sorting all rows costs more than finding out which keys are there more than once."""

FEW_KEYS = 1_000_000
"""Repeated keys that are sent to every task; more than that, and all rows are sorted."""


def merge_latest(
    valid: DataFrame, number_of_rows: int, dataset: DatasetTable, table: Table, progress: Progress, version: int
) -> Progress:
    """Bring those of the valid rows into silver that are later than what it has.

    Rows whose keys silver does not have are appended, which reads nothing of it; only where rows take others' places
    are they merged.

    Args:
        valid: silver's columns.
        number_of_rows: how many there are.
        dataset: its key and the column that decides what is latest.
        table: silver.
        progress: how far silver has come.
        version: bronze's, up to which the rows are.

    Returns:
        The progress afterwards.

    Raises:
        BooksError: the merge changed other rows than were counted, because somebody else changed silver meanwhile.
    """
    present = valid.sparkSession.table(table.full_name)
    is_empty = not any(progress.books.get("silver", {}).values())
    with _placed(valid, number_of_rows, dataset) as placed_rows:
        if is_empty:
            inserts = as_inserts(placed_rows)
            return _take(inserts, count_actions(inserts), dataset, table, progress, version)
        with cached(with_actions(placed_rows, present, dataset, first_compared(dataset))) as incoming:
            counts = count_actions(incoming)
            if all(count.action is not Action.TIE for count in counts):
                return _take(incoming, counts, dataset, table, progress, version)
        with cached(with_actions(placed_rows, present, dataset)) as incoming:
            return _take(incoming, count_actions(incoming), dataset, table, progress, version)


@contextmanager
def _placed(valid: DataFrame, number_of_rows: int, dataset: DatasetTable) -> Iterator[DataFrame]:
    if number_of_rows < MANY_ROWS:
        yield placed(valid, dataset)
        return
    with cached(repeated_key_hashes(valid, dataset)) as repeated:
        yield placed(valid, dataset, repeated if repeated.count() <= FEW_KEYS else None)


def _take(
    incoming: DataFrame,
    counts: list[ActionCount],
    dataset: DatasetTable,
    table: Table,
    progress: Progress,
    version: int,
) -> Progress:
    after, changing = progress.advanced(version, silver_change(counts)), rows_to_merge(incoming)
    expected = sum(count.rows for count in counts if count.action is not Action.SUPERSEDED)
    if all(count.action is not Action.REPLACE for count in counts):
        append_with_progress(changing if expected else changing.limit(0), table, after)
        return after
    require_changed(table.full_name, merge(changing, table, dataset.key, after.metadata()), expected)
    return after
