"""The real parts that landing is tested on: one Azurite and one PostgreSQL a run, a container or database a test."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stamina
from adbc_driver_postgresql import dbapi
from azure.storage.blob import ContainerClient

from contracts.model import Contract
from contracts.reader import read_contract
from sandbox.azurite import azurite, connection_string
from sandbox.home import SandboxHome
from sandbox.node_packages import ensure_node_packages
from sandbox.ports import ports_of
from sandbox.postgres import postgres, store_database_url
from sandbox.processes import Processes
from tasks.blob_storage import RawContainer
from tests.tasks.store_database import StoreDatabase

PASSWORD = "planted-password"


@pytest.fixture(scope="session")
def contract() -> Contract:
    return read_contract()


@pytest.fixture(scope="session")
def processes(new_home: Callable[[], Path]) -> Iterator[Processes]:
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
