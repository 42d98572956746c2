"""Job runs that outlive their flow, and that a person ends or starts: by cancelling the flow, by *Run now*."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx
import polars as pl
import pytest

from sandbox.generator.command_line import population_of
from sandbox.home import SandboxHome
from tests.end_to_end import expected_returns
from tests.end_to_end.running_sandbox import RunningSandbox
from tests.packaged_contracts import RETURNS

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


def begin(sandbox: RunningSandbox) -> str:
    """Begin a run of the returns whose job runs whatever there is; the id of the flow run."""
    sandbox.command("sandbox", "up")
    began = sandbox.command(
        "prefect", "deployment", "run", "lakehouse/product-returns", "-p", "transform_when=always"
    ).stdout
    return re.search(r"UUID: (\S+)", began)[1]  # type: ignore[index]


def job_run_of(sandbox: RunningSandbox, flow_run_id: str, *, active_only: bool = True) -> int | None:
    runs = jobs_api(sandbox, "runs/list", active_only=active_only)["runs"]
    mine = {"name": "ingestion_id", "default": "{{job.run_id}}", "value": flow_run_id}
    return next((run["run_id"] for run in runs if mine in run["job_parameters"]), None)


def job_runs(sandbox: RunningSandbox) -> list[int]:
    return [run["run_id"] for run in jobs_api(sandbox, "runs/list")["runs"]]


def is_summarizing(sandbox: RunningSandbox, flow_run_id: str) -> bool | None:
    asked = {"flow_runs": {"id": {"any_": [flow_run_id]}}, "task_runs": {"name": {"any_": ["summarize"]}}}
    url = f"{sandbox.variables['PREFECT_API_URL']}/task_runs/filter"
    found = httpx.post(url, json=asked, trust_env=False).raise_for_status().json()
    return any(run["state_type"] == "RUNNING" for run in found) or None


@pytest.mark.parametrize("moment", [job_run_of, is_summarizing], ids=["while its job runs", "while it records"])
def test_a_parent_that_is_killed_leaves_the_job_s_run_to_the_next_which_starts_none(
    sandbox: RunningSandbox, moment: Callable[[RunningSandbox, str], object | None]
) -> None:
    flow_run_id = begin(sandbox)
    until(lambda: moment(sandbox, flow_run_id))
    process = prefect_api(sandbox, f"flow_runs/{flow_run_id}")["infrastructure_pid"]
    os.kill(int(process.rpartition(":")[2]), signal.SIGKILL)
    until(lambda: prefect_api(sandbox, f"flow_runs/{flow_run_id}")["state_type"] == "CRASHED" or None)
    runs = job_runs(sandbox)
    assert job_run_of(sandbox, flow_run_id, active_only=False) in runs

    sandbox.command("prefect", "deployment", "run", "lakehouse/product-returns", "--watch")

    facts = sandbox.summary("product-returns")
    assert facts["problems"] == []
    assert facts["flow_run_id"] != flow_run_id
    assert job_runs(sandbox) == runs
    require_every_table(sandbox, facts["books"])


def require_every_table(sandbox: RunningSandbox, books: dict[str, dict[str, int]]) -> None:
    """All is there, and by the books once, but for who was erased on request: none of whose returns comes back."""
    population, generation = population_of(sandbox.home)
    tables = sandbox.tables(RETURNS)
    found = expected_returns.versions_met(population, RETURNS, generation, tables["bronze.product_returns"])
    landed = found.filter(pl.col("outcome") != "quarantined")
    erased = expected_returns.missing(landed, tables["bronze.product_returns"], ["source", "return_id"])
    assert erased.height == sum(rows["erased"] for rows in books.values())
    left = found.join(erased, on="return_id", how="anti")
    expected_returns.require_tables(tables, left, sandbox.variables["PII_HASH_KEY"].encode())


def test_cancelling_a_run_cancels_its_job_and_the_next_run_takes_it_up(sandbox: RunningSandbox) -> None:
    flow_run_id = begin(sandbox)
    job_run_id = until(lambda: job_run_of(sandbox, flow_run_id))
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
