"""What a column's `logicalTypeOptions` and `arguments` demand of a value, in the type that the value has."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from contracts.columns import Column
from contracts.logical_types import LogicalType
from contracts.patterns import portable_pattern
from contracts.rules import EMAIL, AtLeast, AtMost, Check, HasLength, Matches, MultipleOf

_TEXT_FORMATS = {"email": EMAIL, "uuid": Matches("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")}
_ORDERED = {LogicalType.NUMBER, LogicalType.INTEGER, LogicalType.DATE, LogicalType.TIMESTAMP}
_FORMATS_ELSEWHERE = {LogicalType.DATE, LogicalType.TIMESTAMP, LogicalType.NUMBER, LogicalType.INTEGER}
"""Types whose `format` is a way of writing or a number of bits (`contracts.written_formats`), and no rule."""


def option_check(column: Column, word: str) -> Check | None:
    """The check that a word of `logicalTypeOptions` stands for; None if it is not there, or is no rule for this type.

    Raises:
        ValueError: the word has no meaning for the column's type, or its value none that all engines can render.
    """
    value = getattr(column.logical_type_options, re.sub("([A-Z])", r"_\1", word).lower())
    if value is None or (word == "format" and column.logical_type in _FORMATS_ELSEWHERE):
        return None
    try:
        return _check(column.logical_type, word, value)
    except ValueError as error:
        raise ValueError(f"logicalTypeOptions.{word} {error}") from None


def _check(  # noqa: PLR0911 (a table: one line for each word)
    logical_type: LogicalType,
    word: str,
    value: Any,  # noqa: ANN401 (whatever the file says)
) -> Check | None:
    match logical_type, word:
        case LogicalType.STRING, "minLength":
            return HasLength(least=_count(value))
        case LogicalType.STRING, "maxLength":
            return HasLength(most=_count(value))
        case LogicalType.STRING, "pattern":
            return Matches(portable_pattern(value))
        case LogicalType.STRING, "format" if value in _TEXT_FORMATS:
            return _TEXT_FORMATS[value]
        case LogicalType.INTEGER, "multipleOf":
            return MultipleOf(_count(value, least=1))
        case LogicalType.NUMBER, "multipleOf":
            return None  # says how many decimals a number has, and so how it is written
        case _, ("minimum" | "exclusiveMinimum") if logical_type in _ORDERED:
            return AtLeast(typed_value(logical_type, value), exclusive=word != "minimum")
        case _, ("maximum" | "exclusiveMaximum") if logical_type in _ORDERED:
            return AtMost(typed_value(logical_type, value), exclusive=word != "maximum")
    raise ValueError(f"{value!r} cannot be rendered for a {logical_type}")


def typed_value(logical_type: LogicalType, value: Any) -> Any:  # noqa: ANN401 (a text, number, date, time or boolean)
    """A value of the file in the column's type: times in UTC unless they say otherwise.

    >>> typed_value(LogicalType.DATE, "2026-01-31"), typed_value(LogicalType.NUMBER, 0.1)
    (datetime.date(2026, 1, 31), Decimal('0.1'))

    Raises:
        ValueError: it is no value of that type.
    """
    try:
        match logical_type:
            case LogicalType.STRING if isinstance(value, str):
                return value
            case LogicalType.BOOLEAN if isinstance(value, bool):
                return value
            case LogicalType.INTEGER:
                return Decimal(_whole(value))
            case LogicalType.NUMBER if not isinstance(value, bool):
                return _finite(value)
            case LogicalType.DATE:
                return value if type(value) is date else date.fromisoformat(value)
            case LogicalType.TIMESTAMP:
                instant = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
                return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (TypeError, ValueError, InvalidOperation):
        pass
    raise ValueError(f"{value!r} is no {logical_type}")


def _finite(value: Any) -> Decimal:  # noqa: ANN401 (a number of the file)
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(value)
    return number


def check_limits(column: Column) -> None:
    """Raise ValueError if no value can keep all of the column's limits."""
    options = column.logical_type_options
    least, most = (
        [option for option in found if option is not None]
        for found in (
            (options.min_length, options.minimum, options.exclusive_minimum),
            (options.max_length, options.maximum, options.exclusive_maximum),
        )
    )
    type_ = LogicalType.INTEGER if column.logical_type is LogicalType.STRING else column.logical_type
    if least and most and max(typed_value(type_, one) for one in least) > min(typed_value(type_, one) for one in most):
        raise ValueError(f"logicalTypeOptions allow no value: at least {least[0]} and at most {most[0]}")


def _count(value: Any, least: int = 0) -> int:  # noqa: ANN401 (a number of the file)
    if _whole(value) < least:
        raise ValueError(f"{value} is less than {least}")
    return _whole(value)


def _whole(value: Any) -> int:  # noqa: ANN401 (a number of the file)
    number = _finite(value)
    if isinstance(value, bool) or number != int(number):
        raise ValueError(f"{value!r} is no whole number")
    return int(number)
