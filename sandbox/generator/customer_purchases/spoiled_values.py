"""What dirt looks like in the columns that only purchases have; the functions are spoilers, as `dirt` says."""

from __future__ import annotations

from functools import partial

import polars as pl

from sandbox.generator.customer_purchases.vocabulary import CITIES_WITHOUT_STORE
from sandbox.generator.draws import Integers
from sandbox.generator.spoiled_values import next_digit, pick, variant

unparsable_amounts = partial(pick, ("a combinar", "1e3", "--10", "R$", "12.345,6789", "1.2.3,4", "grátis"))
"""Texts that read as an amount in none of the contract's formats."""


def invalid_emails(emails: pl.Series, variants: Integers) -> pl.Series:
    """No `@`, two of them, a blank, no dot in the domain, one letter after it, or nothing before the `@`."""
    email = pl.lit(emails)
    return variant(
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
    return variant(variants, elsewhere, elsewhere, store.str.to_uppercase(), store.str.to_lowercase(), store + " ")


def invalid_cards(cards: pl.Series, variants: Integers) -> pl.Series:
    """Last digit wrong, too few digits, or masked by the till; a card that is not there stays so."""
    card = pl.lit(cards)
    return variant(
        variants,
        card.str.head(card.str.len_chars() - 1) + next_digit(card.str.tail(1)),
        card.str.head(11),
        "**** **** **** " + card.str.tail(4),
    )


def negative_amounts(centavos: pl.Series, _variants: Integers) -> pl.Series:
    """The amount below zero, as a refund that was entered as a purchase."""
    return -centavos
