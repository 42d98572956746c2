"""The real parts that landing is tested on: one Azurite and one PostgreSQL for all, a container or database a test."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from tasks.land.raw_container import RawContainer
from tests.packaged_contracts import PURCHASES


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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A branch folder."""
    folder = tmp_path / "branch files"
    folder.mkdir()
    return folder
