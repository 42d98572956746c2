"""A run of a job and of its tasks, in the words of the Jobs API: states, times in milliseconds since 1970."""

from __future__ import annotations

import time
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field

from sandbox.databricks.job import Dependency, JobSettings, PythonWheelTask
from sandbox.processes.process_trees import ProcessIdentity


class LifeCycle(StrEnum):
    """Where a run is in its life."""

    QUEUED = "QUEUED"
    PENDING = "PENDING"
    BLOCKED = "BLOCKED"
    RUNNING = "RUNNING"
    TERMINATING = "TERMINATING"
    TERMINATED = "TERMINATED"
    SKIPPED = "SKIPPED"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class Result(StrEnum):
    """How a finished run ended."""

    SUCCESS = "SUCCESS"
    FAILED = "FAILED"
    TIMEDOUT = "TIMEDOUT"
    CANCELED = "CANCELED"
    UPSTREAM_FAILED = "UPSTREAM_FAILED"
    UPSTREAM_CANCELED = "UPSTREAM_CANCELED"
    MAXIMUM_CONCURRENT_RUNS_REACHED = "MAXIMUM_CONCURRENT_RUNS_REACHED"


FINISHED = frozenset({LifeCycle.TERMINATED, LifeCycle.SKIPPED, LifeCycle.INTERNAL_ERROR})


def now_milliseconds() -> int:
    """The time as the Jobs API writes it."""
    return time.time_ns() // 1_000_000


class State(BaseModel):
    """Where a run is, and once it is finished how it ended."""

    life_cycle_state: LifeCycle = LifeCycle.PENDING
    result_state: Result | None = None
    state_message: str = ""
    user_cancelled_or_timedout: bool = False

    @property
    def is_finished(self) -> bool:
        """Whether nothing will change any more."""
        return self.life_cycle_state in FINISHED


class _Timed(BaseModel):
    run_id: int
    state: State = Field(default_factory=State)
    start_time: int = Field(default_factory=now_milliseconds)
    end_time: int = 0
    run_page_url: str

    def enter(self, life_cycle: LifeCycle, result: Result | None = None, message: str = "") -> None:
        """Change the state; a finished one also gets its end."""
        stopped = result in {Result.CANCELED, Result.TIMEDOUT}
        self.state = State(
            life_cycle_state=life_cycle, result_state=result, state_message=message, user_cancelled_or_timedout=stopped
        )
        if self.state.is_finished:
            self.end_time = now_milliseconds()


class TaskRun(_Timed):
    """A run of one task."""

    task_key: str
    depends_on: tuple[Dependency, ...]
    python_wheel_task: PythonWheelTask
    job_cluster_key: str | None = None
    attempt_number: int = 0
    process: ProcessIdentity | None = None


class Run(_Timed):
    """A run of a job; its settings are those of the moment it started."""

    job_id: int
    number_in_job: int
    job_parameters: dict[str, str]
    idempotency_token: str | None = None
    settings: JobSettings
    tasks: list[TaskRun]

    def view(self, *, with_tasks: bool = True) -> dict[str, Any]:
        """The run as ``runs/get`` shows it."""
        hidden = {
            "settings": True,
            "idempotency_token": True,
            "tasks": {"__all__": {"process"}} if with_tasks else True,
        }
        shown = self.model_dump(mode="json", exclude=hidden, exclude_none=True)
        defaults = {parameter.name: parameter.default for parameter in self.settings.parameters}
        parameters = [
            {"name": name, "default": defaults[name], "value": value} for name, value in self.job_parameters.items()
        ]
        return {
            **shown,
            "job_parameters": parameters,
            "run_name": self.settings.name,
            "original_attempt_run_id": self.run_id,
            "run_duration": max(0, self.end_time - self.start_time),
            "creator_user_name": "sandbox",
            "run_type": "JOB_RUN",
            "trigger": "ONE_TIME",
            "format": "MULTI_TASK",
        }
