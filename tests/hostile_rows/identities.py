"""Whether a text holds a CPF or an e-mail address, found by walking through its letters one after the other."""

from __future__ import annotations

import unicodedata

from tests.hostile_rows.readings import WHITE_SPACE

_ZEROS = ("\uff10", "\u0660", "\u06f0")
_PLAIN = {ord(zero) + digit: ord("0") + digit for zero in _ZEROS for digit in range(10)}
_CPF_DIGITS, _CHECKED = 11, (9, 10)
_DIGITS = frozenset("0123456789")


def identifies(text: str) -> bool:
    """Whether somebody's CPF or address stands in it; digits of full width and Arabic ones are digits."""
    plain = text.translate(_PLAIN)
    starts = [p for p, letter in enumerate(plain) if letter in _DIGITS and plain[p - 1 : p] not in _DIGITS]
    return any(is_cpf(_eleven_digits(plain, start)) for start in starts) or _holds_address(plain)


def is_cpf(digits: str | None) -> bool:
    """Eleven digits, not all equal, of which the last two are those that the others demand."""
    if digits is None or len(digits) != _CPF_DIGITS or not set(digits) <= _DIGITS or len(set(digits)) == 1:
        return False
    return all(int(digits[known]) == _check_digit(digits[:known]) for known in _CHECKED)


def _check_digit(known: str) -> int:
    rest = sum(int(digit) * weight for digit, weight in zip(known, range(len(known) + 1, 1, -1), strict=True)) % 11
    return 0 if rest < 2 else 11 - rest


def _eleven_digits(text: str, start: int) -> str | None:
    """The eleven digits from there on that nothing but signs and blanks part, if no further one follows at once."""
    digits = ""
    for place in range(start, len(text)):
        letter = text[place]
        if len(digits) == _CPF_DIGITS:
            return None if letter in _DIGITS else digits
        if letter in _DIGITS:
            digits += letter
        elif unicodedata.category(letter)[0] in "LN":
            return None
    return digits if len(digits) == _CPF_DIGITS else None


def _holds_address(text: str) -> bool:
    words = text.translate(dict.fromkeys(map(ord, WHITE_SPACE), " ")).split(" ")
    return any(_is_address(word, at) for word in words for at, letter in enumerate(word) if letter == "@")


def _is_address(word: str, at: int) -> bool:
    """Whether what stands around that sign is one: an address begins at a blank or another such sign."""
    name = word[:at].rpartition("@")[2]
    domain = word[at + 1 :].partition("@")[0]
    return bool(name) and any(_is_end(domain, dot) for dot, letter in enumerate(domain) if letter == "." and dot)


def _is_end(domain: str, dot: int) -> bool:
    """Whether two letters or more of ASCII follow the dot."""
    ending = domain[dot + 1 : dot + 3]
    return len(ending) == 2 and ending.isascii() and ending.isalpha()
