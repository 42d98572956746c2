"""The groups of a gold table brought up to date by silver's changes alone: silver itself is not read.

What a row adds to a count or a sum is added when it comes and subtracted when it goes, in decimals, so that the result
is what all rows together would give. Where the table does not say enough for that, a group is in doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from contracts.additive import Addend, row_counts
from contracts.columns import Column
from contracts.tables import GoldTable
from contracts.transformations import aggregated
from spark_jobs.gold.groups import EMPTIED, GROUP, with_derived_measures, with_group
from spark_jobs.tables.expressions import of_its_type, row_value

IN_DOUBT = "_in_doubt"
_SIGN, _PRESENT = "_sign", "_present"
_CHANGE, _VALUES, _AFTER = "_change_", "_values_", "_after_"
_DIGITS = 30
_EXACT_DIGITS = 15
"""As many digits as every double keeps (IEEE 754)."""


def incremented_groups(
    changes: DataFrame, gold: DataFrame, table: GoldTable, addends: Mapping[str, Addend]
) -> DataFrame:
    """The groups that the changes touch, as they are once the changes are added.

    Args:
        changes: silver's change feed, before and after images, with `_change_type`.
        gold: the gold table as it is.
        table: what is computed.
        addends: what a row adds to each of the table's aggregates.

    Returns:
        One row for each touched group: the gold table's columns, `_emptied`, true where no row is left, and
        `_in_doubt`, true where the group must be computed from its rows.
    """
    measures = aggregated(table)
    touched = _changed_sums(changes, table, addends).alias("touched")
    present = gold.withColumn(_PRESENT, sf.lit(True)).alias("present")
    same = [sf.col(f"touched.{GROUP}{name}").eqNullSafe(sf.col(f"present.{name}")) for name in table.key]
    joined = touched.join(present, same, "left").select(
        *(sf.col(GROUP + name).alias(name) for name in table.key),
        *(_after(m.name, addends[m.name]).alias(_AFTER + m.name) for m in measures),
        _any_of(_in_doubt(m, addends[m.name]) for m in measures).alias(IN_DOUBT),
    )
    emptied = sf.col(_AFTER + row_counts(table)[0]) == 0
    rows = joined.select(
        *table.key,
        *(of_its_type(sf.col(_AFTER + measure.name), measure) for measure in measures),
        emptied.alias(EMPTIED),
        (sf.col(IN_DOUBT) & ~emptied).alias(IN_DOUBT),
    )
    return with_derived_measures(rows, table).select(*(c.name for c in table.columns), EMPTIED, IN_DOUBT)


def _changed_sums(changes: DataFrame, table: GoldTable, addends: Mapping[str, Addend]) -> DataFrame:
    """By group, what each aggregate changes by, and how many more values it is of."""
    came = sf.col("_change_type").isin("insert", "update_postimage")
    signed = with_group(changes, table).withColumn(_SIGN, sf.when(came, 1).otherwise(-1))
    sums: list[SparkColumn] = []
    for name, addend in addends.items():
        value = row_value(addend).try_cast(f"decimal({_DIGITS - 2},{addend.scale})")
        sums += [
            sf.try_sum(sf.when(came, value).otherwise(-value)).alias(_CHANGE + name),
            sf.sum(sf.when(value.isNotNull(), sf.col(_SIGN)).otherwise(0)).alias(_VALUES + name),
        ]
    return signed.groupBy(*(GROUP + name for name in table.key)).agg(*sums)


def _before(name: str, scale: int) -> SparkColumn:
    return sf.col(f"present.{name}").try_cast(f"decimal({_DIGITS},{scale})")


def _change(name: str, scale: int) -> SparkColumn:
    return sf.col(_CHANGE + name).try_cast(f"decimal({_DIGITS},{scale})")


def _after(name: str, addend: Addend) -> SparkColumn:
    change = _change(name, addend.scale)
    if addend.is_zero_without:
        return sf.coalesce(_before(name, addend.scale), sf.lit(0)) + sf.coalesce(change, sf.lit(0))
    added = _before(name, addend.scale) + sf.coalesce(change, sf.lit(0))
    return sf.when(sf.col(_PRESENT), added).when(sf.col(_VALUES + name) > 0, change)


def _in_doubt(measure: Column, addend: Addend) -> SparkColumn:
    """Whether a group that is there has a sum that is missing, longer than a double keeps, or of no value any more."""
    before = _before(measure.name, addend.scale)
    doubts = [before.isNull()]
    if not addend.is_zero_without:
        doubts.append((sf.col(_VALUES + measure.name) < 0) & (_after(measure.name, addend) == 0))
    if measure.spark_type == "double":
        doubts.append(sf.abs(before) >= sf.lit(10 ** (_EXACT_DIGITS - addend.scale)))
    is_there = sf.coalesce(sf.col(_PRESENT), sf.lit(False))
    return is_there & sf.coalesce(_any_of(doubts), sf.lit(True))


def _any_of(conditions: Iterable[SparkColumn]) -> SparkColumn:
    return reduce(or_, conditions)
