"""JSON (RFC 8259) as regular expressions for polars, whose engine reads them in one go, as deep as `DEEPEST` levels.

What matches is JSON for sure, with texts of whole characters alone. What does not may be JSON: deeper, or with half a
character escaped in it.
"""

from __future__ import annotations

DEEPEST = 3
"""Levels of objects and lists within a value; each one makes its pattern four times as long."""

BLANKS = r"[ \t\r\n]*"

_HEX = "[0-9a-fA-F]"
_BELOW_SURROGATES = rf"\\u(?:[0-9a-cefA-CEF]{_HEX}{{3}}|[dD][0-7]{_HEX}{{2}})"
_SURROGATE_PAIR = rf"\\u[dD][89abAB]{_HEX}{{2}}\\u[dD][c-fC-F]{_HEX}{{2}}"
TEXT = rf'"(?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|{_BELOW_SURROGATES}|{_SURROGATE_PAIR})*"'

SCALAR = rf"(?:{TEXT}|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+\-]?[0-9]+)?|true|false|null)"


def listed(element: str) -> str:
    """Elements with commas between them, or none, and blanks wherever JSON allows them."""
    return rf"{BLANKS}(?:{element}{BLANKS}(?:,{BLANKS}{element}{BLANKS})*)?"


def member(name: str, value: str) -> str:
    """A member of an object."""
    return f"{name}{BLANKS}:{BLANKS}{value}"


def object_of(value: str) -> str:
    """An object with such values, whatever their names."""
    return rf"\{{{listed(member(TEXT, value))}\}}"


def _value(levels: int) -> str:
    if not levels:
        return SCALAR
    inner = _value(levels - 1)
    return rf"(?:{SCALAR}|\[{listed(inner)}\]|{object_of(inner)})"


VALUE = _value(DEEPEST)
