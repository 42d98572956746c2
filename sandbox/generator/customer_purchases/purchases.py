"""Clean purchases, before any dirt: typed columns for a block of row versions of one generation at one source."""

from __future__ import annotations

import numpy as np
import polars as pl

from sandbox.generator.block import Block
from sandbox.generator.customer_purchases.customers import cards, customer_columns
from sandbox.generator.customer_purchases.subjects import (
    customers,
    purchase_days,
    repeated_rows,
    subjects,
    update_codes,
)
from sandbox.generator.customer_purchases.vocabulary import PRICES_BRL
from sandbox.generator.draws import Booleans, Draws, Integers
from sandbox.generator.population import KINDS
from sandbox.generator.update_times import update_microseconds

_PRODUCTS = pl.Series(list(PRICES_BRL))
_PRICES_CENTS = np.array([round(price * 100) for price in PRICES_BRL.values()])


def clean_purchases(block: Block, stores: tuple[str, ...]) -> pl.DataFrame:
    """A block's purchases without dirt.

    Returns:
        `row` (Int64), the customer's columns (String), `purchase_date` (Date), `total_amount` (Int64, centavos),
        `product`, `store_location`, `credit_card_number` (String, null when not paid by card) and `updated_at`
        (Datetime, UTC).
    """
    seed, repeated = block.population.seed, repeated_rows(block)
    rows, kinds = subjects(block, repeated)
    by_subject, by_version = Draws(seed, rows * len(KINDS) + kinds), block.draws
    numbers = customers(block.population, rows, kinds)
    product = by_subject.below("product", len(PRICES_BRL))
    days = purchase_days(block.population, rows, by_subject)
    times = update_microseconds(block, days, update_codes(block, repeated))
    card = cards(seed, numbers, by_subject.below("wallet", 2))
    return pl.DataFrame(
        {
            "row": block.rows,
            **customer_columns(seed, numbers),
            "purchase_date": pl.Series(days.astype(np.int32)).cast(pl.Date),
            "total_amount": _amounts_centavos(by_subject, by_version, block.corrections, product),
            "product": _PRODUCTS.gather(product),
            "store_location": _stores(by_subject, by_version, block.corrections, stores),
            "credit_card_number": card.set(pl.Series(by_subject.hits("paid without card", 0.25)), None),
            "updated_at": pl.Series(times).cast(pl.Datetime("us", "UTC")),
        }
    )


def _amounts_centavos(by_subject: Draws, by_version: Draws, corrections: Booleans, product: Integers) -> Integers:
    quantity = 1 + (by_subject.uniform("quantity") ** 3 * 4).astype(np.int64)
    factor = 0.8 + 0.3 * by_subject.uniform("discount")
    corrected = np.where(corrections, 0.5 + by_version.uniform("corrected amount"), 1.0)
    return np.maximum(1, np.rint(_PRICES_CENTS[product] * quantity * factor * corrected)).astype(np.int64)


def _stores(by_subject: Draws, by_version: Draws, corrections: Booleans, stores: tuple[str, ...]) -> pl.Series:
    store = (by_subject.uniform("store") ** 1.6 * len(stores)).astype(np.int64)
    moved = corrections & by_version.hits("store corrected", 0.1)
    return pl.Series(stores).gather(np.where(moved, by_version.below("corrected store", len(stores)), store))
