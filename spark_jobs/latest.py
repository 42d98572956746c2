"""Which of the rows of one dedupe key counts: the latest. The others, incoming or already present, are superseded."""

from __future__ import annotations

from enum import StrEnum

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sf

from contracts.model import Contract
from spark_jobs.columns import INGESTION_TIMESTAMP, SOURCE, SOURCE_FILE_NAME

ACTION = "_action"
REPLACED_SOURCE = "_replaced_source"
_PRESENT_ORDER = "_present_order"
_PLACE = "_place"


class Action(StrEnum):
    """What becomes of a valid incoming row."""

    INSERT = "insert"
    REPLACE = "replace"
    SUPERSEDED = "superseded"


def with_actions(incoming: DataFrame, present: DataFrame, contract: Contract) -> DataFrame:
    """Decide what becomes of each valid incoming row, given the rows that are present.

    The order in which rows come in does not matter: the latest of all wins in the end.

    Args:
        incoming: valid rows, silver's columns.
        present: silver as it is, at most one row for each dedupe key.
        contract: dedupe key and the column that decides what is latest.

    Returns:
        The incoming rows with `_action` and, where one is replaced, the present row's source in `_replaced_source`.
    """
    key = [sf.col(name) for name in contract.dedupe_key]
    order = _order(incoming.columns, contract)
    place = sf.row_number().over(Window.partitionBy(*key).orderBy(order.desc()))
    placed = incoming.withColumn(_PLACE, place)
    touched = incoming.select(*contract.dedupe_key).distinct()
    same_row = [present[name].eqNullSafe(touched[name]) for name in contract.dedupe_key]
    known = present.join(touched, same_row, "left_semi").select(
        *(sf.col(name).alias(f"_present_{name}") for name in contract.dedupe_key),
        _order(incoming.columns, contract).alias(_PRESENT_ORDER),
        sf.col(SOURCE.name).alias(REPLACED_SOURCE),
    )
    same_key = [sf.col(name).eqNullSafe(sf.col(f"_present_{name}")) for name in contract.dedupe_key]
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


def _order(names: list[str], contract: Contract) -> Column:
    """What makes a row later, most important first: last change (null is oldest), ingestion, raw file, content.

    As it covers all of the row, the same rows have the same winner in whatever order they come.
    """
    first = [contract.latest_by, INGESTION_TIMESTAMP.name, SOURCE_FILE_NAME.name]
    return sf.struct(*first, *(name for name in names if name not in first))
