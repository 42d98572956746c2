"""Opens the lake, Databricks and sources with the credentials that their block documents hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from prefect.blocks.core import Block
from pydantic.v1 import ValidationError

from blocks.connections import connection_values
from blocks.documents import DATABRICKS_DOCUMENT, LAKE_DOCUMENT, DatabricksWorkspace, LakeStorage, SourceConnection
from blocks.secrets import SecretUnreadable, read_secret
from contracts.contract import Contract
from contracts.lake_terms import Layer
from contracts.sources.source import BaseSource
from tasks.deadlines import JOBS_API_CALL_SECONDS
from tasks.errors import MisconfiguredError
from tasks.extract.readers import Reader
from tasks.land.raw_container import RawContainer
from tasks.source_readers import reader_of

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
    return reader_of(contract, source, source_values(source), _lake_secret)


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


def _lake_secret() -> str | None:
    return _secret(LAKE_DOCUMENT, _load(LakeStorage, LAKE_DOCUMENT).connection_string_file)


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
