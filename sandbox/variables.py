"""The variables that a user may set beforehand; each one means "use this, start none of your own"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Self

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    AnyUrl,
    BaseModel,
    DirectoryPath,
    Field,
    HttpUrl,
    NonNegativeInt,
    PostgresDsn,
    SecretStr,
    UrlConstraints,
    ValidationError,
    model_validator,
)

from blocks.secrets import FILE_SUFFIX, SecretUnreadable, given_value
from contracts.folder import Contracts
from sandbox.errors import VariableError
from sandbox.generator.command_line import DEFAULT_ROWS
from sandbox.home import SandboxHome


def _storage_account(connection_string: SecretStr) -> SecretStr:
    names = {part.split("=", 1)[0] for part in connection_string.get_secret_value().split(";")}
    if "AccountName" not in names or not names & {"AccountKey", "SharedAccessSignature"}:
        raise ValueError("needs AccountName=… and AccountKey=… (copy it from the storage account's access keys)")
    return connection_string


LakeUrl = Annotated[AnyUrl, UrlConstraints(allowed_schemes=["abfss", "abfs"], host_required=True)]
FolderUrl = Annotated[AnyUrl, UrlConstraints(allowed_schemes=["file", "abfs", "abfss", "sftp"])]
ConnectionString = Annotated[SecretStr, AfterValidator(_storage_account)]
_TOGETHER = (
    ("customers_api_url", "customers_api_key"),
    ("azure_storage_connection_string", "lake_url"),
    ("databricks_host", "databricks_token"),
)


class GivenVariables(BaseModel, frozen=True):
    """Every variable of the sandbox, by its name in lower case; None means that the embedded part is used."""

    store_database_url: PostgresDsn | None = None
    customers_api_url: HttpUrl | None = None
    customers_api_key: SecretStr | None = None
    branch_files_url: FolderUrl | None = None
    return_files_url: FolderUrl | None = None
    azure_storage_connection_string: ConnectionString | None = None
    lake_url: LakeUrl | None = None
    java_home: DirectoryPath | None = None
    databricks_host: HttpUrl | None = None
    databricks_token: SecretStr | None = None
    prefect_api_url: HttpUrl | None = None
    pii_hash_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    datamaster_rows: NonNegativeInt = DEFAULT_ROWS
    datamaster_contracts: DirectoryPath | None = None

    @model_validator(mode="after")
    def _pairs_are_whole(self) -> Self:
        for pair in _TOGETHER:
            missing = [name.upper() for name in pair if getattr(self, name) is None]
            if len(missing) == 1:
                raise ValueError(f"{missing[0]} is missing: {' and '.join(name.upper() for name in pair)} go together")
        return self


def given_variables(environment: Mapping[str, str], own: Mapping[str, str]) -> tuple[GivenVariables, dict[str, str]]:
    """What the user set, checked, and the same as strings.

    A value that the sandbox itself wrote to its ``env`` file and the user sourced is not the user's: ``own`` has these.

    Raises:
        VariableError: naming each malformed variable; never its value, which may be a secret.
    """
    names = [name.upper() for name in GivenVariables.model_fields]
    strings = {name: environment[name] for name in names if environment.get(name, "") not in {"", own.get(name)}}
    try:
        checked = GivenVariables.model_validate({name.lower(): value for name, value in strings.items()})
    except ValidationError as error:
        raise VariableError("; ".join(_told(problem) for problem in error.errors(include_input=False))) from None
    return checked, strings


def connections(contracts: Contracts, own: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """The variables by which sources are found that the sandbox does not serve; a secret may stand in a file.

    Raises:
        VariableError: a source's variables are not set, a line for each source; or a secret's file cannot be read.
    """
    sources = [source for contract in contracts.datasets for source in contract.sources]
    wanted = {source.name: source.connection.variables.values() - own.keys() for source in sources}
    values = {variable: _value(variable, environment) for variables in wanted.values() for variable in variables}
    missing = {name: [v for v in sorted(variables) if not values[v]] for name, variables in wanted.items()}
    told = [f"set {' and '.join(variables)}, where {name} is" for name, variables in missing.items() if variables]
    if told:
        raise VariableError("\n".join([*told, "the sandbox serves no such source of its own"]))
    return {variable: value for variable, value in values.items() if value}


def _value(variable: str, environment: Mapping[str, str]) -> str:
    try:
        return given_value(variable, environment, in_header=False)
    except SecretUnreadable as error:
        raise VariableError(f"{variable}{FILE_SUFFIX}: {error}") from None


def _told(problem: Mapping[str, object]) -> str:
    location = problem["loc"]
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"{str(location[0]).upper()}: {message}" if isinstance(location, tuple) and location else message


def written_by(home: SandboxHome) -> dict[str, str]:
    """The variables that this sandbox's own parts provided at its last start."""
    path = home.folder / "own_env"
    return {name: value for name, value in dotenv_values(path).items() if value is not None} if path.exists() else {}
