"""The checks of whole tables that a contract states: counted after a run's rows are in, all of a table in one query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import reduce
from operator import and_

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.column_rules import SetCheck
from contracts.logical_types import LogicalType
from contracts.quality import Metric
from contracts.rules import Severity, Stage
from contracts.tables import BaseTable
from spark_jobs.errors import RefusedDataError
from spark_jobs.silver.rules import Value, accepts
from spark_jobs.tables.lakehouse import Table

_ROWS = "_rows"


def check_tables(spark: SparkSession, tables: Iterable[tuple[Table, BaseTable]]) -> dict[str, str]:
    """Look at the tables' checks; what those with severity `warning` found that should not be, by label.

    Raises:
        RefusedDataError: checks with severity `error` fail; a line each, with what was counted.
    """
    errors, warnings = [], {}
    for table, described in tables:
        for check, found in _failures(spark.table(table.full_name), described):
            label, told = f"{table.full_name}: {check.label}", f"{found}, and it {check.threshold}"
            if check.severity is Severity.ERROR:
                errors.append(f"{label}: {told}; no row was set aside for it: mend the sources or the contract")
            else:
                warnings[label] = told
    if errors:
        raise RefusedDataError("\n".join(errors))
    return warnings


def _failures(rows: DataFrame, table: BaseTable) -> Iterator[tuple[SetCheck, str]]:
    """The checks that fail, and what was counted."""
    checks = [check for check in table.set_checks if check.stage is Stage.SILVER]
    if not checks:
        return
    counts = [_count(check, table).alias(str(place)) for place, check in enumerate(checks) if not _is_repeat(check)]
    counted = rows.agg(sf.count("*").alias(_ROWS), *counts).collect()[0].asDict()
    for place, check in enumerate(checks):
        number = Decimal(_repeated(rows, check) if _is_repeat(check) else counted[str(place)])
        of_all = 100 * number / counted[_ROWS] if counted[_ROWS] else Decimal(0)
        found = of_all if check.percent else number
        if not check.threshold.holds(found):
            yield check, f"{check.metric} is {found:.10g}{' percent' if check.percent else ''}"


def _is_repeat(check: SetCheck) -> bool:
    return check.metric is Metric.DUPLICATE_VALUES


def _count(check: SetCheck, table: BaseTable) -> SparkColumn:
    """How many rows there are, or how many do not keep the check."""
    if check.metric is Metric.ROW_COUNT:
        return sf.count("*")
    column = next(column for column in table.columns if (column.silver_name,) == check.columns)
    value = Value.of_typed(sf.col(column.silver_name), is_text=column.logical_type is LogicalType.STRING)
    return sf.count_if(~reduce(and_, (accepts(one, value, sf.current_date()) for one in check.checks)))


def _repeated(rows: DataFrame, check: SetCheck) -> int:
    """How many rows have values that another row before them has; missing values repeat nothing."""
    columns = [sf.col(name) for name in check.columns]
    present = rows.where(reduce(and_, (column.isNotNull() for column in columns)))
    values = present.groupBy(*columns).count().where(sf.col("count") > 1)
    return int(values.agg(sf.coalesce(sf.sum(sf.col("count") - 1), sf.lit(0))).collect()[0][0])
