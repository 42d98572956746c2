"""Seeds the sandbox's sources and lets them grow; the state stands in `$DATAMASTER_HOME/generator.json`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from contracts.contract import Contract
from contracts.folder import Contracts
from sandbox.generator.customer_purchases.growth import bring_purchases_to
from sandbox.generator.places import Places
from sandbox.generator.population import Population
from sandbox.generator.product_returns.growth import bring_returns_to
from sandbox.generator.state import NONE_YET, GeneratorState

DEFAULT_ROWS = 20_000
"""Purchases generated per source unless `DATAMASTER_ROWS` says otherwise."""

Grow = Callable[[int, Population, Contract, Places], None]

GENERATORS: dict[str, Grow] = {"customer_purchases": bring_purchases_to, "product_returns": bring_returns_to}
"""By dataset: what brings its sources to a generation. The sources of any other dataset are the user's own."""


def seed_and_grow(
    home: Path,
    contracts: Contracts,
    places: Places,
    *,
    rows: int,
    seed: int,
    generation: int,
    now: datetime | None = None,
) -> None:
    """Bring the sandbox's own sources to a generation: 0 seeds them, each later one adds rows and corrections.

    What a source has already stays as it is, so a call that was killed is simply repeated. `rows` is purchases per
    source; 0 makes empty sources that never grow. `now` counts at the first call only, as the time that all generated
    times lead up to.

    Raises:
        SeededOtherwise: `rows` or `seed` differ from those of the home's first call.
        adbc_driver_manager.Error: the store database cannot be reached or refuses a statement.
    """
    state = GeneratorState.of(home, rows, seed, now or datetime.now(UTC))
    population = Population(state.rows, state.seed, state.anchor)
    for contract in contracts.datasets:
        if contract.name in GENERATORS:
            GENERATORS[contract.name](generation, population, contract, places)
    state.completed(generation).write(home)


def apply_next_generation(
    home: Path, contracts: Contracts, places: Places, *, rows: int, seed: int, now: datetime | None = None
) -> int:
    """Seed the sources, or let them grow by one generation; return the number of the generation they are at now.

    Parameters and errors as in `seed_and_grow`. Killed at any point, the next call finishes the same generation.
    Sources whose generated time has caught up with the clock, after some 700 generations, grow no faster than it.
    """
    now = now or datetime.now(UTC)
    state = GeneratorState.of(home, rows, seed, now)
    following = state.generation + 1
    if following > 0 and Population(state.rows, state.seed, state.anchor).starts_at(following + 1) > now:
        following = state.generation
    seed_and_grow(home, contracts, places, rows=rows, seed=seed, generation=following, now=now)
    return following


def population_of(home: Path) -> tuple[Population, int]:
    """The purchases that a home's sources were made from, and the generation they are at; for tests against the truth.

    Raises:
        FileNotFoundError: the home's sources were never seeded.
    """
    state = GeneratorState.read(home)
    if state is None or state.generation == NONE_YET:
        raise FileNotFoundError(f"{home}: no source has been seeded yet; start the sandbox once")
    return Population(state.rows, state.seed, state.anchor), state.generation
