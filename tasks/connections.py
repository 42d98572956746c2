"""Opens the lake, Databricks and sources with the credentials that their block documents hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from prefect.blocks.core import Block
from prefect_azure import AzureBlobStorageCredentials
from pydantic.v1 import ValidationError

from blocks.documents import DATABRICKS_DOCUMENT, LAKE_DOCUMENT, DatabricksWorkspace, SourceConnection
from contracts.contract import Contract
from contracts.lake_terms import Layer
from contracts.sources.source import BaseSource
from tasks.deadlines import JOBS_API_CALL_SECONDS
from tasks.errors import MisconfiguredError
from tasks.extract.readers import Reader, open_reader
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
    credentials = connection.credentials.get_secret_value() if connection.credentials else {}
    return open_reader(contract, source, connection.url.get_secret_value(), credentials)


def _load(document_type: type[Document], name: str) -> Document:
    try:
        return cast(Document, document_type.load(name))
    except ValidationError as error:
        told = "; ".join(problem["msg"] for problem in error.errors())
        raise MisconfiguredError(f"block document {name} cannot be used ({told}): {REGISTER}") from None
    except ValueError:
        raise MisconfiguredError(f"block document {name} is missing: {REGISTER}") from None
