from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import adbc_driver_postgresql.dbapi as postgresql
import pytest

from contracts.folder import read_contracts
from sandbox.generator.command_line import apply_next_generation, population_of, seed_and_grow
from sandbox.generator.customer_purchases.growth import file_content
from sandbox.generator.customer_purchases.row_versions import branch_files, truth
from sandbox.generator.drop_places import DropFolder
from sandbox.generator.places import Places
from sandbox.generator.population import Population, SourceKind
from sandbox.generator.state import NONE_YET, GeneratorState, SeededOtherwise

CONTRACTS = read_contracts()
CONTRACT = CONTRACTS.dataset("customer_purchases")
NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
REPOSITORY = Path(__file__).parents[3]


def _grow(home: Path, rows: int = 100, seed: int = 1, now: datetime = NOW) -> int:
    places = Places(
        api_database=home / "api.sqlite",
        branch_folder=DropFolder(home / "branches"),
        return_folder=DropFolder(home / "returns"),
    )
    return apply_next_generation(home, CONTRACTS, places, rows=rows, seed=seed, now=now)


def test_each_call_is_one_generation_of_one_population(tmp_path: Path) -> None:
    assert [_grow(tmp_path, now=NOW + timedelta(days=day)) for day in range(3)] == [0, 1, 2]
    assert population_of(tmp_path) == (Population(100, 1, NOW), 2)


def test_a_home_without_sources_has_no_population(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no source has been seeded"):
        population_of(tmp_path)


@pytest.mark.parametrize(("rows", "seed"), [(101, 1), (100, 2), (0, 1)])
def test_another_size_or_seed_is_refused_with_what_to_do(tmp_path: Path, rows: int, seed: int) -> None:
    _grow(tmp_path)
    with pytest.raises(SeededOtherwise, match=r"generator.json.*100 rows.*set DATAMASTER_ROWS=100, or another"):
        _grow(tmp_path, rows, seed)


def test_a_source_of_the_users_own_is_not_touched(tmp_path: Path) -> None:
    home, theirs = tmp_path / "home", tmp_path / "theirs"
    theirs.mkdir()
    apply_next_generation(home, CONTRACTS, Places(), rows=100, seed=1, now=NOW)
    assert [path.name for path in home.iterdir()] == ["generator.json"]
    assert list(theirs.iterdir()) == []


def test_a_source_that_comes_later_catches_up(tmp_path: Path) -> None:
    apply_next_generation(tmp_path, CONTRACTS, Places(), rows=100, seed=1, now=NOW)
    assert _grow(tmp_path) == 1
    assert {path.name.split("-")[-2] for path in (tmp_path / "branches").iterdir()} == {"0000", "0001"}


def test_a_generation_that_did_not_end_is_repeated(tmp_path: Path) -> None:
    blocker = tmp_path / "branches"
    blocker.write_text("a file where the folder should be")
    with pytest.raises(FileExistsError):
        _grow(tmp_path)
    blocker.unlink()
    assert _grow(tmp_path, now=NOW + timedelta(hours=3)) == 0
    assert population_of(tmp_path) == (Population(100, 1, NOW), 0)


def test_sources_do_not_grow_past_the_clock(tmp_path: Path) -> None:
    seed_and_grow(tmp_path, CONTRACTS, Places(), rows=100, seed=1, generation=732, now=NOW)
    grown = [
        apply_next_generation(tmp_path, CONTRACTS, Places(), rows=100, seed=1, now=NOW + timedelta(hours=hours))
        for hours in (0, 0, 0.9, 1, 1)
    ]
    assert grown == [733, 733, 733, 734, 734]


def test_rows_of_zero_stay_zero(tmp_path: Path) -> None:
    assert [_grow(tmp_path, rows=0) for _ in range(2)] == [0, 1]
    assert list((tmp_path / "branches").iterdir()) == []


_SEED = """
import sys
from pathlib import Path
from contracts.folder import read_contracts
from sandbox.generator.command_line import apply_next_generation
from sandbox.generator.drop_places import DropFolder
from sandbox.generator.places import Places
home, own = Path(sys.argv[1]), sys.argv[3]
contracts = read_contracts()
purchases = contracts.model_copy(update={"datasets": (contracts.dataset("customer_purchases"),)})
places = Places(
    store_database_url=own if own.startswith("postgresql:") else None,
    api_database=home / "api.sqlite" if own == "api" else None,
    branch_folder=DropFolder(home / "branches") if own == "branches" else None,
)
apply_next_generation(home, purchases, places, rows=int(sys.argv[2]), seed=1)
"""


def _killed_then_repeated(home: Path, source: str, in_the_middle: Callable[[], bool]) -> Population:
    """Seed one source, kill it as soon as it is in the middle, seed again; the population that was begun with."""
    command = [sys.executable, "-W", "ignore", "-c", _SEED, str(home), "150000", source]
    with subprocess.Popen(command, cwd=REPOSITORY) as seeding:
        while seeding.poll() is None and not in_the_middle():
            time.sleep(0.005)
        seeding.kill()
    assert seeding.returncode == -signal.SIGKILL, "seeding ended before it could be killed"
    begun = GeneratorState.read(home)
    subprocess.run(command, cwd=REPOSITORY, check=True)
    population, generation = population_of(home)
    assert begun == GeneratorState(rows=150_000, seed=1, anchor=population.anchor, generation=NONE_YET)
    assert generation == 0
    return population


@pytest.mark.services
@pytest.mark.chaos
def test_a_database_whose_seeding_was_killed_is_as_if_seeded_once(tmp_path: Path, store_database_url: str) -> None:
    copies = "SELECT count(*) FROM pg_stat_progress_copy WHERE tuples_processed > 0"
    with postgresql.connect(store_database_url, autocommit=True) as connection, connection.cursor() as watcher:

        def copying() -> bool:
            watcher.execute(copies)
            return watcher.fetchone() != (0,)

        population = _killed_then_repeated(tmp_path, store_database_url, copying)
    expected = truth(population, CONTRACT, SourceKind.DATABASE, range(1))
    with postgresql.connect(store_database_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(total_amount)::text FROM purchases")
        assert cursor.fetchone() == (expected.height, str(expected["total_amount_value"].sum()))


@pytest.mark.services
@pytest.mark.chaos
def test_an_api_whose_seeding_was_killed_is_as_if_seeded_once(tmp_path: Path) -> None:
    file = tmp_path / "api.sqlite"
    population = _killed_then_repeated(tmp_path, "api", file.with_suffix(".part").exists)
    expected = truth(population, CONTRACT, SourceKind.API, range(1))
    with closing(sqlite3.connect(file)) as connection:
        found = connection.execute("SELECT count(*), sum(updated_at_microseconds / 1000000) FROM purchases").fetchone()
    assert found == (expected.height, expected["updated_at_value"].dt.epoch("s").sum())
    assert not file.with_suffix(".part").exists()


@pytest.mark.services
@pytest.mark.chaos
def test_a_folder_whose_filling_was_killed_is_as_if_filled_once(tmp_path: Path) -> None:
    folder = tmp_path / "branches"
    population = _killed_then_repeated(tmp_path, "branches", lambda: any(folder.glob("vendas-*.csv")))
    expected = {file.name: file_content(file, CONTRACT) for file in branch_files(population, 0)}
    found = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert found.pop("copia-vendas-norte-0000-0000.csv") == expected["vendas-norte-0000-0000.csv"]
    assert found == expected
