from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import adbc_driver_postgresql.dbapi as postgresql
import pytest

from contracts.model import SourceKind
from contracts.reader import read_contract
from sandbox.generator.command_line import apply_next_generation, population_of, seed_and_grow
from sandbox.generator.population import Population
from sandbox.generator.state import SeededOtherwise
from sandbox.generator.truth import truth

CONTRACT = read_contract()
NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
REPOSITORY = Path(__file__).parents[3]


def _grow(home: Path, rows: int = 100, seed: int = 1, now: datetime = NOW) -> int:
    return apply_next_generation(
        home,
        CONTRACT,
        rows=rows,
        seed=seed,
        store_database_url=None,
        api_database=home / "api.sqlite",
        branch_folder=home / "branches",
        now=now,
    )


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
    apply_next_generation(
        home, CONTRACT, rows=100, seed=1, store_database_url=None, api_database=None, branch_folder=None, now=NOW
    )
    assert [path.name for path in home.iterdir()] == ["generator.json"]
    assert list(theirs.iterdir()) == []


def test_a_source_that_comes_later_catches_up(tmp_path: Path) -> None:
    apply_next_generation(
        tmp_path, CONTRACT, rows=100, seed=1, store_database_url=None, api_database=None, branch_folder=None, now=NOW
    )
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
    nothing = {"store_database_url": None, "api_database": None, "branch_folder": None}
    seed_and_grow(tmp_path, CONTRACT, rows=100, seed=1, generation=732, now=NOW, **nothing)
    grown = [
        apply_next_generation(tmp_path, CONTRACT, rows=100, seed=1, now=NOW + timedelta(hours=hours), **nothing)
        for hours in (0, 0, 0.9, 1, 1)
    ]
    assert grown == [733, 733, 733, 734, 734]


def test_rows_of_zero_stay_zero(tmp_path: Path) -> None:
    assert [_grow(tmp_path, rows=0) for _ in range(2)] == [0, 1]
    assert list((tmp_path / "branches").iterdir()) == []


_SEED = """
import sys
from pathlib import Path
from contracts.reader import read_contract
from sandbox.generator.command_line import apply_next_generation
home = Path(sys.argv[1])
apply_next_generation(
    home, read_contract(), rows=int(sys.argv[2]), seed=1, store_database_url=sys.argv[3],
    api_database=home / "api.sqlite", branch_folder=home / "branches",
)
"""


@pytest.mark.services
@pytest.mark.parametrize("victim", ["store database", "customers API", "branch files"])
def test_killed_while_seeding_and_started_again_it_is_as_if_it_had_run_once(
    tmp_path: Path, store_database_url: str, victim: str
) -> None:
    rows = 150_000
    command = [sys.executable, "-W", "ignore", "-c", _SEED, str(tmp_path), str(rows), store_database_url]
    in_the_middle: dict[str, Callable[[], bool]] = {
        "store database": lambda: _copying(store_database_url),
        "customers API": (tmp_path / "api.part").exists,
        "branch files": lambda: any((tmp_path / "branches").glob("vendas-*")),
    }
    seeding = subprocess.Popen(command, cwd=REPOSITORY)
    while not in_the_middle[victim]():
        assert seeding.poll() is None, "seeding ended before it could be killed"
        time.sleep(0.005)
    seeding.send_signal(signal.SIGKILL)
    assert seeding.wait() == -signal.SIGKILL
    anchor = (tmp_path / "generator.json").read_text()

    subprocess.run(command, cwd=REPOSITORY, check=True)
    population, generation = population_of(tmp_path)
    assert generation == 0
    assert population.anchor.isoformat()[:19] in anchor
    assert _amounts(store_database_url) == _expected_amounts(population)
    assert not list(tmp_path.rglob("*.part"))


def _copying(url: str) -> bool:
    with postgresql.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_progress_copy WHERE tuples_processed > 0")
        (copies,) = cursor.fetchone() or (0,)
    return bool(copies)


def _amounts(url: str) -> tuple[int, str]:
    with postgresql.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*), sum(total_amount)::text FROM purchases")
        count, total = cursor.fetchone() or (0, "")
    return count, total


def _expected_amounts(population: Population) -> tuple[int, str]:
    rows = truth(population, CONTRACT, SourceKind.DATABASE, range(1))
    return rows.height, str(rows["total_amount_value"].sum())
