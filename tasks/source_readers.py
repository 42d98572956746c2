"""Opens the reader of any source with the values that locate and open it, wherever these come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from contracts.contract import Contract
from contracts.sources.database import DatabaseSource, Login
from contracts.sources.files import FilesSource
from contracts.sources.source import BaseSource
from tasks.database_login import EntraLogin
from tasks.extract.files.folder import FolderStore
from tasks.extract.files.store import FileStore
from tasks.extract.readers import Reader, database_reader, files_reader, open_reader
from tasks.file_stores.container import ContainerStore, location

LakeSecret = Callable[[], str | None]
"""Gives the lake's connection string, None where it opens with the workload's identity; asked only if it is needed."""


def reader_of(contract: Contract, source: BaseSource, values: Mapping[str, str], lake_secret: LakeSecret) -> Reader:
    """The reader of a source that these values open, by the roles that its contract names.

    Raises:
        MisconfiguredError: a value cannot be used.
    """
    credentials = {role: value for role, value in values.items() if role != "url"}
    if isinstance(source, DatabaseSource) and source.login is Login.ENTRA:
        return database_reader(contract, source, EntraLogin(source, values["url"]))
    if isinstance(source, FilesSource):
        return files_reader(contract, source, store_of(source, values, lake_secret))
    return open_reader(contract, source, values["url"], credentials)


def store_of(source: FilesSource, values: Mapping[str, str], lake_secret: LakeSecret) -> FileStore:
    """Where files lie, by the scheme of their URL; a container of the lake's account opens as the lake does."""
    url = values["url"]
    scheme = urlsplit(url).scheme
    if scheme == "sftp":
        from tasks.file_stores.sftp import SftpStore  # noqa: PLC0415 (half a second, not for every source's run)

        return SftpStore(source, url, values.get("key", ""), values.get("host_key", ""))
    if scheme in {"abfs", "abfss"}:
        return ContainerStore.at(source, url, values.get("key") or _connection_string(source, url, lake_secret()))
    return FolderStore(source, url)


def _connection_string(source: FilesSource, url: str, lake_secret: str | None) -> str | None:
    """The lake's connection string, if its account is the one that the URL names."""
    account, _, _ = location(source, url)
    return lake_secret if lake_secret and f"AccountName={account};" in f"{lake_secret};" else None
