"""The stated share of every kind of dirt in purchases, by kind of source."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.generator.customer_purchases.spoiled_values import (
    invalid_cards,
    invalid_emails,
    negative_amounts,
    unknown_stores,
    unparsable_amounts,
)
from sandbox.generator.dirt import Dirt, Effect
from sandbox.generator.population import SourceKind
from sandbox.generator.spoiled_values import implausible_dates, invalid_cpfs, unparsable_dates, unparsable_times


@dataclass(frozen=True, kw_only=True)
class Shares:
    """How dirty one kind of source is.

    `in_another_source` of the purchases are also in the first kind of source, `repeated` ones are entered twice in this
    one, each time with an update time of its own.
    """

    dirt: tuple[Dirt, ...]
    in_another_source: float
    repeated: float


_EVERYWHERE = (
    Dirt("customer_id", Effect.MISSING, 0.004),
    Dirt("cpf", Effect.MISSING, 0.004),
    Dirt("cpf", Effect.INVALID, 0.020, invalid_cpfs),
    Dirt("purchase_date", Effect.MISSING, 0.003),
    Dirt("purchase_date", Effect.OUT_OF_RANGE, 0.005, implausible_dates),
    Dirt("total_amount", Effect.MISSING, 0.003),
    Dirt("total_amount", Effect.TOO_LOW, 0.010, negative_amounts),
    Dirt("email", Effect.MISSING, 0.010),
    Dirt("email", Effect.INVALID, 0.015, invalid_emails),
    Dirt("store_location", Effect.MISSING, 0.003),
    Dirt("store_location", Effect.INVALID, 0.010, unknown_stores),
    Dirt("credit_card_number", Effect.INVALID, 0.010, invalid_cards),
    Dirt("product", Effect.MISSING, 0.005),
    Dirt("last_name", Effect.MISSING, 0.005),
)

_IN_TEXT = (
    Dirt("purchase_date", Effect.UNPARSABLE, 0.005, unparsable_dates),
    Dirt("total_amount", Effect.UNPARSABLE, 0.005, unparsable_amounts),
)

_IN_FILES = (
    Dirt("updated_at", Effect.UNPARSABLE, 0.002, unparsable_times),
    Dirt("updated_at", Effect.MISSING, 0.010),
)

SHARES = {
    SourceKind.DATABASE: Shares(dirt=_EVERYWHERE, in_another_source=0.0, repeated=0.02),
    SourceKind.API: Shares(dirt=_EVERYWHERE + _IN_TEXT, in_another_source=0.05, repeated=0.02),
    SourceKind.FILES: Shares(dirt=_EVERYWHERE + _IN_TEXT + _IN_FILES, in_another_source=0.05, repeated=0.0),
}
"""A database's columns are typed, so nothing in it fails to parse; its rows and an API's are ordered by a time that is
always there. Files have no row key: a purchase entered twice in one is a correction (see `population`)."""
