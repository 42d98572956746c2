"""The block types of this project and the names of the block documents that flows load.

A source's document is named after the source (`store-database`); the lake and Databricks have one each.
"""

from __future__ import annotations

from typing import Any

from prefect.blocks.core import Block
from pydantic.v1 import Field, SecretStr, root_validator

from blocks.settings import static_token_problem

LAKE_DOCUMENT = "lake"
"""Name of the `AzureBlobStorageCredentials` document of the storage account that holds the lake."""

DATABRICKS_DOCUMENT = "databricks"
"""Name of the `DatabricksWorkspace` document of the workspace whose job transforms the data."""


class SourceConnection(Block):
    """Where a source is and what opens it; which of these a source needs, its contract says (`connection`)."""

    _block_type_name = "Source Connection"
    _block_type_slug = "source-connection"
    _description = "Where a source of the lakehouse is, and the key that opens it."

    url: SecretStr = Field(
        default=..., description="Location: postgresql://…, https://…, abfss://…, sftp://… or file://…"
    )
    key: SecretStr | None = Field(
        default=None, description="API key, private key or password, for a source that asks for one"
    )
    host_key: SecretStr | None = Field(default=None, description="Public key that an SFTP server is known by")


class DatabricksWorkspace(Block):
    """The workspace whose jobs transform the data, and as whom flows start them."""

    _block_type_name = "Databricks Workspace"
    _block_type_slug = "databricks-workspace"
    _description = "The Databricks workspace whose jobs transform the lakehouse's data."

    host: str = Field(default=..., description="Name of its host, such as adb-1.azuredatabricks.net")
    token: SecretStr | None = Field(
        default=None, description="Personal access token, in the sandbox only; else the workload's Entra identity"
    )

    @root_validator(skip_on_failure=True)
    def static_token_for_the_sandbox_alone(cls, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N805 (pydantic's)
        """Refuse a static token for a workspace in Azure, however the document was written."""
        if values["token"] and (problem := static_token_problem(values["host"])):
            raise ValueError(problem)
        return values
