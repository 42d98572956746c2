r"""Finds what identifies a person in texts that may hold anything: CPFs, card numbers, e-mail addresses.

A number is found by its check digits: whatever stands between its digits but letters, and whatever letters stand
around it, but never inside a longer run of digits. One in a hundred runs of eleven digits passes for a CPF by chance,
and one in ten for a card, so a card's first digit must be that of a payment card (ISO/IEC 7812-1: 2 to 6, which
barcodes of Brazil do not have), and blanks, dashes and dots stand between groups of three or more. Digits of full width
and Arabic ones count as those they stand for. Few texts hold eleven digits or an `@`; only those are searched.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyspark.sql import Column
from pyspark.sql import functions as sf

from contracts.formats import BLANKS, EMAIL_PATTERN
from spark_jobs.silver.masking import REDACTED

_OTHER_ZEROS = (0xFF10, 0x0660, 0x06F0)
_OTHER_DIGITS = "".join(chr(zero + digit) for zero in _OTHER_ZEROS for digit in range(10))
_DIGIT = "[0-9" + "".join(f"\\x{{{zero:X}}}-\\x{{{zero + 9:X}}}" for zero in _OTHER_ZEROS) + "]"
"""In ranges: Java's engine looks at each member of a class, for every letter."""

_BETWEEN = r"[^\p{L}\p{N}]*+"
_CARD_BETWEEN = r"(?:(?<=[0-9]{3})[\s\p{Z}\p{Pd}\p{Cf}.]{1,3}+(?=[0-9]{3}))?+"
_CARD = f"[2-6](?:{_CARD_BETWEEN}[0-9])"

_MAY_BE_NUMBER = f"{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{10}}"
_MAY_HOLD_NUMBER = _MAY_BE_NUMBER.replace(_DIGIT, r"\p{Nd}")
"""The same with any script's digits, which every text is searched for: one look-up a letter in place of four ranges."""

_LEAST_BYTES = 11


def _in_text(number: str) -> str:
    """A pattern that finds the number from every place where digits begin, also where two overlap, as group 1."""
    return f"(?<![0-9])(?=({number})(?![0-9]))"


_CPF = _in_text(f"[0-9](?:{_BETWEEN}[0-9]){{10}}")
_CARDS = [_in_text(_CARD + times) for times in ("{12,18}", "{12,18}?")]
"""The longest and the shortest from each place: a card of 16 digits may stand before three more, which make it 19."""

_EMAIL = f"(?<![^@{BLANKS[1:-1]}]){EMAIL_PATTERN.removeprefix('^').removesuffix('$')}"
"""From the blank before it: tried from one place for each word, as an address's own start is anyone's guess."""


def identities(text: Column, *, cards: bool = True) -> Column:
    """The CPFs, cards (if asked for) and e-mail addresses in the text, as they are written; null where none can be."""
    return sf.when(_may_hold(text), _found(_with_plain_digits(text), cards=cards))


def has(found: Column) -> Column:
    """Whether `identities` found any, never null."""
    return sf.coalesce(sf.size(found) > 0, sf.lit(False))


def without_identities(text: Column, found: Column) -> Column:
    """The text with `***` in place of each of its `identities`."""
    return sf.when(has(found), _without(_with_plain_digits(text), found)).otherwise(text)


def without_long_numbers(text: Column) -> Column:
    """The text with `***` for any eleven digits or more without a letter between them, whosever they are."""
    return sf.regexp_replace(text, f"{_MAY_BE_NUMBER}(?:{_BETWEEN}{_DIGIT})*+", REDACTED)


def _found(text: Column, *, cards: bool) -> Column:
    return sf.concat(*_numbers(text, cards=cards), sf.regexp_extract_all(text, sf.lit(_EMAIL), sf.lit(0)))


def _without(text: Column, found: Column) -> Column:
    """An address of which a number was a part is not what was found any more, so addresses are looked for again."""
    left = sf.aggregate(found, text, lambda rest, one: sf.replace(rest, one, sf.lit(REDACTED)))
    return sf.regexp_replace(left, _EMAIL, REDACTED)


def _may_hold(text: Column) -> Column:
    return text.contains("@") | ((sf.octet_length(text) >= _LEAST_BYTES) & text.rlike(_MAY_HOLD_NUMBER))


def _with_plain_digits(text: Column) -> Column:
    return sf.translate(text, _OTHER_DIGITS, "0123456789" * (len(_OTHER_DIGITS) // 10))


def _numbers(text: Column, *, cards: bool) -> Iterable[Column]:
    """The cards, longer ones first (one may hold what passes for a CPF), then the CPFs."""
    for pattern in _CARDS if cards else []:
        card_numbers = sf.regexp_extract_all(text, sf.lit(pattern), sf.lit(1))
        yield sf.filter(card_numbers, lambda one: sf.call_function("luhn_check", _digits(one)))
    candidates = sf.regexp_extract_all(text, sf.lit(_CPF), sf.lit(1))
    written = sf.transform(candidates, lambda one: sf.struct(one.alias("text"), _digits(one).alias("digits")))
    yield sf.filter(written, lambda one: _is_cpf(one["digits"]))["text"]


def _digits(number: Column) -> Column:
    return sf.regexp_replace(number, "[^0-9]", "")


def _is_cpf(digits: Column) -> Column:
    """As `spark_jobs.silver.rules.is_cpf` in fewer expressions: few candidates are looked at, all are planned for."""
    check_digits = sf.concat(*(_check_digit(digits, known) for known in (9, 10)))
    return (sf.substring(digits, 10, 2) == check_digits) & (digits != sf.repeat(sf.substring(digits, 1, 1), 11))


def _check_digit(digits: Column, known: int) -> Column:
    places = sf.sequence(sf.lit(1), sf.lit(known))
    weighted = sf.aggregate(
        places,
        sf.lit(0),
        lambda total, place: total + sf.substring(digits, place, sf.lit(1)).cast("int") * (known + 2 - place),
    )
    return (weighted * 10 % 11 % 10).cast("string")
