"""The block types of this project and the names of the block documents that flows load.

A source's document is named after the source (`store-database`); the lake and Databricks have one each.
"""

from __future__ import annotations

from prefect.blocks.core import Block
from pydantic.v1 import Field, SecretStr

LAKE_DOCUMENT = "lake"
"""Name of the `AzureBlobStorageCredentials` document of the storage account that holds the lake."""

DATABRICKS_DOCUMENT = "databricks"
"""Name of the `DatabricksCredentials` document of the workspace whose job transforms the data."""


class SourceConnection(Block):
    """Where a source is and what opens it; which of the two a source needs, its contract says (`connection`)."""

    _block_type_name = "Source Connection"
    _block_type_slug = "source-connection"
    _description = "Where a source of the lakehouse is, and the key that opens it."

    url: SecretStr = Field(default=..., description="Location: postgresql://…, https://… or file://…")
    key: SecretStr | None = Field(default=None, description="API key, for a source that asks for one")
