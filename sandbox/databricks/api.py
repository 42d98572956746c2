"""The endpoints of Jobs API 2.1 that a pipeline's run needs, with the refusals that Databricks documents."""

from __future__ import annotations

import json
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from sandbox.databricks.errors import ApiError, invalid
from sandbox.databricks.execution import Execution, failure_file, log_file
from sandbox.databricks.job import JobSettings
from sandbox.databricks.requests import JobsQuery, NewSettings, RunById, RunNow, RunQuery, RunsQuery
from sandbox.databricks.run import LifeCycle, Result, Run, now_milliseconds
from sandbox.databricks.workspace import Workspace

LOG_BYTES = 5 * 1024**2


def jobs_api(workspace: Workspace, token: str) -> FastAPI:
    """The API over a workspace, for clients that send ``token`` as bearer."""
    application = FastAPI(title="Jobs API", docs_url=None, redoc_url=None, openapi_url=None)
    application.include_router(_jobs(workspace), prefix="/api/2.1/jobs")
    application.include_router(_runs(workspace, {}), prefix="/api/2.1/jobs")

    @application.middleware("http")
    async def authorize(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        sent = request.headers.get("Authorization", "")
        if not sent.startswith("Bearer "):
            message = "Credential was not sent or was of an unsupported type for this API."
            return _refusal(ApiError(401, "401", message))
        if not secrets.compare_digest(sent.removeprefix("Bearer ").encode(), token.encode()):
            return _refusal(ApiError(403, "403", "Invalid access token."))
        return await call_next(request)

    @application.exception_handler(ApiError)
    def refused(_request: Request, error: ApiError) -> Response:
        return _refusal(error)

    @application.exception_handler(RequestValidationError)
    def malformed(_request: Request, error: RequestValidationError) -> Response:
        told = "; ".join(f"{_place(problem['loc'])}: {problem['msg']}" for problem in error.errors())
        return _refusal(invalid(f"Could not parse request object: {told}"))

    @application.exception_handler(HTTPException)
    def unknown(request: Request, error: HTTPException) -> Response:
        message = f"No API found for '{request.method} {request.url.path.removeprefix('/api')}'"
        return _refusal(ApiError(error.status_code, "ENDPOINT_NOT_FOUND", message))

    return application


def _jobs(workspace: Workspace) -> APIRouter:
    router = APIRouter()

    @router.post("/create")
    def create(settings: JobSettings) -> dict[str, int]:
        with workspace.lock:
            return {"job_id": workspace.save_job(None, settings).job_id}

    @router.post("/reset")
    def reset(change: NewSettings) -> dict[str, int]:
        with workspace.lock:
            workspace.save_job(change.job_id, change.new_settings)
        return {}

    @router.get("/list")
    def list_jobs(query: Annotated[JobsQuery, Query()]) -> dict[str, Any]:
        hidden = {} if query.expand_tasks else {"settings": {"tasks", "job_clusters"}}
        jobs = [
            job.model_dump(mode="json", exclude=hidden, exclude_none=True)
            for job in reversed(workspace.jobs.values())
            if query.name is None or job.settings.name.lower() == query.name.lower()
        ]
        return query.page("jobs", jobs)

    return router


def _start_waiting(workspace: Workspace, going_on: dict[int, Execution], job_id: int) -> None:
    """Start as many of the job's waiting runs, the oldest first, as may go on beside those that do."""
    with workspace.lock:
        for run in workspace.startable_runs(job_id):
            run.enter(LifeCycle.PENDING)
            run.start_time = now_milliseconds()  # what it waited does not count
            going_on[run.run_id] = Execution(workspace, run, then=partial(_start_waiting, workspace, going_on, job_id))
            going_on[run.run_id].start()


def _runs(workspace: Workspace, going_on: dict[int, Execution]) -> APIRouter:
    router = APIRouter()
    for job_id in workspace.jobs:  # runs that the last process left waiting
        _start_waiting(workspace, going_on, job_id)

    @router.post("/run-now")
    def run_now(asked: RunNow) -> dict[str, int]:
        with workspace.lock:
            run = _run_of_token(workspace, asked) or _new_run(workspace, asked)
            _start_waiting(workspace, going_on, run.job_id)
            return {"run_id": run.run_id, "number_in_job": run.number_in_job}

    @router.get("/runs/get")
    def get(query: Annotated[RunQuery, Query()]) -> dict[str, Any]:
        with workspace.lock:
            return workspace.run(query.run_id).view()

    @router.get("/runs/get-output")
    def get_output(query: Annotated[RunQuery, Query()]) -> dict[str, Any]:
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


def _run_of_token(workspace: Workspace, asked: RunNow) -> Run | None:
    if not asked.idempotency_token:
        return None
    tokens = {run.idempotency_token: run for run in workspace.runs.values() if run.job_id == asked.job_id}
    return tokens.get(asked.idempotency_token)


def _new_run(workspace: Workspace, asked: RunNow) -> Run:
    job = workspace.job(asked.job_id)
    parameters = {parameter.name: parameter.default for parameter in job.settings.parameters}
    unknown = asked.job_parameters.keys() - parameters.keys()
    if unknown:
        raise invalid(f"Job {job.job_id} has no parameter {', '.join(sorted(unknown))}.")
    run = workspace.new_run(job, {**parameters, **asked.job_parameters}, asked.idempotency_token)
    if not job.settings.queue.enabled and run not in workspace.startable_runs(job.job_id):
        most = job.settings.max_concurrent_runs
        message = f"Skipping this run because the limit of {most} maximum concurrent runs has been reached."
        workspace.end_run(run, LifeCycle.SKIPPED, Result.MAXIMUM_CONCURRENT_RUNS_REACHED, message)
    return run


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
    output: dict[str, Any] = {"metadata": task.model_dump(mode="json", exclude={"process"}, exclude_none=True)}
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


def _refusal(error: ApiError) -> Response:
    return JSONResponse({"error_code": error.error_code, "message": error.message}, error.status)


def _place(location: tuple[str | int, ...]) -> str:
    return ".".join(str(step) for step in location[1:]) or "the request"
