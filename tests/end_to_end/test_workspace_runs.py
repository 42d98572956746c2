"""Job runs that a person ends or starts: by cancelling the flow that waits for one, by *Run now* in the workspace."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
import pytest

from sandbox.home import SandboxHome
from tests.end_to_end.running_sandbox import RunningSandbox

pytestmark = [pytest.mark.end_to_end, pytest.mark.chaos]

PATIENCE_SECONDS = 240
T = TypeVar("T")


def jobs_api(sandbox: RunningSandbox, path: str, body: dict[str, Any] | None = None, **query: Any) -> dict[str, Any]:
    answer = httpx.request(
        "POST" if body else "GET",
        f"{sandbox.variables['DATABRICKS_HOST']}/api/2.2/jobs/{path}",
        params=query,
        json=body,
        headers={"Authorization": f"Bearer {sandbox.variables['DATABRICKS_TOKEN']}"},
        verify=SandboxHome(sandbox.home).trust(),
    )
    return answer.raise_for_status().json()


def prefect_api(sandbox: RunningSandbox, path: str) -> dict[str, Any]:
    answer = httpx.get(f"{sandbox.variables['PREFECT_API_URL']}/{path}")
    return {} if answer.status_code == httpx.codes.NOT_FOUND else answer.raise_for_status().json()


def until(found: Callable[[], T | None]) -> T:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (value := found()) is None:
        assert time.monotonic() < deadline, "did not come in time"
        time.sleep(0.2)
    return value


def test_cancelling_a_run_cancels_its_job_and_the_next_run_takes_it_up(sandbox: RunningSandbox) -> None:
    sandbox.command("sandbox", "up")
    began = sandbox.command(
        "prefect", "deployment", "run", "lakehouse/product-returns", "-p", "transform_when=always"
    ).stdout
    flow_run_id = re.search(r"UUID: (\S+)", began)[1]  # type: ignore[index]

    def its_job_run() -> int | None:
        active = jobs_api(sandbox, "runs/list", active_only=True)["runs"]
        mine = {"name": "ingestion_id", "default": "{{job.run_id}}", "value": flow_run_id}
        return next((run["run_id"] for run in active if mine in run["job_parameters"]), None)

    job_run_id = until(its_job_run)
    until(lambda: jobs_api(sandbox, "runs/get", run_id=job_run_id)["state"]["life_cycle_state"] == "RUNNING" or None)
    page_url = jobs_api(sandbox, "runs/get", run_id=job_run_id)["run_page_url"]
    until(lambda: page_url in prefect_api(sandbox, "artifacts/job-run-product-returns/latest").get("data", "") or None)

    sandbox.command("prefect", "flow-run", "cancel", flow_run_id)

    state = until(lambda: jobs_api(sandbox, "runs/get", run_id=job_run_id)["state"].get("result_state"))
    assert state == "CANCELED"
    until(lambda: prefect_api(sandbox, f"flow_runs/{flow_run_id}")["state_type"] == "CANCELLED" or None)

    sandbox.command("sandbox", "run", "--dataset", "product-returns")
    facts = sandbox.summary("product-returns")
    assert (facts["transformation"], facts["problems"]) == ("succeeded", [])
    assert facts["flow_run_id"] != flow_run_id


def test_a_run_by_hand_needs_no_parameters(sandbox: RunningSandbox) -> None:
    sandbox.command("sandbox", "up")
    (job,) = jobs_api(sandbox, "list", name="etl-product-returns")["jobs"]

    run_id = jobs_api(sandbox, "run-now", {"job_id": job["job_id"]})["run_id"]
    state = until(lambda: jobs_api(sandbox, "runs/get", run_id=run_id)["state"].get("result_state"))

    assert state == "SUCCESS"
    parameters = jobs_api(sandbox, "runs/get", run_id=run_id)["job_parameters"]
    assert {"name": "ingestion_id", "default": "{{job.run_id}}", "value": str(run_id)} in parameters
