"""Opens the lake, Databricks and sources with the credentials that their block documents hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar, cast
from urllib.parse import urlsplit

from prefect.blocks.core import Block
from pydantic.v1 import ValidationError

from blocks.connections import connection_values
from blocks.documents import DATABRICKS_DOCUMENT, LAKE_DOCUMENT, DatabricksWorkspace, LakeStorage, SourceConnection
from blocks.secrets import SecretUnreadable, read_secret
from contracts.contract import Contract
from contracts.lake_terms import Layer
from contracts.sources.database import DatabaseSource, Login
from contracts.sources.files import FilesSource
from contracts.sources.source import BaseSource
from tasks.database_login import EntraLogin
from tasks.deadlines import JOBS_API_CALL_SECONDS
from tasks.errors import MisconfiguredError
from tasks.extract.files.folder import FolderStore
from tasks.extract.files.store import FileStore
from tasks.extract.readers import Reader, database_reader, files_reader, open_reader
from tasks.file_stores.container import ContainerStore, location
from tasks.land.raw_container import RawContainer

if TYPE_CHECKING:
    from tasks.transform.workspace import Workspace

REGISTER = "register the blocks again (python -m blocks.register)"
MOUNT = "set the secret in Key Vault and list it in deployments/kubernetes/base/secrets.yaml, or name another file"

Document = TypeVar("Document", bound=Block)


def open_raw() -> RawContainer:
    """The Raw container of the lake's account.

    Raises:
        MisconfiguredError: the block document is missing, or the secret that it names.
    """
    document = _load(LakeStorage, LAKE_DOCUMENT)
    return RawContainer.connect(
        Layer.RAW,
        connection_string=_secret(LAKE_DOCUMENT, document.connection_string_file),
        account_url=document.account_url,
    )


def open_databricks(call_seconds: float = JOBS_API_CALL_SECONDS) -> Workspace:
    """The workspace whose job transforms the data; all tries for one question to it take `call_seconds` at most.

    Raises:
        MisconfiguredError: the block document is missing or cannot be used, or the secret that it names.
    """
    return open_workspace(_load(DatabricksWorkspace, DATABRICKS_DOCUMENT), call_seconds)


def open_workspace(document: DatabricksWorkspace, call_seconds: float = JOBS_API_CALL_SECONDS) -> Workspace:
    """The workspace of a document, also of one that is not registered yet.

    Raises:
        MisconfiguredError: the secret that it names is missing.
    """
    from tasks.transform.workspace import Workspace  # noqa: PLC0415 (the SDK: two seconds, not for a source's run)

    return Workspace(document.host, _secret(DATABRICKS_DOCUMENT, document.token_file), call_seconds)


def open_source(contract: Contract, source: BaseSource) -> Reader:
    """The reader of a source.

    Raises:
        MisconfiguredError: the source's block document is missing, or a secret that it names.
    """
    credentials = source_values(source)
    url = credentials.pop("url")
    if isinstance(source, DatabaseSource) and source.login is Login.ENTRA:
        return database_reader(contract, source, EntraLogin(source, url))
    if isinstance(source, FilesSource):
        return files_reader(contract, source, _open_store(source, url, credentials))
    return open_reader(contract, source, url, credentials)


def source_values(source: BaseSource) -> dict[str, str]:
    """What opens a source, by the roles that its contract names.

    Raises:
        MisconfiguredError: the source's block document is missing or is another contract's, or a secret that it names.
    """
    document = _load(SourceConnection, source.name)
    try:
        values = connection_values(document)
    except SecretUnreadable as error:
        raise _unreadable(source.name, error) from None
    if lacking := sorted(source.connection.variables.keys() - values.keys()):
        raise MisconfiguredError(f"block document {source.name} lacks {', '.join(lacking)}: {REGISTER}")
    return values


def _open_store(source: FilesSource, url: str, credentials: Mapping[str, str]) -> FileStore:
    """Where files lie, by the scheme of their URL; a container of the lake's account opens as the lake does."""
    scheme = urlsplit(url).scheme
    if scheme == "sftp":
        from tasks.file_stores.sftp import SftpStore  # noqa: PLC0415 (half a second, not for every source's run)

        return SftpStore(source, url, credentials.get("key", ""), credentials.get("host_key", ""))
    if scheme in {"abfs", "abfss"}:
        return ContainerStore.at(source, url, credentials.get("key") or _connection_string(source, url))
    return FolderStore(source, url)


def _connection_string(source: FilesSource, url: str) -> str | None:
    """The lake's connection string, if it has one and its account is the one that the URL names."""
    secret = _secret(LAKE_DOCUMENT, _load(LakeStorage, LAKE_DOCUMENT).connection_string_file)
    account, _, _ = location(source, url)
    return secret if secret and f"AccountName={account};" in f"{secret};" else None


def _secret(document: str, file: str | None) -> str | None:
    try:
        return read_secret(file, in_header=True) if file else None
    except SecretUnreadable as error:
        raise _unreadable(document, error) from None


def _unreadable(document: str, error: SecretUnreadable) -> MisconfiguredError:
    return MisconfiguredError(f"{error}, which block document {document} names: {MOUNT}")


def _load(document_type: type[Document], name: str) -> Document:
    try:
        return cast(Document, document_type.load(name))
    except ValidationError as error:
        told = "; ".join(problem["msg"] for problem in error.errors())
        raise MisconfiguredError(f"block document {name} cannot be used ({told}): {REGISTER}") from None
    except ValueError:
        raise MisconfiguredError(f"block document {name} is missing: {REGISTER}") from None
