"""Runs the lakehouse's Databricks job and reads what its tasks reported (Databricks Jobs API 2.1).

Plain asynchronous functions over prefect-databricks' REST calls; passing faults are retried with jitter, up to a
deadline, and a repeated start is harmless because it carries the same idempotency token.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import httpx
import stamina
from prefect_databricks import DatabricksCredentials
from prefect_databricks.rest import HTTPMethod, execute_endpoint

from contracts.reports import read_report
from tasks.job_runs import JobRun, JobTask

CALL_DEADLINE_SECONDS = 120
FINISHED_STATES = ("TERMINATED", "SKIPPED", "INTERNAL_ERROR")
RUNS_LOOKED_BACK = 5
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500


class JobError(RuntimeError):
    """Raised when the job cannot be found or does not finish in time; the text says what to do."""


async def find_job_id(databricks: DatabricksCredentials, job_name: str) -> int:
    """Id of the job of that name.

    Raises:
        JobError: the workspace has no such job, or several.
    """
    answer = await _call(databricks, HTTPMethod.GET, "jobs/list", {"name": job_name})
    ids = [int(job["job_id"]) for job in answer.get("jobs", [])]
    if len(ids) != 1:
        raise JobError(f"Databricks has {len(ids)} jobs named {job_name}: deploy the pipelines stack to have one")
    return ids[0]


async def start_job(
    databricks: DatabricksCredentials, job_id: int, parameters: Mapping[str, str], idempotency_token: str
) -> int:
    """Start a run with those job parameters; the same token starts it once. Returns the run's id."""
    body = {"job_id": job_id, "job_parameters": dict(parameters), "idempotency_token": idempotency_token}
    return int((await _call(databricks, HTTPMethod.POST, "jobs/run-now", body))["run_id"])


async def wait_for_run(
    databricks: DatabricksCredentials, run_id: int, timeout_seconds: float, poll_seconds: float
) -> JobRun:
    """The finished run with every task's report; a run that outlasts the timeout is cancelled.

    Raises:
        JobError: the run did not finish within `timeout_seconds`.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        run = await _call(databricks, HTTPMethod.GET, "jobs/runs/get", {"run_id": run_id})
        if run["state"]["life_cycle_state"] in FINISHED_STATES:
            return await _with_reports(databricks, run)
        if time.monotonic() > deadline:
            await _call(databricks, HTTPMethod.POST, "jobs/runs/cancel", {"run_id": run_id})
            page_url = run.get("run_page_url")
            raise JobError(f"job run {run_id} took over {timeout_seconds:.0f} s and was cancelled: see {page_url}")
        await asyncio.sleep(poll_seconds)


async def active_run_id(databricks: DatabricksCredentials, job_id: int) -> int | None:
    """Id of the run that is going on, if one is: an earlier flow run may have been killed while it waited."""
    query = {"job_id": job_id, "active_only": True}
    runs = (await _call(databricks, HTTPMethod.GET, "jobs/runs/list", query)).get("runs", [])
    return int(runs[0]["run_id"]) if runs else None


async def last_finished_run(databricks: DatabricksCredentials, job_id: int) -> JobRun | None:
    """The newest finished run with every task's report, or None if the job never ran."""
    query = {"job_id": job_id, "completed_only": True, "limit": RUNS_LOOKED_BACK}
    runs = (await _call(databricks, HTTPMethod.GET, "jobs/runs/list", query)).get("runs", [])
    if not runs:
        return None
    run = await _call(databricks, HTTPMethod.GET, "jobs/runs/get", {"run_id": runs[0]["run_id"]})
    return await _with_reports(databricks, run)


async def _with_reports(databricks: DatabricksCredentials, run: Mapping[str, Any]) -> JobRun:
    tasks = [await _job_task(databricks, task) for task in run.get("tasks", [])]
    state = run["state"]
    return JobRun(
        run_id=int(run["run_id"]),
        result=state.get("result_state") or state["life_cycle_state"],
        message=state.get("state_message", ""),
        page_url=run.get("run_page_url", ""),
        tasks=tuple(tasks),
    )


async def _job_task(databricks: DatabricksCredentials, task: Mapping[str, Any]) -> JobTask:
    state = task["state"]
    result = state.get("result_state") or state["life_cycle_state"]
    output: Mapping[str, Any] = {}
    if state["life_cycle_state"] == "TERMINATED":
        output = await _call(databricks, HTTPMethod.GET, "jobs/runs/get-output", {"run_id": task["run_id"]})
    started, ended = task.get("start_time") or 0, task.get("end_time") or 0
    return JobTask(
        key=task["task_key"],
        result=result,
        message=output.get("error") or state.get("state_message", ""),
        seconds=max(0, ended - started) / 1000,
        report=read_report(output.get("logs") or ""),
    )


def _can_heal(error: Exception) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        status = error.response.status_code
        return status == TOO_MANY_REQUESTS or status >= SERVER_ERROR
    return isinstance(error, httpx.TransportError)


@stamina.retry(on=_can_heal, attempts=None, timeout=CALL_DEADLINE_SECONDS)
async def _call(
    databricks: DatabricksCredentials, method: HTTPMethod, path: str, content: Mapping[str, Any]
) -> dict[str, Any]:
    part = "params" if method is HTTPMethod.GET else "json"
    # the client writes its authorization header into the block's own dictionary: it gets a copy
    credentials = databricks.copy(update={"client_kwargs": dict(databricks.client_kwargs or {})})
    response = await execute_endpoint.fn(f"2.1/{path}", credentials, http_method=method, **{part: dict(content)})
    response.raise_for_status()
    answer: dict[str, Any] = response.json()
    return answer
