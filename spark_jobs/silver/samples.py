"""Shapes of a few values that silver rejected."""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sf

from contracts.columns import Masking
from contracts.contract import Contract
from contracts.shapes import REPLACEMENTS, SAMPLES, SHAPE_CHARACTERS
from spark_jobs.tables.columns import BROKEN_RULES, SOURCE, SOURCE_FILE_NAME
from spark_jobs.task_figures import SamplesByRule

_LABEL, _VALUE, _PLACE = "_label", "_value", "_place"


def shape(text: Column) -> Column:
    """The text with its letters and digits made alike (`contracts.shapes`)."""
    start = sf.substring(sf.coalesce(text, sf.lit("")), 1, SHAPE_CHARACTERS)
    return reduce(lambda shaped, pair: sf.regexp_replace(shaped, *pair), REPLACEMENTS, start)


def samples_of(rejected: DataFrame, contract: Contract) -> SamplesByRule:
    """Shapes of rejected rows' values (`spark_jobs.silver.evaluation.rejected_rows`); a hash has none to show."""
    shown = {c.name: c.silver_name for c in contract.columns if c.masking is not Masking.KEYED_HASH}
    value = sf.coalesce(*(_value_of(column, silver_name) for column, silver_name in shown.items()))
    of_rule = Window.partitionBy(SOURCE.name, _LABEL).orderBy(SOURCE_FILE_NAME.name)
    labelled = rejected.select("*", sf.explode(BROKEN_RULES.name).alias(_LABEL))
    values = labelled.select(SOURCE.name, SOURCE_FILE_NAME.name, _LABEL, value.alias(_VALUE)).dropna(subset=[_VALUE])
    first = values.withColumn(_PLACE, sf.row_number().over(of_rule)).where(sf.col(_PLACE) <= SAMPLES)
    found: SamplesByRule = {}
    for source, label, shaped in sorted(first.select(SOURCE.name, _LABEL, shape(sf.col(_VALUE))).collect()):
        by_rule = found.setdefault(source, {})
        by_rule[label] = tuple(dict.fromkeys((*by_rule.get(label, ()), shaped)))
    return found


def _value_of(column: str, silver_name: str) -> Column:
    """The column's value where the rule is one of its own."""
    is_of_column = sf.startswith(sf.col(_LABEL), sf.lit(f"{column}: "))
    return sf.when(is_of_column, sf.coalesce(sf.col(silver_name), sf.lit("")))
