"""The fields and literals of Unicode date patterns (UTS #35, "Date Format Patterns"), and which of them go together.

Digits are always `[0-9]`, never the class of all digits (Unicode's in Rust, ASCII's in Java).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

YEAR = "[1-9][0-9]{3}"
_SIXTIETH, _ANY_SIXTIETH = "[0-5][0-9]", "[0-5]?[0-9]"
_OFFSET_HOURS = "(?:0[0-9]|1[0-7])"
_MOST_DECIMALS, _READ_DECIMALS = 9, 6

_FIELDS = {
    "y": YEAR,
    "yy": "[0-9]{2}",
    "yyyy": YEAR,
    "M": "[0-9]{1,2}",
    "MM": "[0-9]{2}",
    "d": "[0-9]{1,2}",
    "dd": "[0-9]{2}",
    "H": "1[0-9]|2[0-3]|0?[0-9]",
    "HH": "[01][0-9]|2[0-3]",
    "h": "1[0-2]|0?[1-9]",
    "hh": "0[1-9]|1[0-2]",
    "m": _ANY_SIXTIETH,
    "mm": _SIXTIETH,
    "s": _ANY_SIXTIETH,
    "ss": _SIXTIETH,
    "a": "[AaPp][Mm]",
    "X": f"Z|[+-]{_OFFSET_HOURS}(?:{_SIXTIETH})?|[+-]18(?:00)?",
    "XX": f"Z|[+-]{_OFFSET_HOURS}{_SIXTIETH}|[+-]1800",
    "XXX": f"Z|[+-]{_OFFSET_HOURS}:{_SIXTIETH}|[+-]18:00",
}
"""What stands for each field; days and months that no calendar has are found when a day is made of them. Offsets end
where Java's do, at 18 hours."""

_NEEDS = {"y": "Md", "M": "yd", "d": "yM", "h": "a", "a": "h", "m": "", "s": "m", "S": "s"}
_TOKENS = re.compile(r"'((?:[^']|'')+)'|('')|([A-Za-z])\3*|([^A-Za-z'])", re.DOTALL)
_RESERVED = "[]{}#'"


@dataclass(frozen=True)
class Field:
    """A field of a pattern: its letters, such as `yyyy`."""

    letters: str

    @property
    def letter(self) -> str:
        """Which field it is."""
        return self.letters[0]

    @property
    def pattern(self) -> str:
        """Regex of its values, with one group. Of a fraction of a second the group holds the microseconds."""
        if self.letter != "S":
            return f"({_FIELDS[self.letters]})"
        digits = len(self.letters)
        if digits == 1:
            return f"([0-9]{{1,{_READ_DECIMALS}}})[0-9]{{0,{_MOST_DECIMALS - _READ_DECIMALS}}}"
        return f"([0-9]{{{min(digits, _READ_DECIMALS)}}})[0-9]{{{max(digits - _READ_DECIMALS, 0)}}}"

    @property
    def is_numeric(self) -> bool:
        """Whether it is written in digits alone."""
        return self.letter not in "aX"

    @property
    def has_any_width(self) -> bool:
        """Whether one value takes fewer digits than another."""
        return self.is_numeric and len(self.letters) == 1 and self.letter != "y"


@cache
def parts_of(text: str) -> tuple[str | Field, ...]:
    """The literals and fields of a pattern.

    Raises:
        ValueError: the pattern has what none of the engines can be made to read, or says no day.
    """
    parts: list[str | Field] = []
    for token in _TOKENS.finditer(text):
        quoted, quote, letter, literal = token.groups()
        if literal and literal in _RESERVED:
            raise ValueError(
                f"{text!r} has {literal} outside of '…': what may be missing is told by a list of patterns"
            )
        parts.append(_field(token[0]) if letter else quoted.replace("''", "'") if quoted else literal or quote[:1])
    if sum(len(token[0]) for token in _TOKENS.finditer(text)) != len(text):
        raise ValueError(f"{text!r} has a quote that nothing closes")
    _check(text, parts)
    return tuple(parts)


def _field(letters: str) -> Field:
    if letters not in _FIELDS and not (letters[0] == "S" and len(letters) <= _MOST_DECIMALS):
        known = ", ".join([*_FIELDS, "S to SSSSSSSSS"])
        raise ValueError(f"has the field {letters}, and can have {known}; put words into '…'")
    return Field(letters)


def _check(text: str, parts: Sequence[str | Field]) -> None:
    letters = [part.letter for part in parts if isinstance(part, Field)]
    if twice := sorted({letter for letter in letters if letters.count(letter) > 1}):
        raise ValueError(f"{text!r} says {', '.join(twice)} more than once")
    if missing := [letter for letter in "yMd" if letter not in letters]:
        raise ValueError(f"{text!r} says no day: {', '.join(missing)} of y, M and d is not there")
    if {"H", "h"} <= set(letters):
        raise ValueError(f"{text!r} has hours of two clocks: H goes to 23, h to 12 with a")
    for letter in letters:
        if missing := [needed for needed in _NEEDS.get(letter, "") if needed not in letters]:
            raise ValueError(f"{text!r} has {letter} without {', '.join(missing)}")
    if set("mX") & set(letters) and not {"H", "h"} & set(letters):
        raise ValueError(f"{text!r} has {'m' if 'm' in letters else 'X'} without hours, H or h")
    for before, after in pairwise(parts):
        is_digits = after[:1].isdigit() if isinstance(after, str) else after.is_numeric
        if isinstance(before, Field) and before.has_any_width and is_digits:
            raise ValueError(f"{text!r} does not say where {before.letters} ends: give it all its digits")
