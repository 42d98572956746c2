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


_TERMINATION = {
    Result.SUCCESS: ("SUCCESS", "SUCCESS"),
    Result.FAILED: ("RUN_EXECUTION_ERROR", "CLIENT_ERROR"),
    Result.TIMEDOUT: ("CANCELED", "CLIENT_ERROR"),
    Result.CANCELED: ("USER_CANCELED", "CLIENT_ERROR"),
    Result.UPSTREAM_FAILED: ("SKIPPED", "CLIENT_ERROR"),
    Result.UPSTREAM_CANCELED: ("SKIPPED", "CLIENT_ERROR"),
    Result.MAXIMUM_CONCURRENT_RUNS_REACHED: ("MAX_CONCURRENT_RUNS_EXCEEDED", "CLIENT_ERROR"),
}
"""A result as the newer field ``status`` puts it: code and type of ``termination_details``."""


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

    def status(self) -> dict[str, Any]:
        """The same as ``status``, the field that is to replace ``state``."""
        if self.life_cycle_state is LifeCycle.QUEUED:
            details = {"code": "MAX_CONCURRENT_RUNS_REACHED", "message": "As many runs go on as the job allows."}
            return {"state": LifeCycle.QUEUED, "queue_details": details}
        if not self.is_finished or self.result_state is None:
            return {"state": self.life_cycle_state}
        code, kind = _TERMINATION[self.result_state]
        details = {"code": code, "type": kind, "message": self.state_message}
        return {"state": LifeCycle.TERMINATED, "termination_details": details}


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
        self.end_time = now_milliseconds() if self.state.is_finished else 0


class TaskRun(_Timed):
    """A run of one task; a repaired task has one for each attempt."""

    task_key: str
    depends_on: tuple[Dependency, ...]
    python_wheel_task: PythonWheelTask
    job_cluster_key: str | None = None
    attempt_number: int = 0
    process: ProcessIdentity | None = None

    def view(self) -> dict[str, Any]:
        """The task's run as ``runs/get`` and ``runs/get-output`` show it."""
        shown = self.model_dump(mode="json", exclude={"process"}, exclude_none=True)
        return {**shown, "status": self.state.status()}


class Round(BaseModel):
    """The original run of a job, or one of its repairs: an item of ``repair_history``."""

    id: int | None = None
    start_time: int
    end_time: int
    state: State
    task_run_ids: list[int]

    def view(self) -> dict[str, Any]:
        """The item as ``runs/get`` shows it."""
        shown = self.model_dump(mode="json", exclude_none=True)
        return {**shown, "type": "REPAIR" if self.id else "ORIGINAL", "status": self.state.status()}


class Run(_Timed):
    """A run of a job; its settings are those of the moment it started, or was repaired."""

    job_id: int
    job_parameters: dict[str, str]
    idempotency_token: str | None = None
    settings: JobSettings
    tasks: list[TaskRun]
    past: list[Round] = Field(default_factory=list)
    repair_id: int | None = None
    repair_start: int = 0

    def current_tasks(self) -> list[TaskRun]:
        """The newest attempt of each of the job's tasks, in the job's order."""
        newest = {task.task_key: task for task in self.tasks}
        return [newest[task.task_key] for task in self.settings.tasks]

    def begin(self) -> None:
        """Count the time from now: what the run, or its repair, has waited for others does not count."""
        self.enter(LifeCycle.PENDING)
        if self.repair_id:
            self.repair_start = now_milliseconds()
        else:
            self.start_time = now_milliseconds()

    def round(self) -> Round:
        """The original run or the repair that goes on, or went on last."""
        before = {run_id for past in self.past for run_id in past.task_run_ids}
        return Round(
            id=self.repair_id,
            start_time=self.repair_start if self.repair_id else self.start_time,
            end_time=self.end_time,
            state=self.state,
            task_run_ids=[task.run_id for task in self.tasks if task.run_id not in before],
        )

    def view(self, *, with_tasks: bool = True, with_history: bool = False) -> dict[str, Any]:
        """The run as ``runs/get`` shows it."""
        hidden = {"settings", "idempotency_token", "tasks", "past", "repair_id", "repair_start"}
        shown = self.model_dump(mode="json", exclude=hidden, exclude_none=True)
        defaults = {parameter.name: parameter.default for parameter in self.settings.parameters}
        parameters = [
            {"name": name, "default": defaults.get(name, ""), "value": value}
            for name, value in self.job_parameters.items()
        ]
        return {
            **shown,
            "status": self.state.status(),
            **({"tasks": [task.view() for task in self.tasks]} if with_tasks else {}),
            **({"repair_history": [one.view() for one in (*self.past, self.round())]} if with_history else {}),
            "job_parameters": parameters,
            "run_name": self.settings.name,
            "number_in_job": self.run_id,
            "original_attempt_run_id": self.run_id,
            "run_duration": max(0, self.end_time - self.start_time),
            "creator_user_name": "sandbox",
            "run_type": "JOB_RUN",
            "trigger": "ONE_TIME",
            "format": "MULTI_TASK",
        }
