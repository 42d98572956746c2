"""Opens the lake, Databricks and sources with the credentials that their block documents hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import urlsplit

from prefect.blocks.core import Block
from prefect_azure import AzureBlobStorageCredentials
from pydantic.v1 import ValidationError

from blocks.documents import DATABRICKS_DOCUMENT, LAKE_DOCUMENT, DatabricksWorkspace, SourceConnection
from contracts.contract import Contract
from contracts.lake_terms import Layer
from contracts.sources.files import FilesSource
from contracts.sources.source import BaseSource
from tasks.deadlines import JOBS_API_CALL_SECONDS
from tasks.errors import MisconfiguredError
from tasks.extract.files.folder import FolderStore
from tasks.extract.files.store import FileStore
from tasks.extract.readers import Reader, files_reader, open_reader
from tasks.file_stores.container import ContainerStore, location
from tasks.land.raw_container import RawContainer

if TYPE_CHECKING:
    from tasks.transform.workspace import Workspace

REGISTER = "register the blocks again (python -m blocks.register)"

Document = TypeVar("Document", bound=Block)


def open_raw() -> RawContainer:
    """The Raw container of the lake's account.

    Raises:
        MisconfiguredError: the block document is missing.
    """
    credentials = _load(AzureBlobStorageCredentials, LAKE_DOCUMENT)
    secret = credentials.connection_string
    return RawContainer.connect(
        Layer.RAW,
        connection_string=secret.get_secret_value() if secret else None,
        account_url=credentials.account_url,
    )


def open_databricks(call_seconds: float = JOBS_API_CALL_SECONDS) -> Workspace:
    """The workspace whose job transforms the data; all tries for one question to it take `call_seconds` at most.

    Raises:
        MisconfiguredError: the block document is missing, or cannot be used.
    """
    from tasks.transform.workspace import Workspace  # noqa: PLC0415 (the SDK: two seconds, not for a source's run)

    document = _load(DatabricksWorkspace, DATABRICKS_DOCUMENT)
    token = document.token.get_secret_value() if document.token else None
    return Workspace(document.host, token, call_seconds)


def open_source(contract: Contract, source: BaseSource) -> Reader:
    """The reader of a source.

    Raises:
        MisconfiguredError: the source's block document is missing.
    """
    connection = _load(SourceConnection, source.name)
    url, key = connection.url.get_secret_value(), connection.key.get_secret_value() if connection.key else ""
    if isinstance(source, FilesSource):
        host_key = connection.host_key.get_secret_value() if connection.host_key else ""
        return files_reader(contract, source, _open_store(source, url, key, host_key))
    return open_reader(contract, source, url, key)


def _open_store(source: FilesSource, url: str, key: str, host_key: str) -> FileStore:
    """Where files lie, by the scheme of their URL; a container of the lake's account opens as the lake does."""
    scheme = urlsplit(url).scheme
    if scheme == "sftp":
        from tasks.file_stores.sftp import SftpStore  # noqa: PLC0415 (half a second, not for every source's run)

        return SftpStore(source, url, key, host_key)
    if scheme in {"abfs", "abfss"}:
        return ContainerStore.at(source, url, key or _connection_string(source, url))
    return FolderStore(source, url)


def _connection_string(source: FilesSource, url: str) -> str | None:
    """The lake's connection string, if it has one and its account is the one that the URL names."""
    secret = _load(AzureBlobStorageCredentials, LAKE_DOCUMENT).connection_string
    account, _, _ = location(source, url)
    if secret and f"AccountName={account};" in f"{secret.get_secret_value()};":
        return str(secret.get_secret_value())
    return None


def _load(document_type: type[Document], name: str) -> Document:
    try:
        return cast(Document, document_type.load(name))
    except ValidationError as error:
        told = "; ".join(problem["msg"] for problem in error.errors())
        raise MisconfiguredError(f"block document {name} cannot be used ({told}): {REGISTER}") from None
    except ValueError:
        raise MisconfiguredError(f"block document {name} is missing: {REGISTER}") from None
