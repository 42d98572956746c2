"""What tests of several folders share."""

from __future__ import annotations

import base64
import gc
import hashlib
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest

from sandbox.home import SandboxHome
from sandbox.parts.azurite import azurite, connection_string
from sandbox.parts.node_packages import ensure_node_packages
from sandbox.parts.postgres import postgres, store_database_url
from sandbox.processes.ports import ports_of
from sandbox.processes.processes import Processes

if TYPE_CHECKING:
    from tests.tasks.store_database import StoreDatabase

TESTS = Path(__file__).parent
# How long one example takes says how busy the machine is, not whether the code is right.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

CHAOS_SAMPLE = 1
# Looking for garbage among a session's many objects after every few hundred new ones is a sixth of collecting tests.
gc.set_threshold(100_000, 50, 50)
PASSWORD = "planted-password"
LONGEST = ("end_to_end", "spark_jobs")
MANY = "tasks"
"""The folder whose tests are too many for one worker: each of its own folders is kept together instead."""


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep a folder's tests on one worker, as they share parts, one Spark, one synthesis."""
    item.add_marker(pytest.mark.xdist_group(_folder(item)))


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--chaos=all` runs every test of that marker; else the seed chooses a few."""
    parser.addoption("--chaos", choices=("sample", "all"), default="sample", help="how many of the chaos tests run")
    parser.addoption("--chaos-seed", default="27", help="which ones a sample is of")
    parser.addoption("--hostile-rows", type=int, help="how many hostile rows of each kind of source")
    parser.addoption("--connect", action="store_true", help="run the Spark jobs' tests on a Spark Connect server")


def pytest_report_header(config: pytest.Config) -> str:
    """With which seed a sample can be had again."""
    return f"chaos: {config.getoption('chaos')}, --chaos-seed={config.getoption('chaos_seed')}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the folders that take longest, each on a worker of its own; the others fill the rest of the time."""
    items.sort(key=lambda item: LONGEST.index(_folder(item)) if _folder(item) in LONGEST else len(LONGEST))
    if config.getoption("chaos") == "sample":
        seed = config.getoption("chaos_seed")
        chaos = [item for item in items if item.get_closest_marker("chaos")]
        left_out = sorted(chaos, key=lambda item: _lot(item, seed))[CHAOS_SAMPLE:]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def _lot(item: pytest.Item, seed: str) -> bytes:
    """By hash, so that one test more or less changes no other's; xdist has added the group to an item's id."""
    return hashlib.sha256(f"{seed} {item.nodeid.partition('@')[0]}".encode()).digest()


def _folder(item: pytest.Item) -> str:
    if not item.path.is_relative_to(TESTS):
        return "doctests"
    folder, below, *_ = item.path.relative_to(TESTS).parts
    return f"{folder}/{below}" if folder == MANY else folder


@pytest.fixture(scope="session")
def migrated_prefect(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a Prefect API that holds nothing (`tests.prefect_api`), the same for all workers of a session."""
    from tests.prefect_api import migrate_once  # importing Prefect takes seconds, before any worker begins

    own = tmp_path_factory.getbasetemp()
    database = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "prefect.db"
    migrate_once(database)
    return database


@pytest.fixture(scope="session")
def new_home() -> Iterator[Callable[[], Path]]:
    """Makes homes for embedded parts, outside pytest's own folder.

    Run by root, PostgreSQL works as another user, whom every pytest that starts locks out of pytest's folder.
    """
    with ExitStack() as stack:

        def home() -> Path:
            folder = Path(
                stack.enter_context(tempfile.TemporaryDirectory(prefix="datamaster-", ignore_cleanup_errors=True))
            )
            folder.chmod(0o711)
            return folder

        yield home


@pytest.fixture(scope="session")
def processes(new_home: Callable[[], Path]) -> Iterator[Processes]:
    """Keeps the embedded parts that a session's tests start, and stops them at its end."""
    processes = Processes(SandboxHome(new_home()), secrets.token_hex(8))
    yield processes
    processes.stop_all()


@pytest.fixture(scope="session")
def ports(processes: Processes) -> dict[str, int]:
    return ports_of(processes.home, ["azurite", "postgres"], running=())


@pytest.fixture(scope="session")
def storage(processes: Processes, ports: dict[str, int]) -> str:
    """Connection string of a running storage account."""
    ensure_node_packages(processes.home.log("npm"))
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    processes.ensure(azurite(processes.home, ports["azurite"], key))
    return connection_string(ports["azurite"], key)


@pytest.fixture(scope="session")
def database_url(processes: Processes, ports: dict[str, int]) -> str:
    """URL of a running PostgreSQL."""
    import stamina
    from adbc_driver_postgresql import dbapi

    processes.ensure(postgres(processes.home, ports["postgres"], PASSWORD))
    url = store_database_url(ports["postgres"], PASSWORD)
    for attempt in stamina.retry_context(on=dbapi.OperationalError, timeout=30):  # it listens before it is ready
        with attempt, dbapi.connect(url):
            pass
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[StoreDatabase]:
    """The shops' database there, with its table anew."""
    from adbc_driver_postgresql import dbapi

    from tests.tasks.store_database import StoreDatabase

    with dbapi.connect(database_url, autocommit=True) as connection:
        yield StoreDatabase(database_url, connection)
