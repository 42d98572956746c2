from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import adbc_driver_manager
import adbc_driver_postgresql.dbapi as postgresql
import pytest

from sandbox.home import SandboxHome
from sandbox.parts.postgres import postgres, store_database_url
from sandbox.processes.ports import ports_of
from sandbox.processes.processes import Processes

pytestmark = pytest.mark.services
PASSWORD = "of-the-store"


@dataclass
class Database:
    processes: Processes
    port: int

    def start(self) -> None:
        self.processes.ensure(postgres(self.processes.home, self.port, PASSWORD))

    def query(self, statement: str, url: str | None = None) -> list[tuple[object, ...]]:
        connection = postgresql.connect(url or store_database_url(self.port, PASSWORD), autocommit=True)
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if statement.startswith("SELECT") else []


@pytest.fixture(scope="module")
def database(new_home: Callable[[], Path]) -> Iterator[Database]:
    home = SandboxHome(new_home())
    started = Database(Processes(home, secrets.token_hex(8)), ports_of(home, ["postgres"], running=())["postgres"])
    started.start()
    yield started
    started.processes.stop_all()


def test_the_store_s_role_owns_the_store_s_database_and_is_no_superuser(database: Database) -> None:
    assert database.query("SELECT current_user::text, current_database()::text") == [("store", "store")]
    assert database.query("SELECT rolsuper FROM pg_roles WHERE rolname = 'store'") == [(False,)]


@pytest.mark.parametrize("credentials", ["store:wrong", "store", "postgres", "postgres:", "postgres:of-the-store"])
def test_nobody_gets_in_without_the_password(database: Database, credentials: str) -> None:
    url = f"postgresql://{credentials}@127.0.0.1:{database.port}/store"

    with pytest.raises(adbc_driver_manager.Error, match="password"):
        database.query("SELECT 1", url)


def test_committed_rows_survive_a_crash_of_the_server(database: Database) -> None:
    database.query("CREATE TABLE kept (number integer)")
    database.query("INSERT INTO kept VALUES (1), (2)")
    database.processes.running()["postgres"].kill()

    database.start()

    assert database.query("SELECT count(*) FROM kept") == [(2,)]


def test_a_lock_file_whose_process_is_somebody_else_does_not_prevent_a_start(database: Database) -> None:
    lock = database.processes.home.folder / "postgres" / "postmaster.pid"
    content = lock.read_text()
    database.processes.stop("postgres")
    lock.write_text(f"{os.getpid()}\n" + content.partition("\n")[2])

    database.start()

    assert database.query("SELECT 1::int") == [(1,)]


def test_a_half_created_cluster_is_made_anew(new_home: Callable[[], Path]) -> None:
    home = SandboxHome(new_home())
    (home.folder / "postgres.partial" / "base").mkdir(parents=True)
    database = Database(Processes(home, secrets.token_hex(8)), ports_of(home, ["postgres"], running=())["postgres"])

    database.start()

    assert database.query("SELECT 1::int") == [(1,)]
    database.processes.stop_all()
