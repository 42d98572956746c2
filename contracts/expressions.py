"""The Spark SQL of a contract's `transformLogic` (ODCS section Schema): parsed, and what it reads and yields."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.tokenizer_core import TokenType

from contracts.logical_types import LogicalType
from contracts.sql_allowed import refusal

DIALECT = "spark"

_FAMILIES = {
    LogicalType.STRING: exp.DataType.TEXT_TYPES,
    LogicalType.INTEGER: exp.DataType.INTEGER_TYPES,
    LogicalType.NUMBER: exp.DataType.REAL_TYPES,
    LogicalType.BOOLEAN: {exp.DType.BOOLEAN},
    LogicalType.DATE: {exp.DType.DATE},
    LogicalType.TIMESTAMP: exp.DataType.TEMPORAL_TYPES - {exp.DType.DATE},
}


def parse_expression(sql: str) -> exp.Expr:
    """The expression's tree.

    Raises:
        ValueError: it does not parse, is not one expression, or has something in it that is not allowed.
    """
    try:
        tree = sqlglot.parse_one(sql, dialect=DIALECT)
    except SqlglotError as error:
        raise ValueError(f"is not Spark SQL: {' '.join(str(error).split())[:200]}") from None
    if reason := next(filter(None, map(refusal, tree.walk())), None):
        raise ValueError(reason)
    tokens = sqlglot.tokenize(sql, dialect=DIALECT)
    if any(one.token_type is other.token_type is TokenType.STRING for one, other in pairwise(tokens)):
        raise ValueError("has two texts side by side: write a quote in a text as \\'")
    if "${" in tree.sql(DIALECT):
        raise ValueError("has ${, which Spark fills in from its environment")
    return tree


def column_names(tree: exp.Expr) -> set[str]:
    """Names of the columns that the expression reads.

    >>> sorted(column_names(parse_expression("if(opened, 0, quantity)")))
    ['opened', 'quantity']
    """
    return {column.name for column in tree.find_all(exp.Column)}


def is_aggregate(tree: exp.Expr) -> bool:
    """Whether the expression makes one value of many rows."""
    return tree.find(exp.AggFunc) is not None


def columns_outside_aggregates(tree: exp.Expr) -> set[str]:
    """Names of the columns that stand beside an aggregate, not in one.

    >>> columns_outside_aggregates(parse_expression("sum(quantity) + discount"))
    {'discount'}
    """
    return {
        column.name for column in tree.find_all(exp.Column) if column.find_ancestor(exp.AggFunc, exp.Filter) is None
    }


def sql_type(tree: exp.Expr, column_types: Mapping[str, str]) -> exp.DataType | None:
    """The type that the expression has over columns of these Spark SQL types, None where that cannot be told."""
    query = exp.select(tree.copy().transform(_as_spark_types_it).as_("value")).from_("rows")
    for column in query.find_all(exp.Column):
        column.set("table", exp.to_identifier("rows"))
    found: exp.DataType | None = (
        annotate_types(query, schema={"rows": dict(column_types)}, dialect=DIALECT).selects[0].type
    )
    return None if found is None or found.is_type(exp.DType.UNKNOWN, exp.DType.NULL) else found


def _as_spark_types_it(node: exp.Expr) -> exp.Expr:
    """What has the type that Spark gives the node, where the library gives another: a rounded integer is one."""
    if isinstance(node, exp.DateTrunc):
        return exp.cast(node.this, exp.DType.DATE)
    rounded: exp.Expr = node.this if isinstance(node, exp.Round) else node
    return rounded


def fits(found: exp.DataType | None, logical_type: LogicalType) -> bool:
    """Whether values of that type can stand in a column of the logical type; a whole number also is a number."""
    if found is None:
        return True
    if logical_type is LogicalType.NUMBER and found.this in exp.DataType.INTEGER_TYPES:
        return True
    return found.this in _FAMILIES[logical_type]
