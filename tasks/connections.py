"""Opens the lake, Databricks and sources with the credentials that their block documents hold."""

from __future__ import annotations

from typing import TypeVar, cast

from prefect.blocks.core import Block
from prefect_azure import AzureBlobStorageCredentials
from prefect_databricks import DatabricksCredentials

from blocks.documents import DATABRICKS_DOCUMENT, LAKE_DOCUMENT, SourceConnection
from contracts.contract import Contract
from contracts.lake_terms import Layer
from contracts.sources import BaseSource
from tasks.errors import MisconfiguredError
from tasks.extract.readers import Reader, open_reader
from tasks.land.raw_container import RawContainer

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


def open_databricks() -> DatabricksCredentials:
    """The credentials of the workspace whose job transforms the data.

    Raises:
        MisconfiguredError: the block document is missing.
    """
    return _load(DatabricksCredentials, DATABRICKS_DOCUMENT)


def open_source(contract: Contract, source: BaseSource) -> Reader:
    """The reader of a source.

    Raises:
        MisconfiguredError: the source's block document is missing.
    """
    connection = _load(SourceConnection, source.name)
    key = connection.key.get_secret_value() if connection.key else ""
    return open_reader(contract, source, connection.url.get_secret_value(), key)


def _load(document_type: type[Document], name: str) -> Document:
    try:
        return cast(Document, document_type.load(name))
    except ValueError:
        raise MisconfiguredError(f"block document {name} is missing: {REGISTER}") from None
