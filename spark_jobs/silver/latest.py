"""Which of the rows of one key counts: the latest. The others, incoming or already present, are superseded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sf

from contracts.tables import DatasetTable
from spark_jobs.tables.books import RowsBySource
from spark_jobs.tables.columns import INGESTION_TIMESTAMP, SOURCE, SOURCE_FILE_NAME

ACTION = "_action"
REPLACED_SOURCE = "_replaced_source"
_PRESENT, _PRESENT_ORDER = "_present_", "_lateness"
_PLACE, _KEY_HASH = "_place", "_key_hash"


class Action(StrEnum):
    """What becomes of a valid incoming row. `TIE`: the columns that were compared do not tell it from the present."""

    INSERT = "insert"
    REPLACE = "replace"
    SUPERSEDED = "superseded"
    TIE = "tie"


@dataclass(frozen=True)
class ActionCount:
    """How many incoming rows of a source met with an action, and whose row they replaced."""

    source: str
    action: Action
    replaced_source: str | None
    rows: int


def count_actions(incoming_with_actions: DataFrame) -> list[ActionCount]:
    """The numbers of rows by source, action and replaced source."""
    counts = incoming_with_actions.groupBy(SOURCE.name, ACTION, REPLACED_SOURCE).count().collect()
    return [ActionCount(source, Action(action), replaced, number) for source, action, replaced, number in counts]


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


def repeated_key_hashes(incoming: DataFrame, dataset: DatasetTable) -> DataFrame:
    """The hashes of the keys that more than one of the rows has (and now and then of two keys that share a hash)."""
    hashes = incoming.select(_key_hash(dataset))
    return hashes.groupBy(_KEY_HASH).count().where("count > 1").select(_KEY_HASH)


def placed(incoming: DataFrame, dataset: DatasetTable, repeated: DataFrame | None = None) -> DataFrame:
    """The rows with their `_place` among those of their key, 1 for the latest.

    Where `repeated` gives the few `repeated_key_hashes`, only rows with these are sorted: all others are moved nowhere.
    """
    if repeated is None:
        key = [sf.col(name) for name in dataset.key]
        latest_first = Window.partitionBy(*key).orderBy(_order(incoming.columns, dataset).desc())
        return incoming.withColumn(_PLACE, sf.row_number().over(latest_first))
    hashed, few = incoming.select("*", _key_hash(dataset)), sf.broadcast(repeated)
    once = hashed.join(few, _KEY_HASH, "left_anti").select(*incoming.columns, sf.lit(1).alias(_PLACE))
    more = hashed.join(few, _KEY_HASH, "left_semi").select(*incoming.columns)
    return once.unionByName(placed(more, dataset))


def as_inserts(placed_rows: DataFrame) -> DataFrame:
    """The rows with what becomes of each in a table that has none of their keys."""
    action = sf.when(sf.col(_PLACE) == 1, Action.INSERT).otherwise(Action.SUPERSEDED)
    nothing = sf.lit(None).cast("string")
    return placed_rows.withColumns({ACTION: action, REPLACED_SOURCE: nothing}).drop(_PLACE)


def with_actions(
    placed_rows: DataFrame, present: DataFrame, dataset: DatasetTable, compared: Sequence[str] = ()
) -> DataFrame:
    """Decide what becomes of each valid incoming row, given the rows that are present.

    The order in which rows come in does not matter: the latest of all wins in the end.

    Args:
        placed_rows: valid rows, silver's columns, as `placed`.
        present: silver as it is, at most one row for each key.
        dataset: its key and the column that decides what is latest.
        compared: the columns that incoming and present rows are compared by, all unless given. What few of them do not
            tell apart is a tie.

    Returns:
        The incoming rows with `_action` and, where one is replaced, the present row's source in `_replaced_source`.
    """
    names = [name for name in placed_rows.columns if name != _PLACE]
    known = _known(placed_rows.where(sf.col(_PLACE) == 1), present, dataset, compared or names)
    same_key = [sf.col(name).eqNullSafe(sf.col(_PRESENT + name)) for name in dataset.key]
    joined = placed_rows.join(known, [sf.col(_PLACE) == 1, *same_key], "left")
    order = _order(compared or names, dataset)
    action = (
        sf.when(sf.col(_PLACE) > 1, Action.SUPERSEDED)
        .when(sf.col(_PRESENT_ORDER).isNull(), Action.INSERT)
        .when(order > sf.col(_PRESENT_ORDER), Action.REPLACE)
        .when((order < sf.col(_PRESENT_ORDER)) | sf.lit(not compared), Action.SUPERSEDED)
        .otherwise(Action.TIE)
    )
    replaced = sf.when(sf.col(ACTION) == Action.REPLACE, sf.col(REPLACED_SOURCE))
    return (
        joined.withColumn(ACTION, action).withColumn(REPLACED_SOURCE, replaced).select(*names, ACTION, REPLACED_SOURCE)
    )


def rows_to_merge(incoming_with_actions: DataFrame) -> DataFrame:
    """The rows that change silver: silver's columns."""
    changing = incoming_with_actions.where(sf.col(ACTION) != Action.SUPERSEDED)
    return changing.drop(ACTION, REPLACED_SOURCE)


def first_compared(dataset: DatasetTable) -> list[str]:
    """The columns that nearly always tell which of two rows is later, most important first."""
    first = [INGESTION_TIMESTAMP.name, SOURCE_FILE_NAME.name]
    return [dataset.latest_by, *first] if dataset.latest_by else first


def _known(winners: DataFrame, present: DataFrame, dataset: DatasetTable, compared: Sequence[str]) -> DataFrame:
    """Of the present rows that have an incoming one's key: key, order, and source."""
    touched = winners.select(*dataset.key)
    same_row = [present[name].eqNullSafe(touched[name]) for name in dataset.key]
    return present.join(touched, same_row, "left_semi").select(
        *(sf.col(name).alias(_PRESENT + name) for name in dataset.key),
        _order(compared, dataset).alias(_PRESENT_ORDER),
        sf.col(SOURCE.name).alias(REPLACED_SOURCE),
    )


def _order(names: Sequence[str], dataset: DatasetTable) -> Column:
    """What makes a row later, most important first: last change (null is oldest), ingestion, raw file, content.

    As it covers all of the row, the same rows have the same winner in whatever order they come.
    """
    first = first_compared(dataset)
    return sf.struct(*first, *(name for name in names if name not in first))


def _key_hash(dataset: DatasetTable) -> Column:
    """Equal for equal keys: adding zero makes one of the two zeros that doubles have."""
    key = [
        sf.col(c.silver_name) + 0 if c.spark_type == "double" else sf.col(c.silver_name) for c in dataset.key_columns
    ]
    return sf.xxhash64(*key).alias(_KEY_HASH)
