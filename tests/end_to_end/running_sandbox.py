"""A whole sandbox driven as a user drives it: by its commands, from the shell."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import psutil
from azure.core.utils import parse_connection_string
from azure.storage.blob import ContainerClient
from dotenv import dotenv_values

from contracts.contract import Contract
from contracts.lake_terms import Layer
from sandbox.home import SandboxHome
from sandbox.lifecycle import processes_of

REPOSITORY = Path(__file__).parents[2]
GIVEN_NAMES = ("STORE_", "CUSTOMERS_", "BRANCH_", "AZURE_", "LAKE_", "DATABRICKS_", "PREFECT_", "PII_", "DATAMASTER_")
COMMAND_TIMEOUT_SECONDS = 600


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox with a home of its own, and the variables its commands are given."""

    home: Path
    given: dict[str, str]

    def command(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a Python module, or Prefect's command line, in the repository with this sandbox's variables."""
        completed = subprocess.run(
            [*self._program(arguments[0]), *arguments[1:]],
            cwd=REPOSITORY,
            env=self.environment(arguments[0]),
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_SECONDS,
            check=False,
        )
        if check and completed.returncode:
            raise AssertionError(
                f"{arguments} ended with {completed.returncode}\n{completed.stdout}\n{completed.stderr}"
            )
        return completed

    def kill_in_the_middle(self, *arguments: str, when: Callable[[], bool]) -> None:
        """Start a Python module in the background and, once `when` holds, kill it and every part of the sandbox."""
        command = [sys.executable, "-m", *arguments]
        started = subprocess.Popen(command, cwd=REPOSITORY, env=self.environment(arguments[0]), stdout=subprocess.PIPE)
        deadline = time.monotonic() + COMMAND_TIMEOUT_SECONDS
        while not when():
            assert started.poll() is None, "it ended by itself"
            assert time.monotonic() < deadline, "the moment to kill it never came"
            time.sleep(0.1)
        started.kill()
        started.communicate()
        processes = processes_of(SandboxHome(self.home))
        while parts := processes.marked():
            for part in parts:
                with contextlib.suppress(psutil.NoSuchProcess):
                    part.kill()
            psutil.wait_procs(parts, timeout=5)

    @staticmethod
    def _program(name: str) -> list[str]:
        prefect = Path(sys.executable).with_name("prefect")
        return [str(prefect)] if name == "prefect" else [sys.executable, "-m", name]

    def environment(self, module: str) -> dict[str, str]:
        """This process's environment without anybody else's lakehouse, plus what was given.

        The sandbox's own commands find what `up` wrote themselves; others are told it.
        """
        clean = {name: value for name, value in os.environ.items() if not name.startswith(GIVEN_NAMES)}
        written = {} if module == "sandbox" else self.variables
        return clean | {"DATAMASTER_HOME": str(self.home)} | self.given | written

    @property
    def variables(self) -> dict[str, str]:
        """What `up` wrote into `$DATAMASTER_HOME/env`."""
        return {name: value or "" for name, value in dotenv_values(self.home / "env").items()}

    def summary(self, slug: str) -> dict[str, Any]:
        """The facts of a dataset's last run."""
        facts: dict[str, Any] = json.loads((self.home / "summaries" / f"{slug}.json").read_text())
        return facts

    def container(self, layer: Layer) -> ContainerClient:
        """The container of a layer."""
        return ContainerClient.from_connection_string(self.variables["AZURE_STORAGE_CONNECTION_STRING"], layer)

    def blob_names(self, layer: Layer) -> list[str]:
        """Everything that lies in a layer, the logs of its tables included."""
        return list(self.container(layer).list_blob_names())

    def table(self, layer: Layer, name: str) -> pl.DataFrame:
        """A Delta table, read from the lake's own files by another engine than the one that wrote it."""
        account = parse_connection_string(self.variables["AZURE_STORAGE_CONNECTION_STRING"])
        options = {"account_name": account["accountname"], "account_key": account["accountkey"]}
        emulator = {"endpoint": account["blobendpoint"], "allow_http": "true"}
        return pl.read_delta(f"az://{layer}/{name}", storage_options=options | emulator)

    def tables(self, contract: Contract) -> dict[str, pl.DataFrame]:
        """Every table that holds a dataset's rows, by `layer.table`."""
        names = [(Layer.BRONZE, contract.name), (Layer.SILVER, contract.name)]
        names += [(Layer.SILVER, f"{contract.name}_rejected")]
        names += [(Layer.GOLD, table.name) for table in contract.gold_tables]
        return {f"{layer}.{name}": self.table(layer, name) for layer, name in names}


def texts_left_behind(home: Path) -> dict[str, str]:
    """Logs, job outputs, summaries and Prefect's own database (artifacts, states, logs, parameters)."""
    files = [
        *home.glob("logs/*"),
        *home.glob("databricks/**/*"),
        *home.glob("summaries/*"),
        *home.glob("prefect/*.db*"),
    ]
    return {str(file): file.read_bytes().decode(errors="replace") for file in files if file.is_file()}
