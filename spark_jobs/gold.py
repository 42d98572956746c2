"""Recompute the groups of a gold table that silver's changes touch, and only those."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

EMPTIED = "_emptied"
_PRESENT = "_present"


def recomputed(
    changes: DataFrame,
    silver: DataFrame,
    key: Sequence[str],
    with_key: Callable[[DataFrame], DataFrame],
    aggregate: Callable[[DataFrame], DataFrame],
) -> DataFrame:
    """The groups that the changes touch, as silver now has them.

    Args:
        changes: silver's change feed, before and after images.
        silver: silver as it is.
        key: columns that make a group.
        with_key: adds the key to silver's rows.
        aggregate: makes gold's rows of silver's rows with their key.

    Returns:
        One row for each touched group: gold's columns, and `_emptied`, true where silver has no row left.
    """
    touched = sf.broadcast(with_key(changes).select(*key).distinct())
    same_key = [sf.col(f"touched.{name}").eqNullSafe(sf.col(f"rows.{name}")) for name in key]
    rows = with_key(silver).alias("rows").join(touched.alias("touched"), same_key, "left_semi")
    groups = aggregate(rows).withColumn(_PRESENT, sf.lit(True)).alias("rows")
    further = [name for name in groups.columns if name not in {*key, _PRESENT}]
    return (
        touched.alias("touched")
        .join(groups, same_key, "left")
        .select(
            *(sf.col(f"touched.{name}").alias(name) for name in key),
            *(sf.col(f"rows.{name}").alias(name) for name in further),
            sf.col(_PRESENT).isNull().alias(EMPTIED),
        )
    )
