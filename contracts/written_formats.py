"""How a source writes the values of a column: in its own format, with the digits that the column's type holds."""

from __future__ import annotations

from contextlib import suppress

from contracts.column_rules import column_rules
from contracts.columns import Column
from contracts.formats import DateFormat, NumberFormat, TextFormat, TimestampFormat, WrittenFormat
from contracts.formats.time_patterns import TimePattern
from contracts.formats.times import TimeEncoding
from contracts.logical_types import LogicalType, decimal_digits
from contracts.rules import OneOf
from contracts.sources.column_formats import ISO_DATE, NUMBER_WORDS, TEXT_WORDS, TIME_WORDS
from contracts.sources.source import BaseSource

_WHOLE_DIGITS = {"bigint": 19, "int": 10}
_BITS = {"i32": "int", "i64": "bigint", "f64": "double"}
ENOUGH_DIGITS = 12
_WORDS = {
    LogicalType.STRING: TEXT_WORDS,
    LogicalType.DATE: TIME_WORDS - {"timestampFormat"},
    LogicalType.TIMESTAMP: TIME_WORDS - {"dateFormat"},
    LogicalType.NUMBER: NUMBER_WORDS,
    LogicalType.INTEGER: NUMBER_WORDS,
    LogicalType.BOOLEAN: {"booleanFormat"},
}
"""The words that say how columns of each type are written."""


def written_format(column: Column, source: BaseSource) -> WrittenFormat | None:
    """How this source writes that column; None for text, of which `text_format` says how it is read.

    Raises:
        ValueError: what the source says of it has no meaning together, or none for the column's type.
    """
    formats = source.formats_of(column.name)
    match column.logical_type:
        case LogicalType.DATE:
            return formats.date_format or declared_date_format(column) or DateFormat.of(ISO_DATE)
        case LogicalType.TIMESTAMP:
            return formats.timestamp_format
        case LogicalType.BOOLEAN:
            return formats.boolean_format
        case LogicalType.INTEGER:
            return NumberFormat(formats.number_notation, 0, _WHOLE_DIGITS[column.spark_type], is_integer=True)
        case LogicalType.NUMBER:
            digits = decimal_digits(column.spark_type)
            whole = digits[0] - digits[1] if digits else ENOUGH_DIGITS
            return NumberFormat(formats.number_notation, column.scale, whole)
        case LogicalType.STRING:
            return None


def text_format(column: Column, source: BaseSource) -> TextFormat:
    """What this source's texts mean in that column; of one that is not text, which of them stand for no value.

    Raises:
        ValueError: a spelling stands for two values, or for one that the column cannot have.
    """
    formats = source.formats_of(column.name)
    if column.logical_type is not LogicalType.STRING:
        return TextFormat(null_texts=formats.null_texts)
    known = known_values(column)
    if unknown := sorted(set(formats.values.values()) - set(known)) if known else []:
        raise ValueError(f"values: {', '.join(unknown)} is none of the values that {column.name} can have")
    return formats.text_format(known)


def require_formats(column: Column, source: BaseSource) -> None:
    """Raise ValueError if what the source says of that column means nothing, together or for the column's type."""
    own = source.column_formats.get(column.name)
    if own and (without_meaning := own.words - _WORDS[column.logical_type] - {"nullTexts"}):
        raise ValueError(f"{', '.join(sorted(without_meaning))} says nothing of a {column.logical_type}")
    written_format(column, source)
    text_format(column, source)


def has_short_years(column: Column, source: BaseSource) -> bool:
    """Whether years of two digits are read in that column."""
    with suppress(ValueError):
        format_ = written_format(column, source)
        if isinstance(format_, DateFormat | TimestampFormat):
            return any(isinstance(way, TimePattern) and way.has_short_year for way in format_.ways)
    return False


def known_values(column: Column) -> tuple[str, ...]:
    """The texts that a column's rules list, in order; empty if any may stand in it."""
    lists = [check.values for rule in column_rules(column) for check in rule.checks if isinstance(check, OneOf)]
    return tuple(value for value in (lists[0] if lists else ()) if isinstance(value, str))


def declared_date_format(column: Column) -> DateFormat | None:
    """The format that a date itself declares, for sources that declare none (`logicalTypeOptions.format`).

    Raises:
        ValueError: it is none that a day is read by; or a number's format says another size than its type.
    """
    declared = column.logical_type_options.format
    if declared is None or column.logical_type is LogicalType.STRING:
        return None
    if column.logical_type is LogicalType.DATE and declared not in set(TimeEncoding):
        try:
            return DateFormat.of(declared)
        except ValueError as error:
            raise ValueError(f"logicalTypeOptions.format {declared} cannot be rendered for a date: {error}") from None
    if _BITS.get(declared) != column.spark_type:
        raise ValueError(f"logicalTypeOptions.format {declared} cannot be rendered for a {column.spark_type}")
    return None
