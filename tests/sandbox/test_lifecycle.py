"""Up and down on real parts, in a home of their own."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from azure.storage.blob import BlobServiceClient
from dotenv import dotenv_values

from sandbox import lifecycle
from sandbox.errors import SandboxError
from sandbox.home import SandboxHome
from sandbox.lifecycle import PARTS, down, processes_of, up
from sandbox.processes.process_trees import lives

pytestmark = pytest.mark.services
EVERYTHING = {*PARTS, "prefect-worker"}
GIVEN = (
    "STORE_",
    "CUSTOMERS_",
    "BRANCH_",
    "RETURN_",
    "AZURE_",
    "LAKE_",
    "DATABRICKS_",
    "PREFECT_",
    "PII_",
    "DATAMASTER_",
    "JAVA_",
)


@pytest.fixture(scope="module")
def home(new_home: Callable[[], Path]) -> Iterator[SandboxHome]:
    home = SandboxHome(new_home())
    with pytest.MonkeyPatch.context() as environment:
        for name in os.environ:
            if name.startswith(GIVEN):
                environment.delenv(name)
        up(home)
        yield home
        down(home)


def pids(home: SandboxHome) -> dict[str, int]:
    return {name: process.pid for name, process in processes_of(home).running().items()}


def crash(home: SandboxHome, part: str) -> None:
    process = processes_of(home).running()[part]
    process.kill()
    while lives(process):
        time.sleep(0.05)


def test_up_starts_every_part_and_writes_the_variables_of_all_for_the_owner_alone(home: SandboxHome) -> None:
    variables = dotenv_values(home.env_file)

    assert pids(home).keys() == EVERYTHING
    assert stat.S_IMODE(home.env_file.stat().st_mode) == 0o600
    assert variables.keys() >= {
        *("STORE_DATABASE_URL", "CUSTOMERS_API_URL", "CUSTOMERS_API_KEY", "BRANCH_FILES_URL", "LAKE_URL"),
        *("AZURE_STORAGE_CONNECTION_STRING", "JAVA_HOME", "DATABRICKS_HOST", "DATABRICKS_TOKEN", "PREFECT_API_URL"),
        *("PII_HASH_KEY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "SPARK_CONF_DIR", "PREFECT_HOME", "DATAMASTER_HOME"),
    }


def test_the_lake_has_its_containers_and_prefect_its_work_pool(home: SandboxHome) -> None:
    variables = dotenv_values(home.env_file)

    with BlobServiceClient.from_connection_string(str(variables["AZURE_STORAGE_CONNECTION_STRING"])) as account:
        names = {container.name for container in account.list_containers()}
    assert names == {"raw", "bronze", "silver", "gold", "landing"}
    pool = httpx.get(f"{variables['PREFECT_API_URL']}/work_pools/datamaster", trust_env=False).json()
    assert pool["type"] == "process"


def test_up_again_keeps_what_runs_even_when_its_variables_were_sourced(
    home: SandboxHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = pids(home)
    for name, value in dotenv_values(home.env_file).items():
        monkeypatch.setenv(name, value or "")

    up(home)

    assert pids(home) == before


def test_up_again_starts_only_what_died(home: SandboxHome) -> None:
    before = pids(home)
    crash(home, "azurite")

    up(home)

    after = pids(home)
    assert after["azurite"] != before["azurite"]
    assert {**after, "azurite": 0} == {**before, "azurite": 0}


def test_a_part_that_died_is_reported_to_a_run_that_waits(home: SandboxHome) -> None:
    crash(home, "databricks")

    with pytest.raises(lifecycle.PartError, match=r"databricks ended unexpectedly: see .*databricks\.log"):
        lifecycle.check(home)
    up(home)


def test_two_sandboxes_run_side_by_side_and_use_what_is_given(
    home: SandboxHome, new_home: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, variables = pids(home), dotenv_values(home.env_file)
    for name in ("STORE_DATABASE_URL", "PREFECT_API_URL", "DATABRICKS_HOST", "DATABRICKS_TOKEN"):
        monkeypatch.setenv(name, str(variables[name]))
    other = SandboxHome(new_home())

    sandbox = up(other)

    assert pids(other).keys() == {"azurite", "customers-api", "prefect-worker"}
    assert sandbox.variables["STORE_DATABASE_URL"] == variables["STORE_DATABASE_URL"]
    assert sandbox.variables["LAKE_URL"] == variables["LAKE_URL"]
    assert sandbox.variables["CUSTOMERS_API_URL"] != variables["CUSTOMERS_API_URL"]
    down(other)
    assert processes_of(other).marked() == []
    assert pids(home) == before


def test_another_command_on_the_same_home_is_refused_while_one_works(home: SandboxHome) -> None:
    with home.locked():
        done = subprocess.run(
            [sys.executable, "-m", "sandbox", "down"],
            env={**os.environ, "DATAMASTER_HOME": str(home.folder)},
            capture_output=True,
            text=True,
            check=False,
        )

    assert done.returncode == 1
    assert done.stderr == f"sandbox: another make up, run or down works on {home.folder}: " + (
        "wait for it, or set DATAMASTER_HOME\n"
    )
    assert pids(home).keys() == EVERYTHING


def test_a_home_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SandboxError, match=r"DATAMASTER_HOME=.*file/home cannot be used \(Not a directory\): set it"):
        SandboxHome(tmp_path / "file" / "home").locked().__enter__()


def test_down_leaves_nothing_running_after_a_crash_of_parents_and_a_stale_record(home: SandboxHome) -> None:
    crash(home, "postgres")
    crash(home, "prefect-server")

    stopped = down(home)

    assert set(stopped) == EVERYTHING - {"postgres", "prefect-server"}
    assert processes_of(home).marked() == []
    assert processes_of(home).records() == {}
    assert down(home) == []
