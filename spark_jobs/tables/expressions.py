"""A contract's `transformLogic` as Spark computes it: never an error because of one row, and sums exact.

Where ANSI SQL raises an error (a division by zero, a text that is no number, a number too large), the value is null
here. Doubles are added up as decimals of their declared scale: the sum is exact, and the rows' order plays no part.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as sf
from sqlglot import exp

from contracts.additive import Addend
from contracts.columns import Column
from contracts.expressions import DIALECT
from contracts.tables import DatasetTable
from contracts.transformations import declared_scale, inexact_sums, silver_types
from contracts.written_formats import ENOUGH_DIGITS

_TOTAL_DIGITS = 28
"""Digits of a decimal that is added up; ten more are the sum's."""

_MOST_MONTHS = 120_000
"""Ten thousand years, more than a date can hold."""

_TRIED: dict[type[exp.Expr], str] = {exp.Add: "try_add", exp.Sub: "try_subtract", exp.Mul: "try_multiply"}


def scalar(column: Column) -> SparkColumn:
    """What a scalar of the contract computes, of whatever type that is."""
    return _expression(_rewritten(column.expression, _total), column)


def aggregate(measure: Column, dataset: DatasetTable) -> SparkColumn:
    """What an aggregate of the contract computes of silver's rows, of whatever type that is."""
    tree = measure.expression
    for value in inexact_sums(tree, silver_types(dataset)):
        value.replace(_exact(value, declared_scale(value, measure, dataset) or 0))
    ratios = _rewritten(tree, partial(_with_average_as_ratio, as_double=measure.spark_type == "double"))
    return _expression(_rewritten(ratios, _total), measure)


def row_value(addend: Addend) -> SparkColumn:
    """What one row of silver adds to an aggregate, exactly as `aggregate` adds it up."""
    value = _exact(addend.value, addend.scale) if addend.is_inexact else addend.value.copy()
    if addend.condition:
        value = exp.func("if", addend.condition.copy(), value, exp.null())
    return sf.expr(_rewritten(value, _total).sql(DIALECT, comments=False))


def of_its_type(value: SparkColumn, column: Column) -> SparkColumn:
    """The value in the type that the contract gives the column, null where it does not fit."""
    return value.try_cast(column.spark_type).alias(column.name)


def _exact(value: exp.Expr, scale: int) -> exp.Expr:
    digits = ENOUGH_DIGITS + scale if isinstance(value, exp.Column) else _TOTAL_DIGITS
    return exp.cast(value.copy(), f"decimal({digits}, {scale})", dialect=DIALECT)


def _rewritten(tree: exp.Expr, rewrite: Callable[[exp.Expr], exp.Expr]) -> exp.Expr:
    """The tree with every node rewritten, parts before the whole."""
    for node in reversed(list(tree.walk())):
        rewritten = rewrite(node)
        if rewritten is not node and node is tree:
            return rewritten
        if rewritten is not node:
            node.replace(rewritten)
    return tree


def _with_average_as_ratio(node: exp.Expr, *, as_double: bool) -> exp.Expr:
    """An average is the exact sum divided by the number: Spark would add whole numbers up as doubles."""
    average = node.this if isinstance(node, exp.Filter) else node
    if not isinstance(average, exp.Avg) or isinstance(node.parent, exp.Filter):
        return node

    def of_rows(whole: exp.Expr) -> exp.Expr:
        return exp.Filter(this=whole, expression=node.expression.copy()) if node is not average else whole

    total, number = of_rows(exp.Sum(this=average.this.copy())), of_rows(exp.Count(this=average.this.copy()))
    return exp.paren(exp.Div(this=exp.cast(total, "double") if as_double else total, expression=number))


def _total(node: exp.Expr) -> exp.Expr:
    """The node in the form that gives null where it would raise an error."""
    if type(node) in _TRIED:
        return exp.func(_TRIED[type(node)], node.this, node.expression)
    form = _FORMS.get(type(node))
    return form(node) if form else node


def _quotient(node: exp.Expr) -> exp.Expr:
    return type(node)(this=node.this, expression=exp.func("nullif", node.expression, exp.Literal.number(0)))


def _whole_quotient(node: exp.Expr) -> exp.Expr:
    """The least whole number has no opposite."""
    return exp.func("if", node.expression.copy().eq(-1), _opposite(node), _quotient(node))


def _opposite(node: exp.Expr) -> exp.Expr:
    if isinstance(node.this, exp.Literal):
        return node
    return exp.func("try_subtract", exp.Literal.number(0), node.this.copy())


def _date(node: exp.Expr) -> exp.Expr:
    """Within a difference it is the parser's own, and would take the time of day from a difference of hours."""
    if isinstance(node.parent, exp.DateDiff):
        return node
    return exp.TryCast(this=node.this, to=exp.DataType.build("date"), safe=True)


def _tried_cast(node: exp.Expr) -> exp.Expr:
    """Spark's parser has one class for both casts, told apart by `safe`."""
    return exp.TryCast(this=node.this, to=node.args["to"], safe=True)


def _months_later(node: exp.Expr) -> exp.Expr:
    months = node.expression
    near = months.copy().between(-_MOST_MONTHS, _MOST_MONTHS)
    return exp.AddMonths(this=node.this, expression=exp.func("if", near, months.copy(), exp.null()))


_FORMS: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr]] = {
    exp.Div: _quotient,
    exp.Mod: _quotient,
    exp.IntDiv: _whole_quotient,
    exp.Neg: _opposite,
    exp.Abs: lambda node: exp.func("if", node.this.copy() < 0, _opposite(node), node.this.copy()),
    exp.Cast: _tried_cast,
    exp.TryCast: _tried_cast,
    exp.TsOrDsToDate: _date,
    exp.AddMonths: _months_later,
    exp.Sum: lambda node: exp.func("try_sum", node.this),
}


def _expression(tree: exp.Expr, column: Column) -> SparkColumn:
    return sf.expr(tree.sql(DIALECT, comments=False)).alias(column.name)
