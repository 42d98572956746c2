"""What the environment says of lake and Databricks, which their block documents are made from."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from blocks.secrets import unusable

_AZURE_WORKSPACES = (".azuredatabricks.net", ".databricks.azure.us", ".databricks.azure.cn")
"""How the hosts of workspaces in Azure's clouds end."""

_HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?"


SecretFile = Annotated[str, StringConstraints(pattern="^/")]
"""Path of a secret's file, from the root on, where flows run."""


class LakehouseSettings(BaseSettings):
    """Lake and Databricks, from the environment.

    The lake opens with a connection string where its file is named, Databricks with a token; without, both open with
    the workload's own Entra identity. The secrets themselves may stand in the environment too, for other programs.
    """

    model_config = SettingsConfigDict(hide_input_in_errors=True)

    lake_url: str = Field(pattern=r"^(abfss?://[a-z0-9]{3,24}\.dfs\.core\.windows\.net|file:///.*)/?$")
    azure_storage_connection_string: SecretStr | None = None
    azure_storage_connection_string_file: SecretFile | None = None
    databricks_host: str
    databricks_token: SecretStr | None = None
    databricks_token_file: SecretFile | None = None

    @field_validator("*", mode="before")
    @classmethod
    def without_blanks(cls, value: object, field: ValidationInfo) -> object:
        """The value without the blanks and line ends around it; an empty one is none."""
        if not isinstance(value, str):
            return value
        stripped, name = value.strip(), str(field.field_name)
        if not stripped and cls.model_fields[name].is_required():
            raise ValueError("is empty")
        if problem := unusable(stripped, in_header=False):
            raise ValueError(problem)
        return stripped or None

    @field_validator("databricks_host")
    @classmethod
    def without_scheme(cls, host: str) -> str:
        """`https://adb-1.azuredatabricks.net/` and `adb-1.azuredatabricks.net` name the same workspace."""
        if host.startswith("http://"):
            raise ValueError("Databricks is reached over https only")
        name = host.removeprefix("https://").rstrip("/")
        if not re.fullmatch(_HOST, name):
            raise ValueError("is not the name of a host, such as adb-1.azuredatabricks.net, with nothing behind it")
        return name

    @model_validator(mode="after")
    def secrets_stand_in_files(self) -> LakehouseSettings:
        """Refuse a secret without its file: the document would open with the workload's identity instead."""
        for name in ("azure_storage_connection_string", "databricks_token"):
            if getattr(self, name) and not getattr(self, f"{name}_file"):
                variable = name.upper()
                raise ValueError(f"{variable} is set, but no block has a copy of it: set {variable}_FILE to its file")
        return self

    @model_validator(mode="after")
    def static_token_for_the_sandbox_alone(self) -> LakehouseSettings:
        """Refuse a static token for a workspace in Azure."""
        if self.databricks_token_file and (problem := static_token_problem(self.databricks_host)):
            raise ValueError(f"DATABRICKS_TOKEN_FILE: {problem}")
        return self

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


def static_token_problem(databricks_host: str) -> str | None:
    """Why a personal access token is not accepted for that workspace; None where it is.

    >>> static_token_problem("127.0.0.1:8443") is None
    True
    """
    name = databricks_host.partition(":")[0].lower().rstrip(".")
    if not name.endswith(_AZURE_WORKSPACES):
        return None
    return "a personal access token is accepted in the sandbox only; leave it out, for the workload's Entra identity"
