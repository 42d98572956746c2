"""The Spark SQL of a contract's `transformLogic` (ODCS section Schema): parsed, and what it reads and yields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from contracts.sql_allowed import date_pattern_problem, refusal
from contracts.sql_functions import RULES, RULES_BY_NAME
from contracts.sql_types import Kind, KindOf, kind_of_column

DIALECT = "spark"

_COLOURS, _CLASS = re.compile(r"\x1b\[[0-9;]*m"), re.compile(r"<class '[\w.]+\.(\w+)'>")
"""What the parser's messages have in them that is meant for others."""


def parse_expression(sql: str) -> exp.Expr:
    """The expression's tree.

    Raises:
        ValueError: it does not parse, is not one expression, or has something in it that is not allowed.
    """
    try:
        tree = sqlglot.parse_one(sql, dialect=DIALECT)
    except SqlglotError as error:
        told = _CLASS.sub(r"\1", _COLOURS.sub("", str(error)))
        raise ValueError(f"is not Spark SQL: {' '.join(told.split())[:200]}") from None
    reasons = filter(None, map(refusal, tree.walk()))
    if reason := "is more than one expression" if isinstance(tree, exp.Block) else next(reasons, None):
        raise ValueError(reason)
    tokens = sqlglot.tokenize(sql, dialect=DIALECT)
    if any(one.token_type is other.token_type is TokenType.STRING for one, other in pairwise(tokens)):
        raise ValueError("has two texts side by side: write a quote in a text as \\'")
    rendered = tree.sql(DIALECT)
    read = list(_date_patterns(sqlglot.tokenize(rendered, dialect=DIALECT)))
    if reason := next(filter(None, (date_pattern_problem(one, read) for one in _date_patterns(tokens))), None):
        raise ValueError(reason)
    if "${" in rendered:
        raise ValueError("has ${, which Spark fills in from its environment")
    return tree


def _date_patterns(tokens: Sequence[Token]) -> Iterator[str]:
    """The patterns of `date_format` as they are written: the last text before its parenthesis closes."""
    for place, token in enumerate(tokens):
        if token.text.lower() == "date_format":
            depth, pattern = 0, ""
            for following in tokens[place + 1 :]:
                depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(following.token_type, 0)
                if not depth:
                    break
                pattern = following.text if following.token_type is TokenType.STRING and depth == 1 else pattern
            yield pattern


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


class Mismatch(ValueError):
    """Raised when a part of an expression takes values of a kind that it cannot take; the text shows the part."""


def kind_of(tree: exp.Expr, column_types: Mapping[str, str]) -> Kind:
    """The kind of the expression's values over columns of these Spark SQL types.

    >>> kind_of(parse_expression("quantity / 2"), {"quantity": "int"})
    <Kind.DOUBLE: 'double'>

    Raises:
        Mismatch: a part of it takes values that it cannot take without an error.
    """
    known: dict[int, Kind] = {}

    def find(node: exp.Expr) -> Kind:
        if id(node) not in known:
            known[id(node)] = _kind(node, column_types, find)
        return known[id(node)]

    return find(tree)


def _kind(node: exp.Expr, column_types: Mapping[str, str], find: KindOf) -> Kind:
    match node:
        case exp.Column():
            return kind_of_column(column_types[node.name])
        case exp.Literal():
            return Kind.STRING if node.is_string else _kind_of_number(node.name)
        case exp.Boolean():
            return Kind.BOOLEAN
        case exp.Null():
            return Kind.NULL
        case exp.Star():
            return Kind.INTEGER
    try:
        return (RULES_BY_NAME[node.name.lower()] if isinstance(node, exp.Anonymous) else RULES[type(node)])(node, find)
    except Mismatch:
        raise
    except ValueError as error:
        raise Mismatch(f"{node.sql(DIALECT)} {error}") from None


def _kind_of_number(number: str) -> Kind:
    """Spark reads `1.5` as a decimal, and `15e-1` as a double."""
    if number.isdigit():
        return Kind.INTEGER
    return Kind.DOUBLE if "e" in number.lower() else Kind.DECIMAL
