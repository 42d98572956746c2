"""The ways sources write dates, amounts and timestamps, each as a pattern that Java's and Rust's regex read alike.

The patterns say which texts are well-formed; an engine then parses the text. Digits are always `[0-9]`, never the
class of all digits (Unicode's in Rust, ASCII's in Java), and blanks are listed in `BLANKS`, because every
engine trims differently.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

_SPACES = "".join(map(chr, range(0x2000, 0x200B)))
BLANK_CHARACTERS = f"\t\n\x0b\f\r \x85\xa0\u1680{_SPACES}\u2028\u2029\u202f\u205f\u3000"
"""The blanks: Unicode's White_Space (Python's `str.strip` and Java's `isWhitespace` each know other ones). A text of
nothing else counts as missing, and values are read without the blanks around them."""

BLANKS = "[\\x{9}-\\x{D}\\x{20}\\x{85}\\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}]"
"""The blanks as a regex character class, in ranges: Java's engine looks at each member of a class, for every letter."""

_YEAR = "[1-9][0-9]{3}"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
_OFFSET = "[+-](0[0-9]|1[0-4]):[0-5][0-9]"
_REAL_SIGN = "R\\$[ \\x{A0}]?"
_WHOLE = "[0-9]{1,12}"
_THOUSANDS = "[0-9]{1,3}(%s[0-9]{3}){0,3}"


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


class AmountFormat(StrEnum):
    """How an amount of money is written: at most 12 whole digits and 2 decimals, as `numeric(14,2)` holds."""

    PLAIN = "1234.56"
    DOLLAR = "$1,234.56"
    REAL = "R$ 1.234,56"

    @property
    def pattern(self) -> str:
        """Full-match regex of a well-formed amount; currency sign and thousands separators are optional."""
        return {
            AmountFormat.PLAIN: f"^-?{_WHOLE}(\\.[0-9]{{1,2}})?$",
            AmountFormat.DOLLAR: f"^-?\\$?({_THOUSANDS % ','}|{_WHOLE})(\\.[0-9]{{1,2}})?$",
            AmountFormat.REAL: f"^(-|-?{_REAL_SIGN}|{_REAL_SIGN}-)?({_THOUSANDS % '[.]'}|{_WHOLE})(,[0-9]{{1,2}})?$",
        }[self]

    @property
    def thousands(self) -> str:
        """The thousands separator, empty where the format has none."""
        return {AmountFormat.PLAIN: "", AmountFormat.DOLLAR: ",", AmountFormat.REAL: "."}[self]

    @property
    def decimal(self) -> str:
        """The decimal separator."""
        return "," if self is AmountFormat.REAL else "."


@dataclass(frozen=True)
class TimestampFormat:
    """How a last-change time is written: RFC 3339 if `local_offset` is None, else `dd/MM/yyyy HH:mm:ss` at it."""

    local_offset: str | None = None

    @property
    def pattern(self) -> str:
        """Full-match regex of a well-formed timestamp."""
        if self.local_offset is None:
            return f"^{_YEAR}-[0-9]{{2}}-[0-9]{{2}}T{_CLOCK}(\\.[0-9]{{1,6}})?(Z|{_OFFSET})$"
        return f"^([0-9]{{2}})/([0-9]{{2}})/({_YEAR}) ({_CLOCK})$"
