"""The ways sources write values, as patterns that Java's and Rust's regex read alike, and what becomes of their groups.

The patterns say which texts are well-formed; an engine then parses the text (`tasks.extract.values`,
`spark_jobs.silver.parsing`).
"""

from __future__ import annotations

from contracts.formats.blanks import BLANK_CHARACTERS, BLANKS, EMAIL_PATTERN
from contracts.formats.booleans import BooleanFormat
from contracts.formats.notations import NumberNotation
from contracts.formats.numbers import NumberFormat
from contracts.formats.texts import TextFormat
from contracts.formats.times import LAST_INSTANT, DateFormat, TimestampFormat

WrittenFormat = DateFormat | NumberFormat | BooleanFormat | TimestampFormat
"""How a source writes the values of a column that is not text."""

__all__ = [
    "BLANKS",
    "BLANK_CHARACTERS",
    "EMAIL_PATTERN",
    "LAST_INSTANT",
    "BooleanFormat",
    "DateFormat",
    "NumberFormat",
    "NumberNotation",
    "TextFormat",
    "TimestampFormat",
    "WrittenFormat",
]
