"""What a gold table's measures are over several of its rows: the table itself holds them by group."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from contracts.columns import Column
from contracts.expressions import DIALECT, column_names
from contracts.tables import GoldTable
from contracts.transformations import aggregated, derived_measures

_TOTALLED_BY: dict[type[exp.Expr], type[exp.AggFunc]] = {
    exp.Count: exp.Sum,
    exp.CountIf: exp.Sum,
    exp.Sum: exp.Sum,
    exp.Min: exp.Min,
    exp.Max: exp.Max,
}
"""What makes one value of the groups' values; other aggregates, such as an average, do not tell it."""


@dataclass(frozen=True)
class MeasureTotal:
    """A measure, and the Spark SQL that computes it from any rows of its table."""

    measure: Column
    sql: str


def totals(table: GoldTable) -> list[MeasureTotal]:
    """The aggregated measures that can be aggregated again, in the contract's order."""
    trees = _total_trees(table)
    return [MeasureTotal(one, trees[one.name].sql(DIALECT)) for one in table.measures if one.name in trees]


def ratios(table: GoldTable) -> list[MeasureTotal]:
    """The measures that divide by each other such as have totals: the total of a ratio is the ratio of totals.

    Where the divisor's total is zero there is no ratio, as in the table itself.
    """
    trees = _total_trees(table)
    return [
        MeasureTotal(measure, _ratio_of_totals(measure, trees).sql(DIALECT))
        for measure in derived_measures(table)
        if isinstance(measure.expression.unnest(), exp.Div) and column_names(measure.expression) <= trees.keys()
    ]


def _total_trees(table: GoldTable) -> dict[str, exp.Expr]:
    found = ((measure.name, _totalled_by(measure.expression)) for measure in aggregated(table))
    return {name: function(this=exp.column(name, quoted=True)) for name, function in found if function}


def _totalled_by(tree: exp.Expr) -> type[exp.AggFunc] | None:
    tree = tree.unnest()
    if isinstance(tree, exp.Filter):
        return _totalled_by(tree.this)
    if isinstance(tree, exp.Coalesce):
        function = _totalled_by(tree.this)
        return function if function is exp.Sum and tree.expressions == [exp.Literal.number(0)] else None
    # A value that stands in two groups is counted by both.
    return None if isinstance(tree.this, exp.Distinct) else _TOTALLED_BY.get(type(tree))


def _ratio_of_totals(measure: Column, trees: dict[str, exp.Expr]) -> exp.Expr:
    ratio = measure.expression.unnest().transform(lambda node: _total_of(node, trees))
    return exp.Div(this=ratio.this, expression=exp.func("nullif", ratio.expression, exp.Literal.number(0)))


def _total_of(node: exp.Expr, trees: dict[str, exp.Expr]) -> exp.Expr:
    return trees[node.name].copy() if isinstance(node, exp.Column) else node
