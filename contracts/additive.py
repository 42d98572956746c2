"""Aggregates that change by what each row brings or takes along, whatever the other rows of the group are."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

from contracts.columns import Column
from contracts.expressions import kind_of
from contracts.logical_types import decimal_digits
from contracts.sql_types import Kind
from contracts.tables import DatasetTable, GoldTable
from contracts.transformations import aggregated, declared_scale, inexact_sums, silver_types

_ONE, _ZERO = exp.Literal.number(1), exp.Literal.number(0)


@dataclass(frozen=True)
class Addend:
    """What one row of silver adds to an aggregate.

    `value` is null for a row that adds nothing, as is a row for which a `condition` does not hold. It is added up with
    `scale` decimals; `is_inexact` if it is a double of which these are all the decimals there are. Without any value
    the aggregate is 0 if `is_zero_without`, else null.
    """

    value: exp.Expr
    scale: int
    is_inexact: bool = False
    is_zero_without: bool = True
    condition: exp.Expr | None = None


def addends(table: GoldTable, dataset: DatasetTable) -> dict[str, Addend] | None:
    """What a row adds to each aggregate of a gold table, by the measure's name; None if one of them is not additive.

    The table must also have a `count(*)`, or nothing would tell that a group has no row left.
    """
    found = {measure.name: _addend(measure, dataset) for measure in aggregated(table)}
    additive = {name: addend for name, addend in found.items() if addend}
    return additive if len(additive) == len(found) and row_counts(table) else None


def row_counts(table: GoldTable) -> list[str]:
    """The measures that are the number of the group's rows."""
    return [measure.name for measure in aggregated(table) if _is_row_count(measure.expression)]


def _addend(measure: Column, dataset: DatasetTable) -> Addend | None:
    tree = measure.expression
    if isinstance(tree, exp.Coalesce) and tree.expressions == [_ZERO]:
        addend = _of_filtered(tree.this, measure, dataset)
        return replace(addend, is_zero_without=True) if addend else None
    return _of_filtered(tree, measure, dataset)


def _of_filtered(tree: exp.Expr, measure: Column, dataset: DatasetTable) -> Addend | None:
    if not isinstance(tree, exp.Filter):
        return _of_aggregate(tree, measure, dataset)
    addend = _of_aggregate(tree.this, measure, dataset)
    if addend is None or addend.condition:
        return None
    return replace(addend, condition=tree.expression.this)


def _of_aggregate(tree: exp.Expr, measure: Column, dataset: DatasetTable) -> Addend | None:
    is_distinct = isinstance(tree.this, exp.Distinct)
    match tree:
        case exp.Count() if _is_row_count(tree):
            return Addend(_ONE.copy(), scale=0)
        case exp.Count() if not is_distinct and not tree.expressions:
            return Addend(exp.func("if", tree.this.is_(exp.null()), exp.null(), _ONE.copy()), scale=0)
        case exp.CountIf():
            return Addend(_ONE.copy(), scale=0, condition=tree.this)
        case exp.Sum() if not is_distinct:
            scale = _scale_of_sum(tree, measure, dataset)
            inexact = bool(inexact_sums(tree, silver_types(dataset)))
            return None if scale is None else Addend(tree.this, scale, inexact, is_zero_without=False)
    return None


def _is_row_count(tree: exp.Expr) -> bool:
    return isinstance(tree, exp.Count) and isinstance(tree.this, exp.Star)


def _scale_of_sum(tree: exp.Sum, measure: Column, dataset: DatasetTable) -> int | None:
    """The decimals of a sum that the gold table keeps all of; None if it keeps fewer, or nobody knows how many."""
    types = silver_types(dataset)
    kind = kind_of(tree.this, types)
    if kind is Kind.DOUBLE:
        scale = declared_scale(tree.this, measure, dataset)
    elif kind is Kind.INTEGER:
        scale = 0
    else:
        digits = decimal_digits(types.get(tree.this.name, "")) if isinstance(tree.this, exp.Column) else None
        scale = digits[1] if digits else None
    kept = decimal_digits(measure.spark_type)
    return None if scale is None or (kept and kept[1] < scale) else scale
