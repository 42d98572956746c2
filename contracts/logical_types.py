"""The types that a column can have, by the standard's logical names, and the Spark SQL types that tables give them."""

from __future__ import annotations

import re
from decimal import Decimal
from enum import StrEnum


class LogicalType(StrEnum):
    """The types of columns (ODCS section Schema, `logicalType`); `time`, `object` and the like have no rendering."""

    STRING = "string"
    DATE = "date"
    TIMESTAMP = "timestamp"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"


_SPARK_TYPES = {
    LogicalType.STRING: {"string": "string"},
    LogicalType.DATE: {"date": "date"},
    LogicalType.TIMESTAMP: {"timestamp": "timestamp"},
    LogicalType.NUMBER: {"double": "double"},
    LogicalType.INTEGER: {"bigint": "bigint", "long": "bigint", "int": "int", "integer": "int"},
    LogicalType.BOOLEAN: {"boolean": "boolean"},
}
"""The types that `physicalType` may say, the first one when it says nothing; a number may also be a decimal."""

_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
_MOST_DIGITS = 38


def spark_type(logical_type: LogicalType, physical_type: str | None) -> str:
    """The Spark SQL type of a column in silver and gold.

    >>> spark_type(LogicalType.NUMBER, "DECIMAL(14, 2)")
    'decimal(14,2)'

    Raises:
        ValueError: the physical type is none that the logical type can have.
    """
    known = _SPARK_TYPES[logical_type]
    named = "".join((physical_type or next(iter(known))).lower().split())
    if named in known:
        return known[named]
    digits = decimal_digits(named)
    if logical_type is LogicalType.NUMBER and digits and 0 <= digits[1] < digits[0] <= _MOST_DIGITS:
        return named
    also = " or decimal(p,s) with s < p ≤ 38" if logical_type is LogicalType.NUMBER else ""
    raise ValueError(f"{physical_type} is no physicalType of a {logical_type}: use {' or '.join(known)}{also}")


def decimal_digits(type_name: str) -> tuple[int, int] | None:
    """Precision and scale of a decimal type, None for any other.

    >>> decimal_digits("decimal(14,2)")
    (14, 2)
    """
    found = _DECIMAL.fullmatch(type_name)
    return (int(found[1]), int(found[2])) if found else None


def scale_of(type_name: str, multiple_of: object = None) -> int | None:
    """How many decimals a number of that Spark SQL type has, by its type or by the power of ten it is a multiple of.

    >>> scale_of("double", 0.01), scale_of("double"), scale_of("decimal(14,3)"), scale_of("bigint")
    (2, None, 3, 0)

    Raises:
        ValueError: `multipleOf` is no power of ten from 1 down, or contradicts the type.
    """
    digits = decimal_digits(type_name)
    own = digits[1] if digits else 0 if type_name in _SPARK_TYPES[LogicalType.INTEGER].values() else None
    if multiple_of is None or (own == 0 and not digits):
        return own
    step = Decimal(str(multiple_of)).normalize()
    exponent = step.as_tuple().exponent
    if step <= 0 or step != Decimal(1).scaleb(int(exponent)) or int(exponent) > 0:
        raise ValueError(f"multipleOf {multiple_of} of a number must be 1, 0.1, 0.01 and so on")
    if own not in {None, -int(exponent)}:
        raise ValueError(f"multipleOf {multiple_of} and {type_name} say different numbers of decimals")
    return -int(exponent)
