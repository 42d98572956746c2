from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import adbc_driver_postgresql.dbapi as postgresql
import pytest

from sandbox.home import SandboxHome
from sandbox.parts import postgres
from sandbox.processes.ports import ports_of
from sandbox.processes.processes import Processes


@pytest.fixture(scope="session")
def postgresql_url(new_home: Callable[[], Path]) -> Iterator[str]:
    """The sandbox's PostgreSQL, in a home of its own."""
    home, password = SandboxHome(new_home()), secrets.token_hex(8)
    port = ports_of(home, ["postgres"], running=())["postgres"]
    processes = Processes(home, secrets.token_hex(8))
    processes.ensure(postgres.postgres(home, port, password))
    yield postgres.store_database_url(port, password)
    processes.stop_all()


@pytest.fixture
def store_database_url(postgresql_url: str) -> str:
    """A database without tables."""
    with postgresql.connect(postgresql_url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    return postgresql_url
