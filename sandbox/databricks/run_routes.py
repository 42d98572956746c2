"""The endpoints on runs: run-now, get, list, cancel and repair, and the output of a task."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query

from sandbox.databricks.errors import invalid
from sandbox.databricks.execution import Execution, failure_file, log_file
from sandbox.databricks.job import JOB_REFERENCES, Job, check_references
from sandbox.databricks.requests import Repair, RunById, RunNow, RunQuery, RunsQuery, TaskRunQuery
from sandbox.databricks.run import LifeCycle, Result, Run
from sandbox.databricks.workspace import Workspace

LOG_BYTES = 5 * 1024**2


def run_routes(workspace: Workspace) -> APIRouter:
    """What can be asked of the workspace about runs; those that the last process left waiting start now."""
    router = APIRouter()
    going_on: dict[int, Execution] = {}
    for job_id in workspace.jobs:
        _start_waiting(workspace, going_on, job_id)

    @router.post("/run-now")
    def run_now(asked: RunNow) -> dict[str, int]:
        with workspace.lock:
            run = _run_of_token(workspace, asked) or _new_run(workspace, asked)
            _start_waiting(workspace, going_on, run.job_id)
            return {"run_id": run.run_id, "number_in_job": run.run_id}

    @router.post("/runs/repair")
    def repair(asked: Repair) -> dict[str, int]:
        with workspace.lock:
            run = workspace.run(asked.run_id)
            repair_id = _repair(workspace, run, asked)
            _start_waiting(workspace, going_on, run.job_id)
            return {"repair_id": repair_id}

    @router.get("/runs/get")
    def get(query: Annotated[RunQuery, Query()]) -> dict[str, Any]:
        with workspace.lock:
            return workspace.run(query.run_id).view(with_history=query.include_history)

    @router.get("/runs/get-output")
    def get_output(query: Annotated[TaskRunQuery, Query()]) -> dict[str, Any]:
        with workspace.lock:
            return _output(workspace, query.run_id)

    @router.post("/runs/cancel")
    def cancel(asked: RunById) -> dict[str, Any]:
        with workspace.lock:
            run = workspace.run(asked.run_id)
            if run.state.life_cycle_state is LifeCycle.QUEUED:
                workspace.end_run(run, LifeCycle.TERMINATED, Result.CANCELED, "Run cancelled.")
            elif not run.state.is_finished:
                going_on[asked.run_id].cancel()
        return {}

    @router.get("/runs/list")
    def list_runs(query: Annotated[RunsQuery, Query()]) -> dict[str, Any]:
        with workspace.lock:
            runs = [
                run.view(with_tasks=query.expand_tasks)
                for run in sorted(workspace.runs.values(), key=lambda run: run.run_id, reverse=True)
                if query.selects(run)
            ]
        return query.page("runs", runs)

    return router


def _start_waiting(workspace: Workspace, going_on: dict[int, Execution], job_id: int) -> None:
    """Start as many of the job's waiting runs, the oldest first, as may go on beside those that do."""
    with workspace.lock:
        for run in workspace.startable_runs(job_id):
            run.begin()
            going_on[run.run_id] = Execution(workspace, run, then=partial(_start_waiting, workspace, going_on, job_id))
            going_on[run.run_id].start()


def _run_of_token(workspace: Workspace, asked: RunNow) -> Run | None:
    if not asked.idempotency_token:
        return None
    tokens = {run.idempotency_token: run for run in workspace.runs.values() if run.job_id == asked.job_id}
    return tokens.get(asked.idempotency_token)


def _new_run(workspace: Workspace, asked: RunNow) -> Run:
    job = workspace.job(asked.job_id)
    run = workspace.new_run(job, _parameters(job, {}, asked.job_parameters), asked.idempotency_token)
    if not job.settings.queue.enabled and run not in workspace.startable_runs(job.job_id):
        most = job.settings.max_concurrent_runs
        message = f"Skipping this run because the limit of {most} maximum concurrent runs has been reached."
        workspace.end_run(run, LifeCycle.SKIPPED, Result.MAXIMUM_CONCURRENT_RUNS_REACHED, message)
    return run


def _parameters(job: Job, before: Mapping[str, str], given: Mapping[str, str]) -> dict[str, str]:
    """The job's defaults, with what a run had before in place of some, and what is given now in place of others."""
    defaults = {parameter.name: parameter.default for parameter in job.settings.parameters}
    if unknown := given.keys() - defaults.keys():
        raise invalid(f"Job {job.job_id} has no parameter {', '.join(sorted(unknown))}.")
    try:
        for name, value in given.items():
            check_references(f"Job parameter {name}", value, JOB_REFERENCES)
    except ValueError as error:
        raise invalid(str(error)) from None
    return {name: given.get(name, before.get(name, default)) for name, default in defaults.items()}


def _repair(workspace: Workspace, run: Run, asked: Repair) -> int:
    if not run.state.is_finished:
        raise invalid(f"Run {run.run_id} is in progress and cannot be repaired.")
    if run.repair_id != asked.latest_repair_id:
        raise invalid("The latest repair ID needs to be provided in order to create a new repair")
    job = workspace.job(run.job_id)
    waits_for = job.settings.dependencies()
    if unknown := set(asked.rerun_tasks) - waits_for.keys():
        raise invalid(f"Job {job.job_id} has no task {', '.join(sorted(unknown))}.")
    succeeded = {task.task_key for task in run.tasks if task.state.result_state is Result.SUCCESS}
    chosen = set(asked.rerun_tasks) or waits_for.keys() - succeeded
    if asked.rerun_dependent_tasks:
        for task in job.settings.in_order():
            chosen |= {task} if waits_for[task] & chosen else set()
    if not chosen:
        raise invalid(f"Run {run.run_id} has no failed task to repair.")
    return workspace.repair_run(run, chosen, _parameters(job, run.job_parameters, asked.job_parameters))


def _output(workspace: Workspace, run_id: int) -> dict[str, Any]:
    if run_id in workspace.runs:
        raise invalid(
            "Retrieving the output of runs with multiple tasks is not supported. "
            "Please retrieve the output of each individual task run instead."
        )
    found = workspace.task_run(run_id)
    if found is None:
        raise invalid(f"Run {run_id} does not exist.")
    run, task = found
    output: dict[str, Any] = {"metadata": task.view()}
    log, failure = log_file(workspace, run, task), failure_file(workspace, run, task)
    if log.exists():
        with log.open("rb") as stream:
            size = stream.seek(0, 2)
            stream.seek(max(0, size - LOG_BYTES))
            output |= {"logs": stream.read().decode("utf-8", errors="replace"), "logs_truncated": size > LOG_BYTES}
    if failure.exists():
        output |= json.loads(failure.read_bytes())
    elif task.state.is_finished and task.state.result_state is not Result.SUCCESS:
        output["error"] = task.state.state_message
    return output
