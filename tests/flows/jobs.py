"""What Databricks answers about a dataset's job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blocks.images import project_version
from contracts.job_document import TASKS

WHEEL = f"/Volumes/lake/wheels/datamaster-{project_version()}-py3-none-any.whl"


def the_job(tasks: Sequence[str] = TASKS, wheel: str | None = WHEEL) -> dict[str, Any]:
    """A job as `jobs/list` shows it when it is asked for the tasks too."""
    libraries = [{"whl": wheel}] if wheel else []
    return {"job_id": 11, "settings": {"tasks": [{"task_key": key, "libraries": libraries} for key in tasks]}}
