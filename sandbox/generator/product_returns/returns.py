"""Clean returns, before any dirt: each is of a purchase that the purchases' source of the same kind holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from sandbox.generator.block import Block
from sandbox.generator.customer_purchases.purchases import clean_purchases
from sandbox.generator.draws import Draws, Integers
from sandbox.generator.population import KINDS, Population, SourceKind
from sandbox.generator.product_returns.reasons import reasons
from sandbox.generator.update_times import days_of, update_microseconds

_PURCHASES_A_RETURN, _FEWEST = 20, 20
_PREFIXES = {SourceKind.DATABASE: "LJ-", SourceKind.FILES: "TR-"}
_DAYS_TO_REGRET = 7
"""Código de Defesa do Consumidor, art. 49. More would let a correction be later than generation 0 is."""

_MOST_PIECES, _SKEW = 99, 24


def returns_of(purchases: Population) -> Population:
    """How many of those purchases come back, and when; a seed of their own keeps the draws of the two apart."""
    rows = max(_FEWEST, purchases.rows // _PURCHASES_A_RETURN) if purchases.rows else 0
    return Population(rows, ~purchases.seed, purchases.anchor)


def clean_returns(block: Block, purchases: Population) -> pl.DataFrame:
    """The returns of a block of `returns_of(purchases)`, without dirt.

    Returns:
        `row` (Int64), `return_id` (String), `returned_on` (Date), `product` (String), `quantity` (Int32), `opened`
        (Boolean, null where nobody looked), `reason` and `mentions` (String, as `reasons` says), `cpf` (String, 11
        digits) and `updated_at` (Datetime, UTC). A correction keeps all but quantity, opened and updated_at.
    """
    by_return = Draws(block.population.seed, block.rows * len(KINDS) + KINDS.index(block.kind))
    purchased = _purchases(block, purchases, by_return)
    days = _days(block, purchased["purchase_date"], by_return)
    looked = block.draws.hits(f"{block.kind}/looked at", 0.85)
    opened = pl.Series(block.draws.hits(f"{block.kind}/opened", 0.55), dtype=pl.Boolean).set(pl.Series(~looked), None)
    pieces = 1 + (block.draws.uniform(f"{block.kind}/pieces") ** _SKEW * _MOST_PIECES).astype(np.int32)
    numbers = pl.Series(block.rows + 1).cast(pl.String).str.zfill(10)
    return pl.DataFrame(
        {
            "row": block.rows,
            "return_id": _PREFIXES[block.kind] + numbers,
            "returned_on": pl.Series(days.astype(np.int32)).cast(pl.Date),
            "product": purchased["product"],
            "quantity": pl.Series(pieces, dtype=pl.Int32),
            "opened": opened,
            **reasons(purchased["cpf"], purchased["email"], by_return),
            "cpf": purchased["cpf"],
            "updated_at": pl.Series(update_microseconds(block, days)).cast(pl.Datetime("us", "UTC")),
        }
    )


@dataclass(frozen=True, eq=False)
class _Chosen(Block):
    """Purchases that need not lie next to each other."""

    chosen: Integers = field(kw_only=True)

    @cached_property
    def positions(self) -> Integers:
        """Place of each purchase in its generation's sequence."""
        return self.chosen


def _purchases(block: Block, purchases: Population, by_return: Draws) -> pl.DataFrame:
    """The purchase of each return, all of generation 0: the first returns in their order, later ones among the last."""
    first, rows = block.population.rows, block.rows
    in_order = (rows * purchases.rows + by_return.below("purchase", purchases.rows)) // max(1, first)
    last = purchases.rows - 1 - by_return.below("late purchase", max(1, purchases.rows // _PURCHASES_A_RETURN))
    chosen = _Chosen(purchases, block.kind, 0, 0, len(rows), chosen=np.where(rows < first, in_order, last))
    return clean_purchases(chosen, stores=("",))  # where a product was bought does not matter to its return


def _days(block: Block, purchased: pl.Series, by_return: Draws) -> Integers:
    """Day of each return, counted from 1970-01-01: soon after the purchase, later ones on their generation's day."""
    kept = 1 + by_return.below("days kept", _DAYS_TO_REGRET)
    return days_of(block.population, block.rows, purchased.to_physical().to_numpy().astype(np.int64) + kept)
