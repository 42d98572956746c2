"""Deploying makes Prefect have what the contracts describe: what they no longer do is removed, and nothing else."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import yaml
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import WorkPoolCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule

from contracts.folder import PACKAGED_CONTRACTS
from deployments.deploy import REPOSITORY, main
from deployments.prefect_yaml import OURS, SUNDAYS
from deployments.work_pool.template import COMMITTED
from sandbox.parts.prefect_parts import WORK_POOL
from tests.packaged_contracts import CONTRACTS
from tests.prefect_api import prefect_server_of

pytestmark = pytest.mark.services

Answer = TypeVar("Answer")

CODE = {"prefect.deployments.steps.set_working_directory": {"directory": "/opt/datamaster"}}
"""Where the code is in the image: no machine that deploys is named."""


@pytest.fixture(scope="module")
def api_url(new_home: Callable[[], Path], migrated_prefect: Path) -> Iterator[str]:
    """A Prefect server of its own that the packaged contracts are deployed to; nobody serves its work pool."""
    with prefect_server_of(new_home(), migrated_prefect) as url:
        ask(url, lambda client: client.create_work_pool(WorkPoolCreate(name=WORK_POOL, type="process")))
        result = deploy(url, PACKAGED_CONTRACTS)
        assert result.returncode == 0, result.stderr
        yield url


def ask(api_url: str, question: Callable[[PrefectClient], Awaitable[Answer]]) -> Answer:
    async def answer() -> Answer:
        async with PrefectClient(api_url) as client:
            return await question(client)

    return asyncio.run(answer())


def environment(api_url: str, work_pool: str) -> dict[str, str]:
    """What prefect.yaml leaves to the environment, beside this process's own."""
    return {
        **os.environ,
        "PREFECT_API_URL": api_url,
        "DATAMASTER_WORK_POOL": work_pool,
        "DATAMASTER_REGISTRY": "registry.example.com",
        "DATAMASTER_CODE_FOLDER": "/opt/datamaster",
        "DATAMASTER_SCHEDULES_PAUSED": "false",
    }


def deploy(api_url: str, contracts: Path, work_pool: str = WORK_POOL) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deployments.deploy"],
        cwd=REPOSITORY,
        env={**environment(api_url, work_pool), "DATAMASTER_CONTRACTS": str(contracts)},
        capture_output=True,
        text=True,
        check=False,
    )


async def _deployed(client: PrefectClient) -> dict[str, DeploymentResponse]:
    flows = {flow.id: flow.name for flow in await client.read_flows()}
    return {f"{flows[one.flow_id]}/{one.name}": one for one in await client.read_deployments()}


def deployed(api_url: str) -> dict[str, DeploymentResponse]:
    return ask(api_url, _deployed)


def scheduled_runs(api_url: str, deployment: DeploymentResponse) -> int:
    chosen = DeploymentFilter(id=DeploymentFilterId(any_=[deployment.id]))
    return len(ask(api_url, lambda client: client.read_flow_runs(deployment_filter=chosen)))


def without_source(folder: Path, dataset: str, source: str) -> Path:
    """The packaged contracts in a folder of their own, one of them without a source."""
    for contract in PACKAGED_CONTRACTS.glob("*.odcs.yaml"):
        shutil.copy(contract, folder)
    file = folder / f"{dataset}.odcs.yaml"
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    document["servers"] = [server for server in document["servers"] if server["server"] != source]
    document["slaProperties"] = [level for level in document["slaProperties"] if level.get("element") != source]
    file.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    return folder


async def _somebody_else_s(client: PrefectClient) -> None:
    """A deployment of a flow of the same name, that this project did not make."""
    flow_id = await client.create_flow_from_name("ingest")
    await client.create_deployment(
        flow_id, "weather", entrypoint="flows/ingest.py:ingest", tags=["experiment"], schedules=[]
    )


