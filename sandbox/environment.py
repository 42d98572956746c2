"""The variables of a running sandbox: what its own parts provide, overridden by what the user gave."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from blocks.secrets import FILE_SUFFIX, is_secret
from contracts.folder import FOLDER_VARIABLE, Contracts
from sandbox.credentials import Credentials
from sandbox.home import SandboxHome, write_private
from sandbox.parts.azurite import ACCOUNT, BRANCH_FOLDER, LANDING, connection_string
from sandbox.parts.postgres import store_database_url
from sandbox.parts.prefect_parts import prefect_api_url
from sandbox.processes.ports import LOOPBACK

_LOCAL_HOSTS = (LOOPBACK, "localhost")
_SECRETS_OF_THE_LAKEHOUSE = ("AZURE_STORAGE_CONNECTION_STRING", "DATABRICKS_TOKEN")


def own_variables(
    home: SandboxHome, credentials: Credentials, ports: Mapping[str, int], *, own_lake: bool
) -> dict[str, str]:
    """What the embedded parts provide, by the names that every other program knows.

    Branches drop files into the embedded storage account, if that is the lake's, or else into a folder.
    """
    account = f"{ACCOUNT}.dfs.core.windows.net"
    return {
        "STORE_DATABASE_URL": store_database_url(ports["postgres"], credentials.store_password),
        "CUSTOMERS_API_URL": f"https://{LOOPBACK}:{ports['customers-api']}",
        "CUSTOMERS_API_KEY": credentials.customers_api_key,
        "BRANCH_FILES_URL": f"abfs://{LANDING}@{account}/{BRANCH_FOLDER}" if own_lake else home.branch_files.as_uri(),
        "RETURN_FILES_URL": home.return_files.as_uri(),
        "AZURE_STORAGE_CONNECTION_STRING": connection_string(ports["azurite"], credentials.storage_account_key),
        "LAKE_URL": f"abfs://{account}",
        "JAVA_HOME": str(home.java),
        "DATABRICKS_HOST": f"https://{LOOPBACK}:{ports['databricks']}",
        "DATABRICKS_TOKEN": credentials.databricks_token,
        "PREFECT_API_URL": prefect_api_url(ports["prefect-server"]),
        "PII_HASH_KEY": credentials.pii_hash_key,
    }


def all_variables(home: SandboxHome, own: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """Everything that a flow, a command or a Spark job on this sandbox needs."""
    exempt = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    hosts = [host for host in exempt.split(",") if host]
    no_proxy = ",".join([*hosts, *(host for host in _LOCAL_HOSTS if host not in hosts)])
    return {
        **own,
        "DATAMASTER_HOME": str(home.folder),
        "SSL_CERT_FILE": str(home.tls / "ca-bundle.pem"),
        "REQUESTS_CA_BUNDLE": str(home.tls / "ca-bundle.pem"),  # the SDKs of Databricks and Azure look here
        "SPARK_CONF_DIR": str(home.spark_conf),
        "SPARK_LOCAL_IP": LOOPBACK,
        "PYSPARK_PYTHON": sys.executable,
        "PREFECT_HOME": str(home.prefect),
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
        **_contracts_folder(),
        **given,
    }


def write_secret_files(home: SandboxHome, contracts: Contracts, variables: Mapping[str, str]) -> dict[str, str]:
    """Write each secret that flows use to a file of its own, and say where, as Key Vault's files are named on AKS."""
    connections = [source.connection for contract in contracts.datasets for source in contract.sources]
    roles = [(role, variable) for connection in connections for role, variable in connection.variables.items()]
    names = {variable for role, variable in roles if is_secret(role, variables[variable])}
    files = {name: home.secret(name) for name in {*names, *_SECRETS_OF_THE_LAKEHOUSE}}
    for name, file in files.items():
        write_private(file, variables[name])
    return {f"{name}{FILE_SUFFIX}": str(file) for name, file in files.items()}


def _contracts_folder() -> dict[str, str]:
    """The folder of contracts that was given, wherever flows and jobs run."""
    folder = os.environ.get(FOLDER_VARIABLE)
    return {FOLDER_VARIABLE: str(Path(folder).resolve())} if folder else {}


def write_env_files(home: SandboxHome, own: Mapping[str, str], variables: Mapping[str, str]) -> None:
    """Write ``env`` for people and programs, and ``own_env``, by which a later start knows its own values again."""
    write_private(home.env_file, _dotenv(variables))
    write_private(home.folder / "own_env", _dotenv(own))


def _dotenv(variables: Mapping[str, str]) -> str:
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(variables.items()))
