"""A job's settings, as far as the sandbox runs them; a field it would have to ignore is refused, never dropped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, model_validator

REFERENCE = re.compile(r"\{\{\s*([\w.]+)\s*\}\}")
JOB_REFERENCES = ("job.id", "job.name", "job.run_id", "job.repair_count")
_TASK_REFERENCES = ("task.name", "task.run_id")
Key = Annotated[str, Field(pattern=r"^[\w-]{1,100}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class JobParameter(_Strict):
    """A parameter of the whole job with its default, which may refer to the job and its run."""

    name: Key
    default: str


class Dependency(_Strict):
    """A task that must succeed before."""

    task_key: Key


class PythonWheelTask(_Strict):
    """A console entry point of an installed package, and its ``--name=value`` arguments."""

    package_name: str
    entry_point: str
    named_parameters: Mapping[str, str] = Field(default_factory=dict)


class JobCluster(_Strict):
    """Compute that tasks of a run share. Its size is this machine's and its access standard, whatever is said."""

    job_cluster_key: Key
    new_cluster: Mapping[str, Any]


class JobQueue(_Strict):
    """Whether a run waits while as many go on as may, instead of being skipped."""

    enabled: bool = False


class Task(_Strict):
    """One task; without a cluster it brings its own Spark. Libraries are what is installed here."""

    task_key: Key
    description: str | None = None
    depends_on: tuple[Dependency, ...] = ()
    python_wheel_task: PythonWheelTask
    timeout_seconds: NonNegativeInt = 0
    max_retries: Literal[0] = 0
    job_cluster_key: str | None = None
    libraries: tuple[Mapping[str, Any], ...] = ()


class JobSettings(_Strict):
    """What ``jobs/create`` and ``jobs/reset`` set."""

    name: Annotated[str, Field(max_length=4096)] = "Untitled"
    description: str | None = None
    tags: Mapping[str, str] = Field(default_factory=dict)
    format: Literal["MULTI_TASK"] = "MULTI_TASK"
    parameters: tuple[JobParameter, ...] = ()
    tasks: Annotated[tuple[Task, ...], Field(min_length=1, max_length=100)]
    job_clusters: tuple[JobCluster, ...] = ()
    max_concurrent_runs: Annotated[int, Field(ge=0, le=1000)] = 1
    queue: JobQueue = JobQueue()
    timeout_seconds: NonNegativeInt = 0

    @model_validator(mode="after")
    def _tasks_fit_together(self) -> Self:
        keys = [task.task_key for task in self.tasks]
        if len(set(keys)) < len(keys):
            raise ValueError("Duplicate task keys are not allowed")
        unknown = {one.task_key for task in self.tasks for one in task.depends_on} - set(keys)
        if unknown:
            raise ValueError(f"Invalid task dependency: {', '.join(sorted(unknown))} does not exist")
        try:
            TopologicalSorter(self.dependencies()).prepare()
        except CycleError as error:
            raise ValueError("Invalid task dependency: tasks depend on each other in a circle") from error
        return self

    @model_validator(mode="after")
    def _clusters_are_known(self) -> Self:
        known = {cluster.job_cluster_key for cluster in self.job_clusters}
        for task in self.tasks:
            if task.job_cluster_key is not None and task.job_cluster_key not in known:
                raise ValueError(f"Job cluster {task.job_cluster_key} is not defined in field job_clusters")
        return self

    @model_validator(mode="after")
    def _references_are_known(self) -> Self:
        for parameter in self.parameters:
            check_references(f"Job parameter {parameter.name}", parameter.default, JOB_REFERENCES)
        known = [f"job.parameters.{parameter.name}" for parameter in self.parameters]
        for task in self.tasks:
            for value in task.python_wheel_task.named_parameters.values():
                check_references(f"Task {task.task_key}", value, (*JOB_REFERENCES, *_TASK_REFERENCES, *known))
        return self

    def dependencies(self) -> dict[str, set[str]]:
        """Each task's key with the keys it waits for."""
        return {task.task_key: {one.task_key for one in task.depends_on} for task in self.tasks}

    def in_order(self) -> tuple[str, ...]:
        """The keys of the tasks, each after those it waits for."""
        return tuple(TopologicalSorter(self.dependencies()).static_order())


def check_references(owner: str, value: str, known: Iterable[str]) -> None:
    """Refuse a text that refers to what is not known there.

    Raises:
        ValueError: it does.
    """
    for name in REFERENCE.findall(value):
        if name not in known:
            raise ValueError(f"{owner}: unknown reference {{{{{name}}}}}")


class Job(BaseModel):
    """A job in the workspace."""

    job_id: int
    created_time: int
    creator_user_name: str = "sandbox"
    settings: JobSettings
