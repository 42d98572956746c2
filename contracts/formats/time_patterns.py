"""Unicode date patterns, compiled to what both engines read by: a regular expression, and how its groups make ISO 8601.

A pattern is written as Unicode's LDML (UTS #35, "Date Format Patterns") and Java's `DateTimeFormatter` have it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from contracts.formats.time_fields import Field, parts_of


@dataclass(frozen=True)
class Rewriting:
    """A full-match regex, and what its groups (`$1`, …) are written as.

    No group's number is followed by a letter or digit: each engine has a rule of its own for that.
    """

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
        return parts_of(self.text)

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
