"""Registers this project's block types and writes the block documents from the environment; run again, it updates them.

Its command line is `python -m blocks.register`.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping

from prefect.blocks.core import Block
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import BlockDocumentUpdate
from prefect.exceptions import ObjectNotFound
from pydantic import ValidationError

from blocks.connections import UnusableConnection, source_connection
from blocks.documents import DATABRICKS_DOCUMENT, LAKE_DOCUMENT, DatabricksWorkspace, LakeStorage, SourceConnection
from blocks.settings import LakehouseSettings
from contracts.folder import Contracts, read_contracts
from contracts.problems import ContractError

BLOCK_TYPES: tuple[type[Block], ...] = (SourceConnection, LakeStorage, DatabricksWorkspace)


class IncompleteEnvironment(ValueError):
    """Raised when documents cannot be made; a line for each source and each setting that is wrong."""


def documents(contracts: Contracts, environment: Mapping[str, str]) -> dict[str, Block]:
    """Every block document by its name, from what the environment says of sources, lake and Databricks.

    Raises:
        IncompleteEnvironment: something is missing or cannot be used; all of it is told.
    """
    made: dict[str, Block] = {}
    problems: list[str] = []
    for source in (source for contract in contracts.datasets for source in contract.sources):
        try:
            made[source.name] = source_connection(source, environment)
        except UnusableConnection as error:
            problems.append(str(error))
    try:
        made |= lakehouse_documents(LakehouseSettings())
    except ValidationError as error:
        problems += _lines(error)
    if problems:
        raise IncompleteEnvironment("\n".join(problems))
    return made


def lakehouse_documents(settings: LakehouseSettings) -> dict[str, Block]:
    """The documents of the lake and of Databricks."""
    return {
        LAKE_DOCUMENT: LakeStorage(
            account_url=settings.account_url, connection_string_file=settings.azure_storage_connection_string_file
        ),
        DATABRICKS_DOCUMENT: DatabricksWorkspace(
            host=settings.databricks_host, token_file=settings.databricks_token_file
        ),
    }


async def register(made: Mapping[str, Block]) -> list[str]:
    """Register the block types and save the documents; the slugs saved."""
    async with get_client() as client:
        for block_type in BLOCK_TYPES:
            await block_type.register_type_and_schema(client=client)
        for name, document in made.items():
            await _save(client, document, name)
    return [f"{document._block_type_slug}/{name}" for name, document in made.items()]


async def _save(client: PrefectClient, document: Block, name: str) -> None:
    """Save the document in place of an earlier one; Prefect's own `save` keeps fields of it that are no more."""
    try:
        earlier = await client.read_block_document_by_name(name, str(document._block_type_slug), include_secrets=False)
    except ObjectNotFound:
        await document.save(name, client=client)
        return
    now = document._to_block_document(name=name)
    change = BlockDocumentUpdate(block_schema_id=now.block_schema_id, data=now.data, merge_existing_data=False)
    await client.update_block_document(earlier.id, change)


def _lines(error: ValidationError) -> list[str]:
    """What pydantic found, without any value."""
    told = []
    for detail in error.errors(include_input=False, include_url=False):
        variable = "_".join(str(step) for step in detail["loc"]).upper()
        told.append(f"environment: {variable} {detail['msg']}".replace("  ", " "))
    return told


def main() -> int:
    """Command line: 0 when every document is saved, 2 with one line a problem when the environment is not complete."""
    try:
        slugs = asyncio.run(register(documents(read_contracts(), os.environ)))
    except (IncompleteEnvironment, ContractError) as error:
        print(error, file=sys.stderr)
        return 2
    print("\n".join(slugs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
