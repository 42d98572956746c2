"""Which of the rows of one key counts: the latest. The others, incoming or already present, are superseded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sf

from contracts.tables import DatasetTable
from spark_jobs.errors import BooksError
from spark_jobs.tables.books import RowsBySource
from spark_jobs.tables.caching import cached
from spark_jobs.tables.columns import INGESTION_TIMESTAMP, SOURCE, SOURCE_FILE_NAME
from spark_jobs.tables.delta import merge
from spark_jobs.tables.lakehouse import Table
from spark_jobs.tables.progress import Progress, append_with_progress

ACTION = "_action"
REPLACED_SOURCE = "_replaced_source"
_PRESENT_ORDER = "_lateness"
_PLACE = "_place"


class Action(StrEnum):
    """What becomes of a valid incoming row."""

    INSERT = "insert"
    REPLACE = "replace"
    SUPERSEDED = "superseded"


@dataclass(frozen=True)
class ActionCount:
    """How many incoming rows of a source met with an action, and whose row they replaced."""

    source: str
    action: Action
    replaced_source: str | None
    rows: int


def merge_latest(valid: DataFrame, dataset: DatasetTable, table: Table, progress: Progress, version: int) -> Progress:
    """Merge those of the valid rows that are later than what silver has.

    Returns:
        The progress afterwards, up to that version of bronze.

    Raises:
        BooksError: the merge changed other rows than were counted, because somebody else changed silver meanwhile.
    """
    present = valid.sparkSession.table(table.full_name)
    with cached(with_actions(valid, present, dataset)) as incoming:
        counts = incoming.groupBy(SOURCE.name, ACTION, REPLACED_SOURCE).count().collect()
        actions = [ActionCount(source, Action(action), replaced, number) for source, action, replaced, number in counts]
        after = progress.advanced(version, silver_change(actions))
        expected = sum(count.rows for count in actions if count.action is not Action.SUPERSEDED)
        if not expected:
            append_with_progress(present.limit(0), table, after)
            return after
        changed = merge(rows_to_merge(incoming), table, dataset.key, after.metadata())
    if changed != expected:
        raise BooksError(f"books do not balance: {table.full_name}: the merge changed {changed} rows, not {expected}")
    return after


def silver_change(counts: Iterable[ActionCount]) -> dict[str, RowsBySource]:
    """By how much the terms `silver` and `superseded` change, by source.

    A replaced row leaves silver for its own source, which need not be the source of the row that took its place.
    """
    silver: Counter[str] = Counter()
    superseded: Counter[str] = Counter()
    for count in counts:
        if count.action is Action.SUPERSEDED:
            superseded[count.source] += count.rows
            continue
        silver[count.source] += count.rows
        if count.replaced_source is not None:
            silver[count.replaced_source] -= count.rows
            superseded[count.replaced_source] += count.rows
    return {"silver": dict(silver), "superseded": dict(superseded)}


def with_actions(incoming: DataFrame, present: DataFrame, dataset: DatasetTable) -> DataFrame:
    """Decide what becomes of each valid incoming row, given the rows that are present.

    The order in which rows come in does not matter: the latest of all wins in the end.

    Args:
        incoming: valid rows, silver's columns.
        present: silver as it is, at most one row for each key.
        dataset: its key and the column that decides what is latest.

    Returns:
        The incoming rows with `_action` and, where one is replaced, the present row's source in `_replaced_source`.
    """
    key = [sf.col(name) for name in dataset.key]
    order = _order(incoming.columns, dataset)
    place = sf.row_number().over(Window.partitionBy(*key).orderBy(order.desc()))
    placed = incoming.withColumn(_PLACE, place)
    touched = incoming.select(*dataset.key).distinct()
    same_row = [present[name].eqNullSafe(touched[name]) for name in dataset.key]
    known = present.join(touched, same_row, "left_semi").select(
        *(sf.col(name).alias(f"_present_{name}") for name in dataset.key),
        _order(incoming.columns, dataset).alias(_PRESENT_ORDER),
        sf.col(SOURCE.name).alias(REPLACED_SOURCE),
    )
    same_key = [sf.col(name).eqNullSafe(sf.col(f"_present_{name}")) for name in dataset.key]
    joined = placed.join(known, [sf.col(_PLACE) == 1, *same_key], "left")
    action = (
        sf.when(sf.col(_PLACE) > 1, Action.SUPERSEDED)
        .when(sf.col(_PRESENT_ORDER).isNull(), Action.INSERT)
        .when(order > sf.col(_PRESENT_ORDER), Action.REPLACE)
        .otherwise(Action.SUPERSEDED)
    )
    replaced = sf.when(sf.col(ACTION) == Action.REPLACE, sf.col(REPLACED_SOURCE))
    return (
        joined.withColumn(ACTION, action)
        .withColumn(REPLACED_SOURCE, replaced)
        .select(*incoming.columns, ACTION, REPLACED_SOURCE)
    )


def rows_to_merge(incoming_with_actions: DataFrame) -> DataFrame:
    """The rows that change silver: silver's columns."""
    changing = incoming_with_actions.where(sf.col(ACTION) != Action.SUPERSEDED)
    return changing.drop(ACTION, REPLACED_SOURCE)


def _order(names: list[str], dataset: DatasetTable) -> Column:
    """What makes a row later, most important first: last change (null is oldest), ingestion, raw file, content.

    As it covers all of the row, the same rows have the same winner in whatever order they come.
    """
    first = [INGESTION_TIMESTAMP.name, SOURCE_FILE_NAME.name]
    first = [dataset.latest_by, *first] if dataset.latest_by else first
    return sf.struct(*first, *(name for name in names if name not in first))
