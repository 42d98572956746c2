"""Prefect APIs of tests' own, on copies of a database that was migrated once: that takes longer than most tests."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from prefect.testing.utilities import prefect_test_harness

from sandbox.home import SandboxHome
from sandbox.parts.prefect_parts import prefect_api_url, prefect_server
from sandbox.processes.ports import ports_of
from sandbox.processes.processes import Processes


@contextmanager
def prefect_api(migrated: Path) -> Iterator[None]:
    """Have a Prefect API in this process that holds nothing at first."""
    with prefect_test_harness():
        shutil.copyfile(migrated, _database())
        yield


@contextmanager
def prefect_server_of(home: Path, migrated: Path) -> Iterator[str]:
    """Run a Prefect server in that empty home; the URL of its API, which holds nothing at first."""
    own = SandboxHome(home)
    own.prefect.mkdir()
    shutil.copyfile(migrated, own.prefect / "prefect.db")
    port = ports_of(own, ["prefect-server"], running=())["prefect-server"]
    url = prefect_api_url(port)
    processes = Processes(own, secrets.token_hex(8))
    try:
        processes.ensure(prefect_server(port, {"PREFECT_HOME": str(own.prefect), "PREFECT_API_URL": url}))
        yield url
    finally:
        processes.stop_all()


def migrate_once(database: Path) -> None:
    """Have the empty database there, whichever of several workers makes it."""
    with FileLock(database.with_suffix(".lock")):
        if database.exists():
            return
        with prefect_test_harness():
            asyncio.run(_begin())
            with closing(sqlite3.connect(_database())) as source, closing(sqlite3.connect(database)) as copy:
                source.backup(copy)


def _database() -> Path:
    return Path(PREFECT_API_DATABASE_CONNECTION_URL.value().removeprefix("sqlite+aiosqlite:///"))


async def _begin() -> None:
    async with get_client() as client:
        await client.hello()
