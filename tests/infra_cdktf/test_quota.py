"""The quota is asked for before anything is made."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from infra_cdktf.main import PROJECT
from infra_cdktf.quota import machines, needed, shortages
from infra_cdktf.settings import DEV, PRE, PROD
from tests.infra_cdktf.plan import Plan

pytestmark = pytest.mark.infra

NEW_SUBSCRIPTION = 20
"""vCPUs of all families together that a new subscription has in a region."""


def usage(**free: int) -> list[dict[str, object]]:
    """What `az vm list-usage --output json` answers."""
    return [
        {"name": {"value": name, "localizedValue": name}, "currentValue": "0", "limit": str(limit), "unit": "Count"}
        for name, limit in free.items()
    ]


def test_dev_fits_into_a_new_subscription() -> None:
    assert needed(DEV) == {"standardDDSv5Family": 20, "cores": NEW_SUBSCRIPTION}


def test_warehouses_in_our_network_count_and_serverless_ones_do_not() -> None:
    ours = DEV.model_copy(update={"databricks": DEV.databricks.model_copy(update={"serverless_queries": False})})
    assert needed(ours)["standardEDSv4Family"] == 16
    assert needed(ours)["cores"] == NEW_SUBSCRIPTION + 16


def test_every_job_that_runs_at_once_counts() -> None:
    one, two = needed(PROD), needed(PROD, jobs=2)
    assert two["cores"] - one["cores"] == 4 * (1 + PROD.databricks.workers_max)


@pytest.mark.parametrize("settings", [DEV, PRE, PROD], ids=lambda settings: settings.name)
def test_what_is_counted_is_what_is_made(plan: Plan, settings: object) -> None:
    assert settings in (DEV, PRE, PROD)
    environment = next(one for one in (DEV, PRE, PROD) if one == settings)
    of = f"-{environment.name}-platform"
    system = plan.one("azurerm_kubernetes_cluster", of=of)["default_node_pool"]
    pools = [system, *(pool.body for pool in plan.all("azurerm_kubernetes_cluster_node_pool", of=of))]
    counted = [one for one in machines(environment) if one.purpose.endswith("nodes")]
    assert sorted((pool["vm_size"], pool["max_count"]) for pool in pools) == sorted(
        (one.size, one.number) for one in counted
    )


def test_a_quota_that_is_too_small_is_one_line() -> None:
    assert shortages({"cores": 20}, usage(cores=20)) == []
    assert shortages({"cores": 20, "rare": 8}, usage(cores=10)) == [
        "cores: 20 vCPUs are needed, 10 are free",
        "rare: 8 vCPUs are needed, 0 are free",
    ]


def checked(folder: Path, answer: str | None, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command beside an `az` that answers so; None for no `az` at all."""
    if answer is not None:
        az = folder / "az"
        az.write_text(f"#!/bin/sh\necho \"$@\" > {folder}/called\ncat <<'END'\n{answer}\nEND\nexit {status}\n")
        az.chmod(az.stat().st_mode | stat.S_IEXEC)
    command = [sys.executable, "-m", "infra_cdktf.quota", "dev"]
    path = f"{folder}:/usr/bin:/bin" if answer is not None else str(folder)
    environment = {"PATH": path}
    return subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)


def test_command_passes_when_azure_says_that_there_is_enough(tmp_path: Path) -> None:
    done = checked(tmp_path, json.dumps(usage(cores=20, standardDDSv5Family=20)))
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "The quotas suffice.")
    assert (tmp_path / "called").read_text().split()[:4] == ["vm", "list-usage", "--location", "brazilsouth"]


def test_command_fails_when_there_is_not_enough(tmp_path: Path) -> None:
    done = checked(tmp_path, json.dumps(usage(cores=10, standardDDSv5Family=20)))
    assert done.returncode == 1
    assert done.stderr.startswith("cores: 20 vCPUs are needed, 10 are free\n")


@pytest.mark.parametrize("answer", [None, "not signed in"])
def test_command_never_passes_without_an_answer(tmp_path: Path, answer: str | None) -> None:
    done = checked(tmp_path, answer, status=1)
    assert done.returncode == 1
    assert done.stderr.startswith("NOT CHECKED: ")
