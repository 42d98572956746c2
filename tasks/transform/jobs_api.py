"""Finds, starts and follows runs of a Databricks job, and reads what their tasks reported (Jobs API 2.1).

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

from blocks.documents import DATABRICKS_DOCUMENT
from contracts.job_report import read_report
from tasks.deadlines import JOBS_API_CALL_SECONDS
from tasks.errors import (
    AccessRefused,
    DatabricksUnavailable,
    JobNotDeployed,
    JobOverdue,
    MisconfiguredError,
    PipelineError,
)
from tasks.transform.job_run import JobRun, JobTask

FINISHED_STATES = ("TERMINATED", "SKIPPED", "INTERNAL_ERROR")
RUNS_LOOKED_BACK = 5
_LONGEST_REASON = 200


async def find_job_id(databricks: DatabricksCredentials, job_name: str) -> int:
    """Id of the job of that name.

    Raises:
        JobNotDeployed: the workspace has no such job, or several.
    """
    answer = await _call(databricks, HTTPMethod.GET, "jobs/list", {"name": job_name})
    ids = [int(job["job_id"]) for job in answer.get("jobs", [])]
    if len(ids) != 1:
        raise JobNotDeployed(f"Databricks has {len(ids)} jobs named {job_name}: deploy the pipelines stack to have one")
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
        JobOverdue: the run did not finish within `timeout_seconds`.
    """
    deadline = time.monotonic() + timeout_seconds
    while True:
        run = await _call(databricks, HTTPMethod.GET, "jobs/runs/get", {"run_id": run_id})
        if run["state"]["life_cycle_state"] in FINISHED_STATES:
            return await _with_reports(databricks, run)
        if time.monotonic() > deadline:
            await _call(databricks, HTTPMethod.POST, "jobs/runs/cancel", {"run_id": run_id})
            page_url = run.get("run_page_url")
            raise JobOverdue(f"job run {run_id} took over {timeout_seconds:.0f} s and was cancelled: see {page_url}")
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


async def _call(
    databricks: DatabricksCredentials, method: HTTPMethod, path: str, content: Mapping[str, Any]
) -> dict[str, Any]:
    """What Databricks answers, asked again as long as that can help.

    Raises:
        DatabricksUnavailable: no good answer until the deadline.
        AccessRefused: the token is rejected, or may not do this.
        MisconfiguredError: the request is refused.
    """
    try:
        return await _answer(databricks, method, path, content)
    except httpx.HTTPStatusError as error:
        raise _refusal(error.response, path) from None
    except httpx.TransportError as error:
        told = f"Databricks does not answer ({type(error).__name__}): check the host in block {DATABRICKS_DOCUMENT}"
        raise DatabricksUnavailable(told) from None


def _refusal(response: httpx.Response, path: str) -> PipelineError:
    status = response.status_code
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return AccessRefused(f"Databricks answers {status}: check the token in block {DATABRICKS_DOCUMENT}")
    if _may_pass(status):
        return DatabricksUnavailable(f"Databricks keeps answering {status} to {path}; run again when it is well")
    return MisconfiguredError(f"Databricks refuses {path} with {status}: {response.text[:_LONGEST_REASON]}")


def _may_pass(status: int) -> bool:
    return status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR


def _is_transient(error: Exception) -> bool:
    if isinstance(error, httpx.HTTPStatusError):
        return _may_pass(error.response.status_code)
    return isinstance(error, httpx.TransportError)


@stamina.retry(on=_is_transient, attempts=None, timeout=JOBS_API_CALL_SECONDS)
async def _answer(
    databricks: DatabricksCredentials, method: HTTPMethod, path: str, content: Mapping[str, Any]
) -> dict[str, Any]:
    part = "params" if method is HTTPMethod.GET else "json"
    # the client writes its authorization header into the block's own dictionary: it gets a copy
    credentials = databricks.copy(update={"client_kwargs": dict(databricks.client_kwargs or {})})
    response = await execute_endpoint.fn(f"2.1/{path}", credentials, http_method=method, **{part: dict(content)})
    response.raise_for_status()
    answer: dict[str, Any] = response.json()
    return answer
