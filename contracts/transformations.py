"""What a contract's `transformLogic` must be: silver's scalars, gold's keys and measures, over columns that are there.

In silver an expression is a scalar over the table's columns as silver has them, masked ones masked. In gold a key is a
scalar over silver's columns, and a measure an aggregate over them or a scalar over the table's own measures.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from sqlglot import exp

from contracts.columns import Column
from contracts.contract import Contract
from contracts.expressions import (
    DIALECT,
    Mismatch,
    column_names,
    columns_outside_aggregates,
    is_aggregate,
    kind_of,
)
from contracts.logical_types import LogicalType
from contracts.problems import ContractProblem
from contracts.sql_types import EXACT, fits
from contracts.tables import DatasetTable, GoldTable

Types = Mapping[str, str]
"""Spark SQL types by column name."""


def silver_types(table: DatasetTable) -> dict[str, str]:
    """The types of silver's columns by the names that silver gives them."""
    return {column.silver_name: column.spark_type for column in table.columns}


class Circle(ValueError):
    """Raised when computed columns read each other; `names` are those that do."""

    def __init__(self, names: Sequence[str]) -> None:
        """Tell the way round."""
        super().__init__(f"reads itself in a circle: {' of '.join(names)}")
        self.names = names


def in_order(columns: Iterable[Column]) -> list[Column]:
    """Computed columns, each after those of them that it reads.

    Raises:
        Circle: some read each other.
    """
    by_name = {column.name: column for column in columns}
    reads = {name: column_names(column.expression) & by_name.keys() for name, column in by_name.items()}
    try:
        return [by_name[name] for name in TopologicalSorter(reads).static_order()]
    except CycleError as error:
        raise Circle(error.args[1]) from None


def aggregated(table: GoldTable) -> list[Column]:
    """The measures that are aggregates of silver's rows."""
    return [column for column in table.measures if is_aggregate(column.expression)]


def derived_measures(table: GoldTable) -> list[Column]:
    """The measures that are scalars over the table's own measures, each after those that it reads."""
    return in_order(_derived(table))


def _derived(table: GoldTable) -> list[Column]:
    return [column for column in table.measures if not is_aggregate(column.expression)]


def inexact_sums(tree: exp.Expr, types: Types) -> list[exp.Expr]:
    """What the expression sums or averages that is no exact number: a double, or something of unknown type."""
    summed = [function.this for function in tree.find_all(exp.Sum, exp.Avg)]
    values = [one.expressions[0] if isinstance(one, exp.Distinct) else one for one in summed]
    return [value for value in values if not _is_exact(value, types)]


def declared_scale(value: exp.Expr, measure: Column, table: DatasetTable) -> int | None:
    """How many decimals a summed value has: those of the column if it is one alone, else as the measure declares."""
    alone = value.name if isinstance(value, exp.Column) else None
    own = next((column.scale for column in table.columns if column.silver_name == alone), None)
    return measure.scale if own is None and measure.logical_type is LogicalType.NUMBER else own


def transformation_problems(contract: Contract) -> Iterator[ContractProblem]:
    """Every fault of the contract's computed columns, a line each, with its path."""
    for index, table in enumerate(contract.tables):
        path = f"schema[{index}].properties"
        checks = _gold_problem if isinstance(table, GoldTable) else _silver_problem
        for place, column in enumerate(table.columns):
            if column.is_computed:
                problem = checks(column, table, contract.table)  # type: ignore[arg-type]  # each for its kind of table
                if problem:
                    yield ContractProblem(f"{path}[{place}].transformLogic", problem)


def _silver_problem(column: Column, table: DatasetTable, _dataset: DatasetTable) -> str | None:
    types, tree = silver_types(table), column.expression
    if is_aggregate(tree):
        return "is an aggregate: a column of silver is computed from its own row"
    return _unknown(column_names(tree), types) or _circle(column, table.derived_columns) or _mistyped(column, types)


def _gold_problem(column: Column, table: GoldTable, dataset: DatasetTable) -> str | None:
    types, tree = silver_types(dataset), column.expression
    if set(column.transform_source_objects) - {dataset.name}:
        return f"reads {', '.join(column.transform_source_objects)}: gold is computed from {dataset.name} alone"
    if column.primary_key:
        aggregate = "is an aggregate: a key is computed from one row" if is_aggregate(tree) else None
        return aggregate or _unknown(column_names(tree), types) or _mistyped(column, types)
    if is_aggregate(tree):
        return _aggregate_problem(column, dataset, types)
    measures = {measure.name: measure.spark_type for measure in table.measures}
    if not column_names(tree):
        return "reads no column: a measure is an aggregate, or computed from other measures"
    return (
        _unknown(column_names(tree), measures, "measure")
        or _circle(column, _derived(table))
        or _mistyped(column, measures)
    )


def _aggregate_problem(column: Column, dataset: DatasetTable, types: Types) -> str | None:
    if beside := columns_outside_aggregates(column.expression):
        return f"reads {', '.join(sorted(beside))} beside an aggregate: put it into one"
    if unknown := _unknown(column_names(column.expression), types):
        return unknown
    for value in inexact_sums(column.expression, types):
        if declared_scale(value, column, dataset) is None:
            return (
                f"adds up {value.sql(DIALECT)}, which is not exact: declare its decimals by "
                "logicalTypeOptions.multipleOf, such as 0.01"
            )
    return _mistyped(column, types)


def _unknown(names: set[str], known: Iterable[str], what: str = "column") -> str | None:
    unknown = sorted(names - set(known))
    return f"reads the unknown {what} {', '.join(unknown)}" if unknown else None


def _circle(column: Column, columns: Iterable[Column]) -> str | None:
    """Whether the column is in a circle; those that only read one of it are not to blame."""
    try:
        in_order(columns)
    except Circle as error:
        return str(error) if column.name in error.names else None
    return None


def _mistyped(column: Column, types: Types) -> str | None:
    try:
        found = kind_of(column.expression, types)
    except Mismatch as error:
        return str(error)
    if fits(found, column.logical_type):
        return None
    return f"is of type {found}, and {column.name} of type {column.logical_type}"


def _is_exact(value: exp.Expr, types: Types) -> bool:
    try:
        return kind_of(value, types) in EXACT
    except Mismatch:
        return True  # which is told
