"""Unicode date patterns, compiled to what both engines read by: a regular expression, and how its groups make ISO 8601.

A pattern is written as Unicode's LDML (UTS #35, "Date Format Patterns") and Java's `DateTimeFormatter` have it. Digits
are always `[0-9]`, never the class of all digits (Unicode's in Rust, ASCII's in Java).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

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


@dataclass(frozen=True)
class Rewriting:
    """A full-match regex, and what its groups (`$1`, …) are written as. No group's number is followed by a letter or
    digit, for which each engine has its own rule."""

    pattern: str
    replacement: str


@dataclass(frozen=True)
class TimePattern:
    """A pattern such as `dd/MM/yyyy HH:mm`; `two_digit_years_from` is the first year that its `yy` can mean.

    A field of one letter has as many digits as its value needs, any other as many as letters; a year has four, or two.

    Raises:
        ValueError: the pattern has what none of the engines can be made to read, or says no day.
    """

    text: str
    two_digit_years_from: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be compiled."""
        _ = self.parts

    @property
    def parts(self) -> tuple[str | Field, ...]:
        """Its literals and fields."""
        return _parts(self.text)

    @property
    def fields(self) -> dict[str, Field]:
        """Its fields by letter, in the order of the pattern's groups."""
        return {part.letter: part for part in self.parts if isinstance(part, Field)}

    @property
    def has_short_year(self) -> bool:
        """Whether its year has two digits."""
        return self.fields["y"].letters == "yy"

    @property
    def says_offset(self) -> bool:
        """Whether it says an instant by itself, and not a local time."""
        return "X" in self.fields

    @property
    def has_time_of_day(self) -> bool:
        """Whether it says more than a day."""
        return not self.fields.keys() <= set("yMd")

    @property
    def pattern(self) -> str:
        """Full-match regex of a well-formed text, with a group for each field."""
        return self._pattern(self.fields["y"].pattern)

    def _pattern(self, year: str) -> str:
        parts = (
            re.escape(part) if isinstance(part, str) else year if part.letter == "y" else part.pattern
            for part in self.parts
        )
        return f"^{''.join(parts)}$"

    def group_of(self, letter: str) -> str:
        """The reference to the group of the field of that letter."""
        return f"${list(self.fields).index(letter) + 1}"

    def as_iso(self, *, with_time: bool) -> tuple[Rewriting, ...]:
        """How a well-formed text becomes `yyyy-M-d`, with time ` H:m:s` and, as far as there, `.S` and `X` after it.

        Of two-digit years there is a rewriting for each century; a text is well-formed in one of them. Hours of a
        clock of twelve stay as they are.
        """
        rest = f"-{self.group_of('M')}-{self.group_of('d')}{self._iso_time if with_time else ''}"
        if not self.has_short_year:
            return (Rewriting(self.pattern, f"{self.group_of('y')}{rest}"),)
        century, first = divmod(self.two_digit_years_from or 0, 100)
        spans = [(century, first, 99), (century + 1, 0, first - 1)]
        return tuple(
            Rewriting(self._pattern(f"({_two_digits(least, most)})"), f"{hundreds}{self.group_of('y')}{rest}")
            for hundreds, least, most in spans
            if least <= most
        )

    @property
    def _iso_time(self) -> str:
        hour, minute, second = (
            next((self.group_of(letter) for letter in letters if letter in self.fields), "00")
            for letters in ("Hh", "m", "s")
        )
        fraction = f".{self.group_of('S')}" if "S" in self.fields else ""
        return f" {hour}:{minute}:{second}{fraction}{self.group_of('X') if self.says_offset else ''}"


def _two_digits(least: int, most: int) -> str:
    """Regex of the numbers of two digits from the least to the most.

    >>> _two_digits(50, 99), _two_digits(0, 7)
    ('[5-9][0-9]', '0[0-7]')
    """
    whole = [ten for ten in range(10) if least <= 10 * ten and 10 * ten + 9 <= most]
    partly = [ten for ten in range(least // 10, most // 10 + 1) if ten not in whole]
    spans = [f"[{whole[0]}-{whole[-1]}][0-9]"] if whole else []
    return "|".join(spans + [f"{ten}[{max(least - 10 * ten, 0)}-{min(most - 10 * ten, 9)}]" for ten in partly])


@cache
def _parts(text: str) -> tuple[str | Field, ...]:
    parts: list[str | Field] = []
    for token in _TOKENS.finditer(text):
        quoted, quote, letter, literal = token.groups()
        if literal and literal in _RESERVED:
            raise ValueError(f"{text!r} has {literal} outside of '…': what may be missing is told by a list of patterns")
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


def _check(text: str, parts: list[str | Field]) -> None:
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
    for before, after in zip(parts, parts[1:], strict=False):
        is_digits = after[:1].isdigit() if isinstance(after, str) else after.is_numeric
        if isinstance(before, Field) and before.has_any_width and is_digits:
            raise ValueError(f"{text!r} does not say where {before.letters} ends: give it all its digits")
