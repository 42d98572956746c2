"""The environment that block documents are made from."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from contracts.sources import BaseSource


class MissingVariableError(ValueError):
    """Raised when a source's connection names an environment variable that is not set."""


class LakehouseSettings(BaseSettings):
    """Lake and Databricks, from the environment.

    The lake opens with a connection string where one is set, else with the workload's own Entra identity.
    """

    lake_url: str = Field(pattern=r"^(abfss?://[a-z0-9]{3,24}\.dfs\.core\.windows\.net|file:///.*)/?$")
    azure_storage_connection_string: SecretStr | None = None
    databricks_host: str
    databricks_token: SecretStr

    @field_validator("databricks_host")
    @classmethod
    def without_scheme(cls, host: str) -> str:
        """`https://adb-1.azuredatabricks.net/` and `adb-1.azuredatabricks.net` name the same workspace."""
        if host.startswith("http://"):
            raise ValueError("Databricks is reached over https only")
        return host.removeprefix("https://").rstrip("/")

    @model_validator(mode="after")
    def landing_needs_an_account(self) -> LakehouseSettings:
        """Raw is written through the Blob API; a folder can hold a lake for Spark alone."""
        if self.lake_url.startswith("file:"):
            raise ValueError(
                "LAKE_URL is a folder: landing needs a storage account (abfss://‹account›.dfs.core.windows.net)"
            )
        return self

    @property
    def account_url(self) -> str:
        """Blob endpoint of the lake's account."""
        account = str(urlsplit(self.lake_url).hostname).split(".", 1)[0]
        return f"https://{account}.blob.core.windows.net"


def connection_values(source: BaseSource) -> dict[str, str]:
    """The source's `url` and `key`, as its contract names their variables.

    Raises:
        MissingVariableError: a variable is not set; the text names all of them.
    """
    variables = source.connection.variables
    missing = [variable for variable in variables.values() if not os.environ.get(variable)]
    if missing:
        raise MissingVariableError(f"{source.name}: set {' and '.join(missing)}")
    return {role: os.environ[variable] for role, variable in variables.items()}
