"""The environment that block documents are made from.

Secrets and URLs are often pasted, with the line end or blanks around them: these are taken off. What is left must be
one line of letters that can be seen, and a key or token one of ASCII: nothing else gets into a header.
"""

from __future__ import annotations

import os
import re
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.sources.api import ApiSource
from contracts.sources.source import BaseSource

_AZURE_WORKSPACES = (".azuredatabricks.net", ".databricks.azure.us", ".databricks.azure.cn")
"""How the hosts of workspaces in Azure's clouds end."""

_HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?"


_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]+-----[A-Za-z0-9+/=\s]+-----END [A-Z ]+-----")
"""The one kind of secret that has several lines (RFC 7468)."""


class MissingVariableError(ValueError):
    """Raised when a source's connection names an environment variable that is not set."""


class UnusableVariableError(ValueError):
    """Raised when a variable holds what no URL or key is; the text names it and never quotes it."""


class LakehouseSettings(BaseSettings):
    """Lake and Databricks, from the environment.

    The lake opens with a connection string where one is set, Databricks with a token; without, both open with the
    workload's own Entra identity.
    """

    model_config = SettingsConfigDict(hide_input_in_errors=True)

    lake_url: str = Field(pattern=r"^(abfss?://[a-z0-9]{3,24}\.dfs\.core\.windows\.net|file:///.*)/?$")
    azure_storage_connection_string: SecretStr | None = None
    databricks_host: str
    databricks_token: SecretStr | None = None

    @field_validator("*", mode="before")
    @classmethod
    def without_blanks(cls, value: object, field: ValidationInfo) -> object:
        """The value without the blanks and line ends around it."""
        if not isinstance(value, str):
            return value
        stripped, name = value.strip(), str(field.field_name)
        if not stripped and cls.model_fields[name].is_required():
            raise ValueError("is empty")
        if problem := _problem(stripped, is_key=name == "databricks_token"):
            raise ValueError(problem)
        return stripped

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
    def static_token_for_the_sandbox_alone(self) -> LakehouseSettings:
        """An empty token is none."""
        self.databricks_token = self.databricks_token or None
        if self.databricks_token and (problem := static_token_problem(self.databricks_host)):
            raise ValueError(f"DATABRICKS_TOKEN: {problem}")
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


def connection_values(source: BaseSource) -> dict[str, str]:
    """The source's `url`, `key` and `host_key`, as its contract names their variables, without the blanks around them.

    Raises:
        MissingVariableError: a variable is not set, or blank; the text names all of them.
        UnusableVariableError: a variable holds what cannot be used; the text names all of them.
    """
    variables = source.connection.variables
    values = {role: os.environ.get(variable, "").strip() for role, variable in variables.items()}
    if missing := [variables[role] for role, value in values.items() if not value]:
        raise MissingVariableError(f"{source.name}: set {' and '.join(missing)}")
    problems = {role: _problem(value, is_key=role != "url") for role, value in values.items()}
    if isinstance(source, ApiSource) and " " in values["url"]:
        problems["url"] = problems["url"] or "has a blank in it"
    if any(problems.values()):
        told = [f"{variables[role]} {problem}" for role, problem in problems.items() if problem]
        raise UnusableVariableError(f"{source.name}: {', and '.join(told)}")
    return values


def _problem(value: str, *, is_key: bool) -> str | None:
    """Why the value can be no URL or key, as a predicate; None if nothing is wrong."""
    if not value.isprintable() and not (is_key and _PRIVATE_KEY.fullmatch(value)):
        return "has a line break or another letter in it that cannot be seen"
    return "has a letter in it that is not ASCII" if is_key and not value.isascii() else None
