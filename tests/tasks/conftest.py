"""The real parts that landing is tested on: one Azurite and one PostgreSQL for all, a container or database a test."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina
from adbc_driver_postgresql import dbapi
from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from sandbox.parts.postgres import postgres, store_database_url
from sandbox.processes.processes import Processes
from tasks.land.raw_container import RawContainer
from tests.packaged_contracts import PURCHASES
from tests.tasks.store_database import StoreDatabase

PASSWORD = "planted-password"


@pytest.fixture(scope="session")
def contract() -> Contract:
    return PURCHASES


@pytest.fixture
def container(storage: str) -> Iterator[ContainerClient]:
    with ContainerClient.from_connection_string(storage, f"raw-{secrets.token_hex(8)}") as client:
        client.create_container()
        yield client


@pytest.fixture
def raw(container: ContainerClient) -> RawContainer:
    return RawContainer(container)


@pytest.fixture(scope="session")
def database_url(processes: Processes, ports: dict[str, int]) -> str:
    processes.ensure(postgres(processes.home, ports["postgres"], PASSWORD))
    url = store_database_url(ports["postgres"], PASSWORD)
    for attempt in stamina.retry_context(on=dbapi.OperationalError, timeout=30):  # it listens before it is ready
        with attempt, dbapi.connect(url):
            pass
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[StoreDatabase]:
    with dbapi.connect(database_url, autocommit=True) as connection:
        yield StoreDatabase(database_url, connection)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A branch folder."""
    folder = tmp_path / "branch files"
    folder.mkdir()
    return folder
