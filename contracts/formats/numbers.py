"""How sources write numbers: in a notation, with as many digits as the column's type holds."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.formats.notations import NumberNotation, with_any_blank

DOUBLE_DIGITS = 15
"""So many decimal digits a double keeps, whatever they are (IEEE 754, DBL_DIG)."""

ROUNDING_ERROR = 2.0**-51
"""The relative error, at most, of a decimal number that was read as a double and multiplied once."""

PLAIN_NOTATION = NumberNotation()


@dataclass(frozen=True)
class NumberFormat:
    """How a number is written: its notation, how many digits it has before the decimal separator at most, and after.

    `decimals` is None where any number of them is read, as for a double of no declared scale: if it is written plainly,
    such a one may have an exponent and any number of digits, as databases and JSON write it. An integer has a sign and
    groups, and of the notation's `decimals` zeros: no currency sign, percent or exponent.

    Raises:
        ValueError: the notation shifts the decimal separator further than the decimals reach.
    """

    notation: NumberNotation = PLAIN_NOTATION
    decimals: int | None = 2
    whole_digits: int = 12
    is_integer: bool = False

    def __post_init__(self) -> None:
        """Refuse what would lose digits."""
        if not self.is_integer and self.decimals is not None and self.decimals < self.shift:
            reason = f"has {self.decimals} decimals, and what its source writes has {self.shift}"
            raise ValueError(f"{reason} (impliedDecimals, percent): digits would be lost")
        if self.is_scientific and self.decimals is not None and self.decimals + self.whole_digits > DOUBLE_DIGITS:
            raise ValueError(f"has more than {DOUBLE_DIGITS} digits: with an exponent they cannot be read exactly")

    @property
    def shift(self) -> int:
        """By how many places the value is smaller than what its digits say."""
        return 0 if self.is_integer else self.notation.shift

    @property
    def is_scientific(self) -> bool:
        """Whether it may have an exponent; what is no finite double then reads as nothing."""
        is_plain = self.notation == PLAIN_NOTATION and self.decimals is None
        return (is_plain if self.notation.exponent is None else self.notation.exponent) and not self.is_integer

    @property
    def pattern(self) -> str:
        """Full-match regex of a well-formed number."""
        signs = NumberNotation(negative=self.notation.negative) if self.is_integer else self.notation
        forms = [f"{_any_of(before)}{self._digits}{after}" for after, before in signs.forms.items()]
        return f"^{forms[0]}$" if len(forms) == 1 else f"^(?:{'|'.join(forms)})$"

    @property
    def _digits(self) -> str:
        if self.is_scientific:
            return f"[0-9]+([{self.notation.decimal}][0-9]+)?([eE][+-]?[0-9]{{1,3}})?"
        most = self.whole_digits + self.shift
        whole = f"[0-9]{{1,{most}}}"
        if self.notation.grouping:
            group = f"{with_any_blank(self.notation.grouping, '')}[0-9]{{3}}"
            whole = f"(?:[0-9]{{1,3}}(?:{group}){{0,{(most - 1) // 3}}}|{whole})"
        return whole + self._fraction

    @property
    def _fraction(self) -> str:
        """The decimals that the type has room for; where they are counted, zeros for the others."""
        room = None if self.decimals is None else self.decimals - self.shift
        counted = self.notation.decimals
        if counted is not None:
            kept = counted if room is None else min(counted, room)
            return f"[{self.notation.decimal}][0-9]{{{kept}}}0{{{counted - kept}}}" if counted else ""
        return "" if room == 0 else f"([{self.notation.decimal}][0-9]{{1,{'' if room is None else room}}})?"

    def __str__(self) -> str:
        """As people read it."""
        scale = "any scale" if self.decimals is None else f"scale {self.decimals}"
        return f"{self.notation} of {self.whole_digits} digits, {scale}"


def _any_of(fronts: list[str]) -> str:
    some = [front for front in fronts if front]
    if len(some) == 1:
        return some[0] if len(fronts) == 1 else f"(?:{some[0]})?"
    return f"(?:{'|'.join(some)}){'?' if len(some) < len(fronts) else ''}" if some else ""
