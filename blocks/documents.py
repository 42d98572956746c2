"""The block types of this project and the names of the block documents that flows load.

A source's document is named after the source (`store-database`); the lake and Databricks have one each. None holds a
secret: where one is needed, the document names the file that holds it where flows run.
"""

from __future__ import annotations

from typing import Any

from prefect.blocks.core import Block
from pydantic.v1 import Field, root_validator

from blocks.settings import static_token_problem

LAKE_DOCUMENT = "lake"
"""Name of the `LakeStorage` document of the storage account that holds the lake."""

DATABRICKS_DOCUMENT = "databricks"
"""Name of the `DatabricksWorkspace` document of the workspace whose job transforms the data."""


class SourceConnection(Block):
    """Where a source is and what opens it, by the roles that its contract names (`connection`)."""

    _block_type_name = "Source Connection"
    _block_type_slug = "source-connection"
    _description = "Where a source of the lakehouse is, and the files of the secrets that open it."

    settings: dict[str, str] = Field(default=..., description="What may be seen, such as its url")
    secret_files: dict[str, str] = Field(default=..., description="Paths of the files of its secrets, where flows run")


class LakeStorage(Block):
    """The storage account that holds the lake."""

    _block_type_name = "Lake Storage"
    _block_type_slug = "lake-storage"
    _description = "The storage account that holds the lakehouse's data."

    account_url: str = Field(default=..., description="Its blob endpoint: https://‹account›.blob.core.windows.net")
    connection_string_file: str | None = Field(
        default=None, description="File of its connection string, in the sandbox; else the workload's Entra identity"
    )


class DatabricksWorkspace(Block):
    """The workspace whose jobs transform the data, and as whom flows start them."""

    _block_type_name = "Databricks Workspace"
    _block_type_slug = "databricks-workspace"
    _description = "The Databricks workspace whose jobs transform the lakehouse's data."

    host: str = Field(default=..., description="Name of its host, such as adb-1.azuredatabricks.net")
    token_file: str | None = Field(
        default=None, description="File of a personal access token, in the sandbox; else the workload's Entra identity"
    )

    @root_validator(skip_on_failure=True)
    def static_token_for_the_sandbox_alone(cls, values: dict[str, Any]) -> dict[str, Any]:  # noqa: N805 (pydantic's)
        """Refuse a static token for a workspace in Azure, however the document was written."""
        if values["token_file"] and (problem := static_token_problem(values["host"])):
            raise ValueError(problem)
        return values
