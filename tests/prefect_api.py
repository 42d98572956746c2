"""Prefect APIs of tests' own, on copies of a database that was migrated once: that takes longer than most tests."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

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
    """Have the empty database there, whoever of several workers makes it."""
    if database.exists():
        return
    own = database.with_suffix(f".{os.getpid()}")
    with prefect_test_harness():
        asyncio.run(_begin())
        with closing(sqlite3.connect(_database())) as source, closing(sqlite3.connect(own)) as copy:
            source.backup(copy)
    own.replace(database)


def _database() -> Path:
    return Path(PREFECT_API_DATABASE_CONNECTION_URL.value().removeprefix("sqlite+aiosqlite:///"))


async def _begin() -> None:
    async with get_client() as client:
        await client.hello()
