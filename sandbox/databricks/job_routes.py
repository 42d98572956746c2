"""The endpoints on jobs: create, reset, get and list."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from sandbox.databricks.job import JobSettings
from sandbox.databricks.requests import JobQuery, JobsQuery, NewSettings
from sandbox.databricks.workspace import Workspace


def job_routes(workspace: Workspace) -> APIRouter:
    """What can be asked of the workspace about jobs."""
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

    @router.get("/get")
    def get(query: Annotated[JobQuery, Query()]) -> dict[str, Any]:
        return workspace.job(query.job_id).model_dump(mode="json", exclude_none=True)

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
