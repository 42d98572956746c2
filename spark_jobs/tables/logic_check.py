"""Spark's analyzer checks the contract's logic before a run writes anything: its names, and the types it yields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pyspark.errors import PySparkException
from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    IntegralType,
    NumericType,
    StringType,
    TimestampType,
)

from contracts.columns import Column
from contracts.contract import Contract
from contracts.logical_types import LogicalType
from contracts.tables import GoldTable
from contracts.transformations import aggregated, derived_measures, in_order, silver_types
from spark_jobs.errors import MisconfiguredError
from spark_jobs.tables.expressions import aggregate, scalar

Logic = list[tuple[Column, SparkColumn]]
"""Computed columns, and what Spark computes for each."""

_FAMILIES: dict[LogicalType, type[DataType]] = {
    LogicalType.STRING: StringType,
    LogicalType.DATE: DateType,
    LogicalType.TIMESTAMP: TimestampType,
    LogicalType.BOOLEAN: BooleanType,
    LogicalType.INTEGER: IntegralType,
    LogicalType.NUMBER: NumericType,
}
_SAMPLES = {
    "string": "'a'",
    "date": "date'2026-01-31'",
    "timestamp": "timestamp'2026-01-31 12:00:00'",
    "boolean": "true",
}


def check_logic(spark: SparkSession, contract: Contract) -> None:
    """Compute every expression of the contract on one made-up row.

    Raises:
        MisconfiguredError: a line for each that Spark cannot compute, or that is of another type than its column.
    """
    dataset = contract.table
    derived = [(column, scalar(column)) for column in in_order(dataset.derived_columns)]
    problems = [*_problems(_sample(spark, silver_types(dataset)), derived, dataset.name)]
    for table in contract.gold_tables:
        problems += _in_gold(spark, table, contract)
    if problems:
        raise MisconfiguredError("\n".join(problems))


def _in_gold(spark: SparkSession, table: GoldTable, contract: Contract) -> Iterator[str]:
    silver = _sample(spark, silver_types(contract.table))
    measures = _sample(spark, {column.name: column.spark_type for column in table.measures})
    yield from _problems(silver, [(column, scalar(column)) for column in table.key_columns], table.name)
    yield from _problems(silver, [(c, aggregate(c, contract.table)) for c in aggregated(table)], table.name)
    yield from _problems(measures, [(column, scalar(column)) for column in derived_measures(table)], table.name)


def _sample(spark: SparkSession, types: Mapping[str, str]) -> DataFrame:
    """One row with a value of each type; the optimizer computes with such a row by itself, mostly without a job."""
    values = ", ".join(f"cast({_SAMPLES.get(type_, '1')} as {type_})" for type_ in types.values())
    return spark.sql(f"VALUES ({values})").toDF(*types)


def _problems(row: DataFrame, logic: Logic, table_name: str) -> Iterator[str]:
    """What is wrong with the logic: all of it in one query, and one by one only to say which."""
    if logic and _reason(row, logic):
        for column, value in logic:
            reason = _reason(row, [(column, value)])
            if reason:
                yield f"{table_name}.{column.name}: transformLogic {column.transform_logic} {reason}"


def _reason(row: DataFrame, logic: Logic) -> str | None:
    try:
        computed = row.select(*(value.alias(column.name) for column, value in logic))
        fields = computed.schema.fields
        computed.collect()
    except PySparkException as error:
        return f"cannot be computed: {str(error).splitlines()[0]}"
    for (column, _), field in zip(logic, fields, strict=True):
        if not _fits(field.dataType, column):
            return f"is a {field.dataType.simpleString()}, and the column a {column.logical_type}"
    return None


def _fits(found: DataType, column: Column) -> bool:
    """Whether the column can hold it; a rounded decimal is a whole number."""
    is_whole = isinstance(found, DecimalType) and found.scale == 0 and column.logical_type is LogicalType.INTEGER
    return is_whole or isinstance(found, _FAMILIES[column.logical_type])
