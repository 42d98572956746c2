"""The ways sources write dates, numbers, booleans and times, each as a pattern that Java's and Rust's regex read alike.

The patterns say which texts are well-formed; an engine then parses the text. Digits are always `[0-9]`, never the
class of all digits (Unicode's in Rust, ASCII's in Java), and blanks are listed in `BLANKS`, because every
engine trims differently.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

_SPACES = "".join(map(chr, range(0x2000, 0x200B)))
BLANK_CHARACTERS = f"\t\n\x0b\f\r \x85\xa0\u1680{_SPACES}\u2028\u2029\u202f\u205f\u3000"
"""The blanks: Unicode's White_Space (Python's `str.strip` and Java's `isWhitespace` each know other ones). A text of
nothing else counts as missing, and values are read without the blanks around them."""

BLANKS = "[\\x{9}-\\x{D}\\x{20}\\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}]"
"""The blanks as a regex character class, in ranges: Java's engine looks at each member of a class, for every letter."""

EMAIL_PATTERN = f"^[^@{BLANKS[1:-1]}]+@[^@{BLANKS[1:-1]}]+\\.[A-Za-z]{{2,}}$"
"""One `@`, something before it, no blanks, and a dot in the domain with two or more letters after it."""

_YEAR = "[1-9][0-9]{3}"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_OFFSET = "[+-]([01][0-9]|2[0-3]):[0-5][0-9]"
_REAL_SIGN = "R\\$[ \\x{A0}]?"


LAST_INSTANT = datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)
"""The last point in time that every engine's calendar has; what a text says beyond it reads as nothing."""


class DateFormat(StrEnum):
    """Order and separators of a date; the value is what Java's DateTimeFormatter reads."""

    ISO = "yyyy-MM-dd"
    US = "M/d/yyyy"
    BRAZILIAN = "dd/MM/yyyy"

    @property
    def pattern(self) -> str:
        """Full-match regex with three groups of digits; `group_of` says which is which."""
        return {
            DateFormat.ISO: f"^({_YEAR})-([0-9]{{2}})-([0-9]{{2}})$",
            DateFormat.US: f"^([0-9]{{1,2}})/([0-9]{{1,2}})/({_YEAR})$",
            DateFormat.BRAZILIAN: f"^([0-9]{{2}})/([0-9]{{2}})/({_YEAR})$",
        }[self]

    def group_of(self, part: str) -> int:
        """Number of the pattern's group that holds `year`, `month` or `day`."""
        order = {
            DateFormat.ISO: ("year", "month", "day"),
            DateFormat.US: ("month", "day", "year"),
            DateFormat.BRAZILIAN: ("day", "month", "year"),
        }[self]
        return order.index(part) + 1


class NumberNotation(StrEnum):
    """Currency sign and separators of a number, by the contract's example; sign and groups are optional."""

    PLAIN = "1234.56"
    DOLLAR = "$1,234.56"
    REAL = "R$ 1.234,56"

    @property
    def thousands(self) -> str:
        """The thousands separator, empty where the notation has none."""
        return {NumberNotation.PLAIN: "", NumberNotation.DOLLAR: ",", NumberNotation.REAL: "."}[self]

    @property
    def decimal(self) -> str:
        """The decimal separator."""
        return "," if self is NumberNotation.REAL else "."


@dataclass(frozen=True)
class NumberFormat:
    """How a number is written: its notation, how many digits it has before the decimal separator at most, and after.

    `decimals` is None where any number of them is read, as for a double of no declared scale: without a currency such a
    one may have an exponent and any number of digits, as databases and JSON write it. An integer has no decimals, and
    no currency sign.
    """

    notation: NumberNotation
    decimals: int | None = 2
    whole_digits: int = 12
    is_integer: bool = False

    @property
    def is_scientific(self) -> bool:
        """Whether it may have an exponent; what is no finite double then reads as nothing."""
        return self.decimals is None and self.notation is NumberNotation.PLAIN and not self.is_integer

    @property
    def pattern(self) -> str:
        """Full-match regex of a well-formed number."""
        if self.is_scientific:
            return "^-?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]{1,3})?$"
        whole = f"[0-9]{{1,{self.whole_digits}}}"
        if self.notation.thousands:
            groups = (self.whole_digits - 1) // 3
            whole = f"([0-9]{{1,3}}([{self.notation.thousands}][0-9]{{3}}){{0,{groups}}}|{whole})"
        return f"^{self._signs}{whole}{self._fraction}$"

    @property
    def _signs(self) -> str:
        if self.is_integer:
            return "-?"
        return {
            NumberNotation.PLAIN: "-?",
            NumberNotation.DOLLAR: "-?\\$?",
            NumberNotation.REAL: f"(-|-?{_REAL_SIGN}|{_REAL_SIGN}-)?",
        }[self.notation]

    @property
    def _fraction(self) -> str:
        if self.decimals == 0:
            return ""
        most = "" if self.decimals is None else self.decimals
        return f"([{self.notation.decimal}][0-9]{{1,{most}}})?"


@dataclass(frozen=True)
class BooleanFormat:
    """The words for true and for false, as a source writes them, letter case included."""

    true: tuple[str, ...] = ("true",)
    false: tuple[str, ...] = ("false",)

    @classmethod
    def of(cls, *pairs: str) -> BooleanFormat:
        """The format that pairs as `S/N` or `sim/não` describe, the word for true first.

        >>> BooleanFormat.of("S/N", "sim/não")
        BooleanFormat(true=('S', 'sim'), false=('N', 'não'))

        Raises:
            ValueError: a pair is not two different words, or one word means both.
        """
        words = [pair.split("/") for pair in pairs]
        if not words or any(len(pair) != 2 or not all(pair) for pair in words):  # noqa: PLR2004 (a pair)
            raise ValueError("must be a pair of words such as S/N, the one for true first, or a list of such pairs")
        true, false = (tuple(column) for column in zip(*words, strict=True))
        if set(true) & set(false):
            raise ValueError(f"{', '.join(sorted(set(true) & set(false)))} stands for true and for false")
        return cls(true, false)


@dataclass(frozen=True)
class TimestampFormat:
    """How a time is written: RFC 3339 if `local_offset` is None, else `dd/MM/yyyy HH:mm:ss` at it.

    RFC 3339 to the letter: `t` and `z` of either case, any number of decimals (read to the microsecond, further ones
    cut off), every offset. Two texts that it allows read as nothing, because no engine's calendar has the time they
    say: a leap second (`23:59:60`), and one that in UTC is after the year 9999. Nor does a year before 1000.
    """

    local_offset: str | None = None

    @property
    def pattern(self) -> str:
        """Full-match regex of a well-formed timestamp."""
        if self.local_offset is None:
            return f"^{_YEAR}-[0-9]{{2}}-[0-9]{{2}}[Tt]{_CLOCK}(\\.[0-9]+)?([Zz]|{_OFFSET})$"
        return f"^([0-9]{{2}})/([0-9]{{2}})/({_YEAR}) ({_CLOCK})$"


WrittenFormat = DateFormat | NumberFormat | BooleanFormat | TimestampFormat
"""How a source writes the values of a column that is not text."""
