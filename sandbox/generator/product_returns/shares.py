"""The stated share of every kind of dirt in returns, by kind of source."""

from __future__ import annotations

from functools import partial

import polars as pl

from sandbox.generator.dirt import Dirt, Effect
from sandbox.generator.draws import Integers
from sandbox.generator.population import SourceKind
from sandbox.generator.product_returns.reasons import too_long_reasons
from sandbox.generator.spoiled_values import (
    implausible_dates,
    invalid_cpfs,
    pick,
    unparsable_dates,
    unparsable_times,
)

_UNPARSABLE_QUANTITIES = ("dois", "1,5", "1.5", "2 un.", "R$ 2", "+1", "99999999999")
_UNPARSABLE_BOOLEANS = ("talvez", "s", "NÃO", "1", "true", "?")


def _other_numbers(return_ids: pl.Series, _variants: Integers) -> pl.Series:
    """As another system numbers them: still one return's alone, as a database's key must be."""
    return return_ids.str.replace("^..-0*", "DV-")


_EVERYWHERE = (
    Dirt("return_id", Effect.INVALID, 0.006, _other_numbers, lasting=True),
    Dirt("returned_on", Effect.MISSING, 0.003),
    Dirt("returned_on", Effect.OUT_OF_RANGE, 0.005, implausible_dates),
    Dirt("product", Effect.MISSING, 0.004),
    Dirt("quantity", Effect.MISSING, 0.004),
    Dirt("quantity", Effect.TOO_LOW, 0.008, partial(pick, (0, -1))),
    Dirt("quantity", Effect.TOO_HIGH, 0.006, partial(pick, (100, 120, 999, 1000, 12_500))),
    Dirt("reason", Effect.TOO_LONG, 0.004, too_long_reasons),
    Dirt("cpf", Effect.MISSING, 0.004),
    Dirt("cpf", Effect.INVALID, 0.020, invalid_cpfs),
)

_IN_FILES = (
    Dirt("return_id", Effect.MISSING, 0.004),
    Dirt("returned_on", Effect.UNPARSABLE, 0.005, unparsable_dates),
    Dirt("quantity", Effect.UNPARSABLE, 0.005, partial(pick, _UNPARSABLE_QUANTITIES)),
    Dirt("opened", Effect.UNPARSABLE, 0.005, partial(pick, _UNPARSABLE_BOOLEANS)),
    Dirt("updated_at", Effect.MISSING, 0.002),
    Dirt("updated_at", Effect.UNPARSABLE, 0.002, unparsable_times),
)

SHARES = {SourceKind.DATABASE: _EVERYWHERE, SourceKind.FILES: _EVERYWHERE + _IN_FILES}
"""A database's columns are typed, so nothing in it fails to parse, and its key is always there."""
