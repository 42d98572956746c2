"""What dirt looks like: each function takes good values with a variant number each, and returns bad ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from sandbox.generator.draws import Integers
from sandbox.generator.vocabulary import CITIES_WITHOUT_STORE

MISSING_TEXTS = (None, None, "", "   ")
MISSING_IN_FILE = (None, None, "   ")
"""A CSV file cannot tell an empty text from a missing one."""

UNPARSABLE_TEXTS = {
    "purchase_date": ("sem data", "2025-02-30", "30/02/2025", "31/11/24", "2025/07/15", "0000-00-00", "ontem"),
    "total_amount": ("a combinar", "1e3", "--10", "R$", "12.345,6789", "1.2.3,4", "grátis"),
    "updated_at": ("ontem", "30/02/2025 10:00:00", "2025-02-30T10:00:00Z", "01/07/2025 25:00:00", "?"),
}
"""Texts that read as a value in none of the contract's formats."""

_IMPLAUSIBLE_DATES = pl.Series(
    [date(1899, 12, 30), date(1970, 1, 1), date(1999, 12, 31), date(2206, 1, 31), date(9999, 12, 31)]
)


def pick(options: Sequence[str | None], _values: pl.Series, variants: Integers) -> pl.Series:
    """One of the options for each variant number, whatever the value was."""
    return pl.Series(options, dtype=pl.String).gather(variants % len(options))


def invalid_cpfs(cpfs: pl.Series, variants: Integers) -> pl.Series:
    """Either check digit wrong, all digits equal, a digit too few, one too many, or a letter, from 11 valid digits."""
    cpf = pl.lit(cpfs)
    digit = pl.lit(pl.Series(variants)) // 8
    return _variant(
        variants,
        cpf.str.head(9) + _next_digit(cpf.str.slice(9, 1)) + cpf.str.tail(1),
        cpf.str.head(10) + _next_digit(cpf.str.tail(1)),
        pl.concat_str([(digit % 10).cast(pl.String)] * 11),
        cpf.str.head(10),
        cpf + "0",
        cpf.str.head(10) + "X",
    )


def invalid_emails(emails: pl.Series, variants: Integers) -> pl.Series:
    """No `@`, two of them, a blank, no dot in the domain, one letter after it, or nothing before the `@`."""
    email = pl.lit(emails)
    return _variant(
        variants,
        email.str.replace("@", "", literal=True),
        email.str.replace("@", "@@", literal=True),
        email.str.replace(".", " ", literal=True),
        email.str.replace(r"@.*", "@example"),
        email.str.replace(r"@.*", "@example.b"),
        email.str.replace(r".*@", "@"),
    )


def unknown_stores(stores: pl.Series, variants: Integers) -> pl.Series:
    """A city without a store, or a known one in capitals, in small letters, or with a blank behind it."""
    store = pl.lit(stores)
    elsewhere = pl.lit(pick(CITIES_WITHOUT_STORE, stores, variants // 8))
    return _variant(variants, elsewhere, elsewhere, store.str.to_uppercase(), store.str.to_lowercase(), store + " ")


def invalid_cards(cards: pl.Series, variants: Integers) -> pl.Series:
    """Last digit wrong, too few digits, or masked by the till; a card that is not there stays so."""
    card = pl.lit(cards)
    return _variant(
        variants,
        card.str.head(card.str.len_chars() - 1) + _next_digit(card.str.tail(1)),
        card.str.head(11),
        "**** **** **** " + card.str.tail(4),
    )


def negative_amounts(centavos: pl.Series, _variants: Integers) -> pl.Series:
    """The amount below zero, as a refund that was entered as a purchase."""
    return -centavos


def implausible_dates(_dates: pl.Series, variants: Integers) -> pl.Series:
    """A spreadsheet's or a clock's day zero, the day before the first plausible one, or far in the future."""
    return _IMPLAUSIBLE_DATES.gather(variants % len(_IMPLAUSIBLE_DATES))


def _next_digit(digit: pl.Expr) -> pl.Expr:
    return ((digit.cast(pl.Int64) + 1) % 10).cast(pl.String)


def _variant(variants: Integers, *options: pl.Expr) -> pl.Series:
    number = pl.lit(pl.Series(variants)) % len(options)
    chosen = pl.coalesce(pl.when(number == place).then(option) for place, option in enumerate(options))
    return pl.select(chosen.alias("value"))["value"]
