"""How a source writes the values of a column: in its own format, with the digits that the column's type holds."""

from __future__ import annotations

from contracts.columns import Column
from contracts.formats import DateFormat, NumberFormat, WrittenFormat
from contracts.logical_types import LogicalType, decimal_digits
from contracts.sources.source import BaseSource

_WHOLE_DIGITS = {"bigint": 19, "int": 10}
_BITS = {"i32": "int", "i64": "bigint", "f64": "double"}
ENOUGH_DIGITS = 12


def written_format(column: Column, source: BaseSource) -> WrittenFormat | None:
    """How this source writes that column; None for text, which is taken as it is."""
    match column.logical_type:
        case LogicalType.DATE:
            return source.date_format or declared_date_format(column) or DateFormat.ISO
        case LogicalType.TIMESTAMP:
            return source.timestamp_format
        case LogicalType.BOOLEAN:
            return source.boolean_format
        case LogicalType.INTEGER:
            return NumberFormat(source.number_notation, 0, _WHOLE_DIGITS[column.spark_type], is_integer=True)
        case LogicalType.NUMBER:
            digits = decimal_digits(column.spark_type)
            whole = digits[0] - digits[1] if digits else ENOUGH_DIGITS
            return NumberFormat(source.number_notation, column.scale, whole)
        case LogicalType.STRING:
            return None


def declared_date_format(column: Column) -> DateFormat | None:
    """The format that a date itself declares, for sources that declare none (`logicalTypeOptions.format`).

    Raises:
        ValueError: it is one that no engine renders; or a number's format says another size than its type.
    """
    declared = column.logical_type_options.format
    if declared is None or column.logical_type is LogicalType.STRING:
        return None
    if column.logical_type is LogicalType.DATE and declared in set(DateFormat):
        return DateFormat(declared)
    if _BITS.get(declared) != column.spark_type:
        raise ValueError(f"logicalTypeOptions.format {declared} cannot be rendered for a {column.spark_type}")
    return None
