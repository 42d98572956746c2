"""The types of a contract's Spark SQL as Spark gives them, and how values of different ones meet.

Spark would convert a value where it must, and raise an error for the row of which it cannot. Here only conversions that
always succeed are left to it; any other is written out as a cast, which gives null instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime
from enum import StrEnum

from sqlglot import exp

from contracts.logical_types import LogicalType


class Kind(StrEnum):
    """What a value is; of numbers, the wider ones stand later."""

    STRING = "string"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    INTERVAL = "interval"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DOUBLE = "double"
    NULL = "null"


KindOf = Callable[[exp.Expr], Kind]
"""Finds out the kind of a part of an expression."""

NUMBERS = (Kind.INTEGER, Kind.DECIMAL, Kind.DOUBLE)
TIMES = (Kind.DATE, Kind.TIMESTAMP)
EXACT = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.NULL})

_KINDS = {
    LogicalType.STRING: {Kind.STRING},
    LogicalType.INTEGER: {Kind.INTEGER},
    LogicalType.NUMBER: set(NUMBERS),
    LogicalType.BOOLEAN: {Kind.BOOLEAN},
    LogicalType.DATE: {Kind.DATE},
    LogicalType.TIMESTAMP: {Kind.TIMESTAMP},
}
_OF_SPARK = {
    "string": Kind.STRING,
    "boolean": Kind.BOOLEAN,
    "date": Kind.DATE,
    "timestamp": Kind.TIMESTAMP,
    "double": Kind.DOUBLE,
    "int": Kind.INTEGER,
    "bigint": Kind.INTEGER,
}


def kind_of_column(spark_type: str) -> Kind:
    """The kind of a column's values.

    >>> kind_of_column("decimal(14,2)")
    <Kind.DECIMAL: 'decimal'>
    """
    return Kind.DECIMAL if spark_type.startswith("decimal") else _OF_SPARK[spark_type]


def fits(found: Kind, logical_type: LogicalType) -> bool:
    """Whether values of that kind can stand in a column of the logical type; a whole number also is a number."""
    return found is Kind.NULL or found in _KINDS[logical_type]


def widest(kinds: Iterable[Kind]) -> Kind:
    """The kind of what is reckoned from numbers of these kinds; a decimal and a double make a double."""
    return max((kind for kind in kinds if kind in NUMBERS), key=NUMBERS.index, default=Kind.NULL)


def common(nodes: Iterable[exp.Expr], kind_of: KindOf) -> Kind:
    """The kind that all these values can be taken for without an error.

    A text that is a date or time, written out, is one beside dates and times.

    Raises:
        ValueError: they are of kinds that do not go together.
    """
    nodes = list(nodes)
    kinds = {kind_of(node) for node in nodes} - {Kind.NULL}
    times = kinds & set(TIMES)
    if times and Kind.STRING in kinds and all(is_time(n) for n in nodes if kind_of(n) is Kind.STRING):
        kinds -= {Kind.STRING}
    if kinds <= set(NUMBERS):
        return widest(kinds)
    if kinds <= set(TIMES):
        return Kind.TIMESTAMP if len(kinds) > 1 else kinds.pop()
    if len(kinds) == 1:
        return kinds.pop()
    raise ValueError(f"takes {' and '.join(sorted(kinds))} together: cast one of them")


def is_time(node: exp.Expr) -> bool:
    """Whether the node is a text, written out, that is a date or a point in time as ISO 8601 writes them."""
    if not node.is_string:
        return False
    for read in (date.fromisoformat, datetime.fromisoformat):
        with suppress(ValueError):
            read(node.name.strip())
            return True
    return False
