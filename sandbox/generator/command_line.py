"""Seeds the sandbox's sources and lets them grow; the state stands in `$DATAMASTER_HOME/generator.json`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from contracts.model import Contract
from sandbox.generator.api_database import bring_api_database_to
from sandbox.generator.files_writing import drop_branch_files
from sandbox.generator.population import Population
from sandbox.generator.state import NONE_YET, GeneratorState
from sandbox.generator.store_database import bring_store_database_to

DEFAULT_ROWS = 20_000
"""Purchases generated per source unless `DATAMASTER_ROWS` says otherwise."""


def seed_and_grow(
    home: Path,
    contract: Contract,
    *,
    rows: int,
    seed: int,
    generation: int,
    store_database_url: str | None,
    api_database: Path | None,
    branch_folder: Path | None,
    now: datetime | None = None,
) -> None:
    """Bring the sandbox's own sources to a generation: 0 seeds them, each later one adds purchases and corrections.

    A source given as None is the user's own and is not touched. What a source has already stays as it is, so a call
    that was killed is simply repeated. `rows` is per source; 0 makes empty sources that never grow. `now` counts at the
    first call only, as the time that all generated times lead up to.

    Raises:
        SeededOtherwise: `rows` or `seed` differ from those of the home's first call.
        adbc_driver_manager.Error: the store database cannot be reached or refuses a statement.
    """
    state = GeneratorState.of(home, rows, seed, now or datetime.now(UTC))
    population = Population(state.rows, state.seed, state.anchor)
    if store_database_url is not None:
        bring_store_database_to(generation, population, contract, store_database_url)
    if api_database is not None:
        bring_api_database_to(generation, population, contract, api_database)
    if branch_folder is not None:
        for number in range(generation + 1):
            drop_branch_files(number, population, contract, branch_folder)
    state.completed(generation).write(home)


def apply_next_generation(
    home: Path,
    contract: Contract,
    *,
    rows: int,
    seed: int,
    store_database_url: str | None,
    api_database: Path | None,
    branch_folder: Path | None,
    now: datetime | None = None,
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
    seed_and_grow(
        home,
        contract,
        rows=rows,
        seed=seed,
        generation=following,
        store_database_url=store_database_url,
        api_database=api_database,
        branch_folder=branch_folder,
        now=now,
    )
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
