"""Registers this project's block types and writes the block documents from the environment; run again, it updates them.

Its command line is `python -m blocks.register`.
"""

from __future__ import annotations

import asyncio
import sys

from prefect.blocks.core import Block
from prefect_azure import AzureBlobStorageCredentials
from pydantic import ValidationError
from pydantic.v1 import SecretStr

from blocks.documents import DATABRICKS_DOCUMENT, LAKE_DOCUMENT, DatabricksWorkspace, SourceConnection
from blocks.settings import LakehouseSettings, MissingVariableError, UnusableVariableError, connection_values
from contracts.folder import Contracts, read_contracts
from contracts.problems import ContractError
from contracts.sources.source import BaseSource

BLOCK_TYPES: tuple[type[Block], ...] = (SourceConnection, AzureBlobStorageCredentials, DatabricksWorkspace)


async def register(contracts: Contracts, settings: LakehouseSettings) -> list[str]:
    """Register the block types and save a document for the lake, Databricks and each source; the slugs saved.

    Raises:
        MissingVariableError: a source's connection is not in the environment.
        UnusableVariableError: it is there, but cannot be used.
    """
    documents: dict[str, Block] = {
        source.name: source_connection(source) for contract in contracts.datasets for source in contract.sources
    }
    documents[LAKE_DOCUMENT] = lake_credentials(settings)
    documents[DATABRICKS_DOCUMENT] = databricks_workspace(settings)
    for block_type in BLOCK_TYPES:
        await block_type.register_type_and_schema()
    for name, document in documents.items():
        await document.save(name, overwrite=True)
    return [f"{document._block_type_slug or document._block_type_name}/{name}" for name, document in documents.items()]


def source_connection(source: BaseSource) -> SourceConnection:
    """Connection block of a source, from the variables its contract names."""
    values = connection_values(source)
    key, host_key = (SecretStr(values[role]) if role in values else None for role in ("key", "host_key"))
    return SourceConnection(url=SecretStr(values["url"]), key=key, host_key=host_key)


def lake_credentials(settings: LakehouseSettings) -> AzureBlobStorageCredentials:
    """Credentials block of the lake's storage account."""
    if settings.azure_storage_connection_string:
        secret = SecretStr(settings.azure_storage_connection_string.get_secret_value())
        return AzureBlobStorageCredentials(connection_string=secret)
    return AzureBlobStorageCredentials(account_url=settings.account_url)


def databricks_workspace(settings: LakehouseSettings) -> DatabricksWorkspace:
    """Block of the Databricks workspace."""
    token = settings.databricks_token
    return DatabricksWorkspace(
        host=settings.databricks_host, token=SecretStr(token.get_secret_value()) if token else None
    )


def main() -> int:
    """Command line: 0 when every document is saved, 2 with one line a problem when the environment is not complete."""
    try:
        slugs = asyncio.run(register(read_contracts(), LakehouseSettings()))
    except ValidationError as error:
        for detail in error.errors(include_input=False, include_url=False):
            variable = "_".join(str(step) for step in detail["loc"]).upper()
            print(f"environment: {variable} {detail['msg']}".replace("  ", " "), file=sys.stderr)
        return 2
    except (MissingVariableError, UnusableVariableError, ContractError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(slugs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