def test_every_dataset_and_source_is_deployed_with_its_schedule(api_url: str) -> None:
    found = deployed(api_url)
    contracts = CONTRACTS
    expected = {f"lakehouse/{contract.slug}": contract.cron(contract.name) for contract in contracts.datasets} | {
        f"ingest/{source.name}": contract.cron(source.name)
        for contract in contracts.datasets
        for source in contract.sources
    }
    expected |= {f"upkeep/upkeep-{contract.slug}": SUNDAYS for contract in contracts.datasets}
    assert found.keys() == expected.keys() | {"reconcile/reconcile"}
    for name, cron in expected.items():
        (schedule,) = found[name].schedules
        assert schedule.schedule == CronSchedule(cron=cron, timezone=contracts.lake.timezone)
        assert schedule.active
        assert found[name].path is None
        assert found[name].pull_steps == [CODE]
        assert found[name].job_variables["image"].startswith("registry.example.com/")
        assert found[name].work_pool_name == WORK_POOL
        assert OURS in found[name].tags


@pytest.mark.chaos
def test_the_committed_file_serves_the_kubernetes_pool_as_it_is(api_url: str) -> None:
    """The pool's template refuses an image without a version, and what no Job can be made of."""
    prefect = Path(sys.executable).with_name("prefect")
    create = [prefect, "work-pool", "create", "aks", "--type", "kubernetes", "--base-job-template", COMMITTED]
    variables = environment(api_url, "aks")
    subprocess.run(create, check=True, env=variables, capture_output=True)
    done = subprocess.run(
        [prefect, "--no-prompt", "deploy", "--all"], cwd=REPOSITORY, env=variables, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout
    found = deployed(api_url)
    assert {one.work_pool_name for name, one in found.items() if name != "ingest/weather"} == {"aks"}
    reconcile = found["reconcile/reconcile"]
    assert reconcile.parameters == {"work_pool": "aks"}
    assert reconcile.job_variables["service_account_name"] == "prefect-reconciler"
    assert deploy(api_url, PACKAGED_CONTRACTS).returncode == 0


def test_what_the_environment_lacks_is_told_and_changes_nothing(api_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = deployed(api_url)
    for name, value in environment(api_url, WORK_POOL).items():
        monkeypatch.setenv(name, value)
    for name in ("DATAMASTER_REGISTRY", "DATAMASTER_CODE_FOLDER"):
        monkeypatch.setenv(name, "")
    with pytest.raises(SystemExit, match=r"^set DATAMASTER_CODE_FOLDER, DATAMASTER_REGISTRY: "):
        main()
    assert deployed(api_url) == before


def test_a_source_that_no_contract_describes_any_more_is_removed_alone(api_url: str, tmp_path: Path) -> None:
    ask(api_url, _somebody_else_s)
    before = deployed(api_url)
    gone = before["ingest/return-files"]
    deadline = time.monotonic() + 60
    while not scheduled_runs(api_url, gone):
        assert time.monotonic() < deadline, "Prefect schedules nothing"
        time.sleep(0.2)

    result = deploy(api_url, without_source(tmp_path, "product_returns", "return-files"))

    assert result.returncode == 0, result.stderr
    assert "removed ingest/return-files: no contract describes it any more" in result.stdout
    after = deployed(api_url)
    assert before.keys() - after.keys() == {"ingest/return-files"}
    assert "ingest/weather" in after
    assert {name: one.id for name, one in after.items()} == {name: before[name].id for name in after}
    assert {name: len(one.schedules) for name, one in after.items()} == {
        name: name != "ingest/weather" for name in after
    }
    assert scheduled_runs(api_url, gone) == 0


@pytest.mark.chaos
def test_a_refused_deployment_fails_and_removes_nothing(api_url: str, tmp_path: Path) -> None:
    before = deployed(api_url).keys()
    result = deploy(api_url, without_source(tmp_path, "customer_purchases", "branch-files"), work_pool="nowhere")
    assert result.returncode == 1
    assert "'nowhere' which does not exist" in " ".join((result.stdout + result.stderr).split())
    assert deployed(api_url).keys() == before


def test_contracts_that_cannot_be_used_are_told_and_change_nothing(
    api_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = deployed(api_url).keys()
    (tmp_path / "broken.odcs.yaml").write_text("a: [")
    for name, value in environment(api_url, WORK_POOL).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATAMASTER_CONTRACTS", str(tmp_path))
    with pytest.raises(SystemExit, match="is not YAML"):
        main()
    assert deployed(api_url).keys() == before
