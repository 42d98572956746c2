"""The three kinds of places that files are dropped into, each with a way to drop a file."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from azure.storage.blob import ContainerClient

from contracts.contract import Contract
from contracts.sources.files import FilesSource
from tasks.extract.files.folder import FolderStore
from tasks.extract.files.store import FileStore
from tasks.file_stores.container import ContainerStore
from tasks.file_stores.sftp import SftpStore
from tests.tasks.file_stores.sftp_server import SftpServer, sftp_server


@dataclass(frozen=True)
class Place:
    """A place with what opens it, drops a file into it, and reads what lies there."""

    store: FileStore
    drop: Callable[[str, bytes], None]
    content: Callable[[], dict[str, bytes]]


@pytest.fixture
def source(contract: Contract) -> FilesSource:
    found = contract.source("branch-files")
    assert isinstance(found, FilesSource)
    return found


@pytest.fixture
def sftp(tmp_path: Path) -> Iterator[SftpServer]:
    folder = tmp_path / "served"
    (folder / "branches").mkdir(parents=True)
    with sftp_server(folder) as server:
        yield server


@pytest.fixture
def landing(storage: str) -> Iterator[ContainerClient]:
    with ContainerClient.from_connection_string(storage, f"landing-{secrets.token_hex(8)}") as client:
        client.create_container()
        yield client


@pytest.fixture(params=["folder", "container", "sftp"])
def place(request: pytest.FixtureRequest, source: FilesSource, tmp_path: Path, storage: str) -> Iterator[Place]:
    if request.param == "container":
        client: ContainerClient = request.getfixturevalue("landing")
        url = f"abfs://{client.container_name}@devstoreaccount1.dfs.core.windows.net/branches"
        yield _container(ContainerStore.at(source, url, storage), client)
        return
    if request.param == "sftp":
        server: SftpServer = request.getfixturevalue("sftp")
        store = SftpStore(source, server.url("branches"), server.user_key, server.host_key)
        yield _folder(store, server.folder / "branches")
        store.close()
        return
    (tmp_path / "branches").mkdir()
    yield _folder(FolderStore(source, (tmp_path / "branches").as_uri()), tmp_path / "branches")


def _container(store: FileStore, client: ContainerClient) -> Place:
    def drop(name: str, content: bytes) -> None:
        client.upload_blob(f"branches/{name}", content, overwrite=True)

    def content() -> dict[str, bytes]:
        names = client.list_blob_names(name_starts_with="branches/")
        return {name.removeprefix("branches/"): client.download_blob(name).readall() for name in names}

    return Place(store, drop, content)


def _folder(store: FileStore, folder: Path) -> Place:
    times = iter(range(1_700_000_000, 1_800_000_000))

    def drop(name: str, content: bytes) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        at = next(times)
        os.utime(path, (at, at))

    def content() -> dict[str, bytes]:
        files = (path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}

    return Place(store, drop, content)
