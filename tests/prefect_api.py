"""Prefect APIs of tests' own, on copies of a database that was migrated once: that takes longer than most tests."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import FileLock
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_DATABASE_CONNECTION_URL
from prefect.testing.utilities import prefect_test_harness


@contextmanager
def prefect_api(migrated: Path) -> Iterator[None]:
    """Have a Prefect API in this process that holds nothing at first."""
    with prefect_test_harness():
        shutil.copyfile(migrated, _database())
        yield


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
