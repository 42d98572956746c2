"""Parent deployments are run and awaited on a real Prefect server; a thread of the test does what a worker would."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import ArtifactCreate
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.states import Completed, Failed, Running

from blocks.images import REPOSITORY
from deployments.orchestrate import main, orchestrate
from tests.packaged_contracts import CONTRACTS

pytestmark = pytest.mark.services

SLUGS = [contract.slug for contract in CONTRACTS.datasets]


async def _deploy(api_url: str, slug: str) -> None:
    async with PrefectClient(api_url) as client:
        flow_id = await client.create_flow_from_name("lakehouse")
        await client.create_deployment(flow_id, slug, schedules=[])


async def _finish(api_url: str, slug: str, *, succeeded: bool) -> None:
    """Take the run that is due, record its summary and end it, as the parent flow does."""
    async with PrefectClient(api_url) as client:
        deadline = time.monotonic() + 60
        while not (runs := await client.read_flow_runs()):
            assert time.monotonic() < deadline, "nothing was run"
            await asyncio.sleep(0.2)
        await client.set_flow_run_state(runs[0].id, Running())
        summary = ArtifactCreate(
            key=f"summary-{slug}", type="markdown", data="# Books\n\nbalanced", flow_run_id=runs[0].id
        )
        await client.create_artifact(summary)
        await client.set_flow_run_state(
            runs[0].id, Completed(message="all in") if succeeded else Failed(message="partly failed: store")
        )
        await asyncio.sleep(0)


def orchestrate_command(api_url: str, *slugs: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PREFECT_API_URL": api_url, "PREFECT_UI_URL": "https://prefect.example.com"}
    return subprocess.Popen(
        [sys.executable, "-m", "deployments.orchestrate", *slugs],
        cwd=REPOSITORY,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def emptied(prefect_url: str) -> str:
    """The server without runs."""

    async def empty() -> None:
        async with PrefectClient(prefect_url) as client:
            for run in await client.read_flow_runs():
                await client.delete_flow_run(run.id)

    asyncio.run(empty())
    return prefect_url


def test_the_run_s_end_and_summary_are_told(emptied: str) -> None:
    asyncio.run(_deploy(emptied, SLUGS[0]))
    command = orchestrate_command(emptied, SLUGS[0])
    asyncio.run(_finish(emptied, SLUGS[0], succeeded=True))
    said, errors = command.communicate(timeout=120)
    assert command.returncode == 0, errors
    assert f"## {SLUGS[0]}: Completed, " in said
    assert "https://prefect.example.com/flow-runs/flow-run/" in said
    assert "# Books\n\nbalanced" in said


def test_one_run_that_fails_is_told_beside_the_others(
    emptied: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asyncio.run(_deploy(emptied, SLUGS[0]))
    monkeypatch.setattr("sys.argv", ["orchestrate", *SLUGS[:2]])
    with ThreadPoolExecutor(1) as worker, temporary_settings({PREFECT_API_URL: emptied}):
        finished = worker.submit(lambda: asyncio.run(_finish(emptied, SLUGS[0], succeeded=False)))
        with pytest.raises(SystemExit) as ended:
            main()
        finished.result()
    assert ended.value.code == 1
    said = capsys.readouterr().out
    assert f"## {SLUGS[0]}: Failed, " in said
    assert "partly failed: store" in said
    assert f"## {SLUGS[1]}: not run" in said


def test_a_dataset_that_is_not_deployed_fails_with_what_to_do(emptied: str) -> None:
    with temporary_settings({PREFECT_API_URL: emptied}):
        (ended,) = asyncio.run(orchestrate([SLUGS[1]]))
    assert not ended.succeeded
    assert f"There is no deployment lakehouse/{SLUGS[1]}: deploy it first." in ended.summary


def test_an_unknown_dataset_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["orchestrate", "nowhere"])
    with pytest.raises(SystemExit, match="no contract describes a dataset nowhere"):
        main()
