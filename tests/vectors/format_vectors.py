"""What each written form of a date, a number, a boolean and a timestamp reads as; None: it does not parse.

Both engines' parsers are held to these values, so that a value means the same at landing and in silver.
"""

from __future__ import annotations

from typing import Any

from contracts.formats import BooleanFormat, DateFormat, NumberFormat, TimestampFormat, WrittenFormat
from tests.vectors.date_vectors import DATES
from tests.vectors.notation_vectors import NOTATIONS, WHOLE_NOTATIONS
from tests.vectors.number_vectors import AMOUNTS, DECIMALS, DOUBLES, INTEGERS
from tests.vectors.pattern_vectors import WRITTEN_DATES, WRITTEN_TIMES
from tests.vectors.time_vectors import TIMESTAMPS

MISSING: tuple[str | None, ...] = (None, "", " ", "\t\r\n", "\xa0", "\u2003\u3000", "\u2028")
"""Texts that count as missing in every format and rule."""

NOT_BLANK = ("\u200b", "\ufeff", "\x1f", "\x00", "\u180e")
"""Invisible characters that are not Unicode White_Space, and so are a value."""

BOOLEANS: dict[BooleanFormat, dict[str, bool | None]] = {
    BooleanFormat(): {
        "true": True,
        "false": False,
        " true\xa0": True,
        "TRUE": None,
        "t": None,
        "1": None,
        "yes": None,
        "truefalse": None,
    },
    BooleanFormat.of("S/N", "sim/não", "1/0"): {
        "S": True,
        "N": False,
        "sim": True,
        "não": False,
        "1": True,
        "0": False,
        "s": None,
        "nao": None,
        "na\u0303o": None,
        "S/N": None,
        "true": None,
        "01": None,
    },
}

FORMATS: dict[WrittenFormat, dict[str, Any]] = {
    **DATES,
    **AMOUNTS,
    **INTEGERS,
    **DOUBLES,
    **DECIMALS,
    **BOOLEANS,
    **TIMESTAMPS,
    **WRITTEN_DATES,
    **WRITTEN_TIMES,
    **NOTATIONS,
    **WHOLE_NOTATIONS,
}
"""Every written form and what it reads as."""


def type_of(format_: WrittenFormat) -> str:
    """The Spark SQL type that the vectors of a format are of."""
    match format_:
        case NumberFormat(is_integer=True, whole_digits=digits):
            return "bigint" if digits > 10 else "int"
        case NumberFormat(decimals=None):
            return "double"
        case NumberFormat(decimals=decimals, whole_digits=digits):
            return f"decimal({digits + decimals},{decimals})"
        case BooleanFormat():
            return "boolean"
        case DateFormat():
            return "date"
        case TimestampFormat():
            return "timestamp"
