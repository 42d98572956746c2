"""What a run of the job came to, from the SDK's view of it and from the output of its tasks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from contracts.job_report import read_report
from tasks.errors import MisconfiguredError
from tasks.transform.job_run import JobRun, JobTask

if TYPE_CHECKING:  # the SDK takes two seconds to import
    from databricks.sdk.service.jobs import Run, RunOutput, RunTask

    from tasks.transform.workspace import Workspace

TERMINATED, SKIPPED, INTERNAL_ERROR = FINISHED_STATES = ("TERMINATED", "SKIPPED", "INTERNAL_ERROR")
"""Values of a run's `life_cycle_state`."""


def is_finished(run: Run) -> bool:
    """Whether nothing of the run goes on or waits; a repair may begin it anew."""
    return _life_cycle(run) in FINISHED_STATES


def read_run(workspace: Workspace, run: Run) -> JobRun:
    """The run with the result of every task, and what its newest attempt reported.

    Raises:
        PipelineError: Databricks does not answer.
    """
    return JobRun(
        run_id=run.run_id or 0,
        result=_result(run),
        message=_message(run),
        page_url=run.run_page_url or "",
        tasks=tuple(_read_task(workspace, task) for task in newest_attempts(run.tasks or ())),
    )


def newest_attempts(tasks: Iterable[RunTask]) -> list[RunTask]:
    """Of each task its last attempt: retried and repaired tasks are listed once for each, in no order."""
    newest: dict[str, RunTask] = {}
    for task in tasks:
        known = newest.get(task.task_key)
        if known is None or _order(task) > _order(known):
            newest[task.task_key] = task
    return list(newest.values())


def _order(task: RunTask) -> tuple[int, int]:
    return task.attempt_number or 0, task.start_time or 0


def _read_task(workspace: Workspace, task: RunTask) -> JobTask:
    output = _output(workspace, task)
    return JobTask(
        key=task.task_key,
        result=_result(task),
        message=(output and output.error) or _message(task),
        seconds=max(0, (task.end_time or 0) - (task.start_time or 0)) / 1000,
        page_url=task.run_page_url or "",
        report=read_report((output and output.logs) or ""),
    )


def _output(workspace: Workspace, task: RunTask) -> RunOutput | None:
    run_id, life_cycle = task.run_id, _life_cycle(task)
    if run_id is None or life_cycle not in (TERMINATED, INTERNAL_ERROR):
        return None
    try:
        return workspace.ask("jobs/runs/get-output", lambda jobs: jobs.get_run_output(run_id))
    except MisconfiguredError:
        if life_cycle == TERMINATED:
            raise
        return None  # it never got so far, such as a task whose cluster could not be had


def _life_cycle(run: Run | RunTask) -> str:
    state = run.state and run.state.life_cycle_state
    return state.value if state else ""


def _result(run: Run | RunTask) -> str:
    result = run.state and run.state.result_state
    return result.value if result else _life_cycle(run)


def _message(run: Run | RunTask) -> str:
    return (run.state and run.state.state_message) or ""
