"""Bring a sandbox up and down: which parts are needed, started side by side, each with its progress on the screen."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from contracts.folder import Contracts, read_contracts
from contracts.problems import ContractError
from sandbox.credentials import Credentials, credentials_of
from sandbox.environment import all_variables, own_variables, write_env_files, write_secret_files
from sandbox.errors import PartError, SandboxError, VariableError
from sandbox.home import SandboxHome
from sandbox.parts import azurite, java, postgres, prefect_parts, servers
from sandbox.parts.certificates import ensure_certificates
from sandbox.parts.jars import fetch_jars
from sandbox.parts.node_packages import ensure_node_packages
from sandbox.parts.spark_conf import write_spark_conf
from sandbox.processes.ports import ports_of
from sandbox.processes.processes import Processes, Service
from sandbox.progress import side_by_side
from sandbox.variables import GivenVariables, connections, given_variables, written_by

PARTS = ("postgres", "customers-api", "azurite", "databricks", "prefect-server")
_NEEDED_BYTES = 500 * 1024**2


@dataclass(frozen=True)
class Sandbox:
    """A sandbox that is up."""

    home: SandboxHome
    given: GivenVariables
    contracts: Contracts
    variables: Mapping[str, str]
    own_parts: frozenset[str]
    """Names of the embedded parts in use; a source that is not among them is the user's and is never written to."""


def up(home: SandboxHome) -> Sandbox:
    """Start every part that is needed and not running, and write the ``env`` file.

    Raises:
        SandboxError: with what to do.
    """
    _check_disk(home)
    credentials = credentials_of(home)
    processes = processes_of(home)
    given, strings = given_variables(os.environ, written_by(home))
    if given.java_home:
        java.check_java_home(given.java_home)
    ports = ports_of(home, PARTS, processes.running())
    own = own_variables(home, credentials, ports, own_lake=given.lake_url is None)
    contracts = _contracts(given)
    variables = all_variables(home, own, {**connections(contracts, own, os.environ), **strings})
    variables |= write_secret_files(home, contracts, variables)
    sandbox = Sandbox(home, given, contracts, variables, _own_parts(given))
    ensure_certificates(home)
    for folder in (home.branch_files, home.return_files):
        folder.mkdir(exist_ok=True)
    processes.stop(*(processes.records().keys() - sandbox.own_parts - {"prefect-worker"}))
    side_by_side("starting", _steps(sandbox, processes, ports, credentials))
    write_env_files(home, own, sandbox.variables)
    return sandbox


def processes_of(home: SandboxHome) -> Processes:
    """The processes of the sandbox in ``home``."""
    return Processes(home, credentials_of(home).sandbox_id)


def check(home: SandboxHome) -> None:
    """Look whether everything that was started still lives.

    Raises:
        PartError: a part ended.
    """
    processes = processes_of(home)
    ended = processes.records().keys() - processes.running().keys()
    if ended:
        logs = ", ".join(str(home.log(name)) for name in sorted(ended))
        raise PartError(f"{', '.join(sorted(ended))} ended unexpectedly: see {logs}, then run again")


def down(home: SandboxHome) -> list[str]:
    """Stop everything that ``up`` started for this home; the names of the parts that were running."""
    if not (home.folder / "credentials.json").exists():
        return []
    return processes_of(home).stop_all()


def _contracts(given: GivenVariables) -> Contracts:
    try:
        return read_contracts(given.datamaster_contracts)
    except ContractError as error:
        raise VariableError(f"contracts: {error}") from None


def _own_parts(given: GivenVariables) -> frozenset[str]:
    provided_by_user = {
        "postgres": given.store_database_url,
        "customers-api": given.customers_api_url,
        "branch-files": given.branch_files_url,
        "return-files": given.return_files_url,
        "azurite": given.lake_url,
        "java": given.java_home,
        "databricks": given.databricks_host,
        "prefect-server": given.prefect_api_url,
    }
    return frozenset(part for part, value in provided_by_user.items() if value is None)


def _steps(
    sandbox: Sandbox, processes: Processes, ports: Mapping[str, int], credentials: Credentials
) -> dict[str, Callable[[], object]]:
    home, variables = sandbox.home, sandbox.variables

    def start(service: Callable[[], Service]) -> Callable[[], object]:
        return lambda: processes.ensure(service())

    def storage() -> None:
        ensure_node_packages(home.log("npm"))
        processes.ensure(azurite.azurite(home, ports["azurite"], credentials.storage_account_key))
        azurite.create_containers(variables["AZURE_STORAGE_CONNECTION_STRING"])

    def spark() -> None:
        if "java" in sandbox.own_parts:
            java.ensure_embedded_java(home)
        write_spark_conf(home.spark_conf, fetch_jars(home.jars), variables["AZURE_STORAGE_CONNECTION_STRING"])

    steps: dict[str, Callable[[], object]] = {
        "postgres": start(lambda: postgres.postgres(home, ports["postgres"], credentials.store_password)),
        "customers-api": start(
            lambda: servers.customers_api(home, ports["customers-api"], credentials.customers_api_key)
        ),
        "azurite": storage,
        "databricks": start(
            lambda: servers.databricks(home, ports["databricks"], credentials.databricks_token, variables)
        ),
        "prefect-server": start(lambda: prefect_parts.prefect_server(ports["prefect-server"], variables)),
    }
    needed = {name: step for name, step in steps.items() if name in sandbox.own_parts}
    return {**needed, "prefect-worker": start(lambda: prefect_parts.prefect_worker(variables)), "spark": spark}


def _check_disk(home: SandboxHome) -> None:
    home.folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(home.folder).free
    if free < _NEEDED_BYTES:
        raise SandboxError(
            f"only {free // 1024**2} MB are free at {home.folder}, {_NEEDED_BYTES // 1024**2} MB are needed: "
            "free some space, or set DATAMASTER_HOME to a folder on another disk"
        )
