"""Finds, starts, follows, repairs and cancels runs of a Databricks job, and reads what their tasks reported.

Functions over the SDK's Jobs API. Every question may be asked twice: a repeated start carries the same idempotency
token, a repeated repair names the repair before it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tasks.deadlines import JOBS_API_CALL_SECONDS, JOBS_API_OUTAGE_SECONDS
from tasks.errors import JobNotDeployed, JobOverdue, MisconfiguredError
from tasks.transform.job_run import JobRun
from tasks.transform.run_results import is_finished, read_run

if TYPE_CHECKING:  # the SDK takes two seconds to import
    from databricks.sdk.service.jobs import BaseRun, Run

    from tasks.transform.workspace import Workspace

_NEWEST = 1

Tell = Callable[[str], None]
"""Called with the address of a run's page as soon as it is known."""


def find_job_id(workspace: Workspace, job_name: str) -> int:
    """Id of the job of that name.

    Raises:
        JobNotDeployed: the workspace has no such job, or several.
    """
    ids = find_job_ids(workspace, job_name)
    if len(ids) != 1:
        raise JobNotDeployed(f"Databricks has {len(ids)} jobs named {job_name}: deploy the pipelines stack to have one")
    return ids[0]


def find_job_ids(workspace: Workspace, job_name: str) -> list[int]:
    """Ids of all jobs of that name."""
    found = workspace.ask("jobs/list", lambda jobs: list(jobs.list(name=job_name)))
    return [job.job_id for job in found if job.job_id is not None]


def start_job(workspace: Workspace, job_id: int, parameters: Mapping[str, str], idempotency_token: str) -> int:
    """Start a run with those job parameters; the same token starts it once. Returns the run's id."""
    given = dict(parameters)
    started = workspace.ask(
        "jobs/run-now",
        lambda jobs: jobs.run_now(job_id, job_parameters=given, idempotency_token=idempotency_token).bind(),
    )
    return int(started["run_id"])


def wait_for_run(
    workspace: Workspace, run_id: int, timeout_seconds: float, poll_seconds: float, tell: Tell | None = None
) -> JobRun:
    """The finished run with every task's report; a run that outlasts the timeout is cancelled.

    Raises:
        JobOverdue: the run did not finish within `timeout_seconds`.
        DatabricksUnavailable: no answer for `JOBS_API_OUTAGE_SECONDS`, or up to the timeout; the run goes on.
    """
    deadline, page_url = time.monotonic() + timeout_seconds, None
    while True:
        outage = min(JOBS_API_OUTAGE_SECONDS, max(JOBS_API_CALL_SECONDS, deadline - time.monotonic()))
        run = workspace.ask("jobs/runs/get", lambda jobs: jobs.get_run(run_id), outage)
        if tell and run.run_page_url and run.run_page_url != page_url:
            tell(run.run_page_url)
        page_url = run.run_page_url
        if is_finished(run):
            return read_run(workspace, run)
        if time.monotonic() > deadline:
            cancel_run(workspace, run_id)
            raise JobOverdue(f"job run {run_id} took over {timeout_seconds:.0f} s and was cancelled: see {page_url}")
        time.sleep(poll_seconds)


def cancel_run(workspace: Workspace, run_id: int) -> None:
    """Have the run end as cancelled; that is done a while after this returns. No harm if it has ended."""
    workspace.ask("jobs/runs/cancel", lambda jobs: jobs.cancel_run(run_id))


def active_run_ids(workspace: Workspace, job_id: int, parameters: Mapping[str, str] | None = None) -> list[int]:
    """Ids of the runs that go on or wait, the newest first; of those with these job parameters, where they are given.

    An earlier flow run may have been killed while it waited for one.
    """
    wanted = (parameters or {}).items()
    runs = workspace.ask("jobs/runs/list", lambda jobs: list(jobs.list_runs(job_id=job_id, active_only=True)))
    return [run.run_id for run in runs if run.run_id is not None and wanted <= _parameters(run).items()]


def last_finished_run(workspace: Workspace, job_id: int) -> JobRun | None:
    """The newest finished run with every task's report, or None if the job never ran."""
    run_id = workspace.ask(
        "jobs/runs/list",
        lambda jobs: next(
            (run.run_id for run in jobs.list_runs(job_id=job_id, completed_only=True, limit=_NEWEST)), None
        ),
    )
    if run_id is None:
        return None
    return read_run(workspace, workspace.ask("jobs/runs/get", lambda jobs: jobs.get_run(run_id)))


def repair_run(workspace: Workspace, run_id: int, parameters: Mapping[str, str]) -> bool:
    """Restart the tasks of a finished run that did not succeed; whether Databricks does so.

    They get the run's job parameters, with those given in place of its own.
    """
    run = workspace.ask("jobs/runs/get", lambda jobs: jobs.get_run(run_id, include_history=True))
    repairs = [item.id for item in run.repair_history or () if item.id]
    # without any, a repaired task gets references in their place (apache/airflow#64828)
    given = {**_parameters(run), **parameters}
    try:
        workspace.ask(
            "jobs/runs/repair",
            lambda jobs: jobs.repair_run(
                run_id,
                rerun_all_failed_tasks=True,
                latest_repair_id=repairs[-1] if repairs else None,
                job_parameters=given,
            ),
        )
    except MisconfiguredError:
        # so is a second try of a repair that was begun, but whose answer was lost: then the run goes on
        return not is_finished(workspace.ask("jobs/runs/get", lambda jobs: jobs.get_run(run_id)))
    return True


def _parameters(run: Run | BaseRun) -> dict[str, str]:
    parameters = run.job_parameters or ()
    return {one.name: one.value if one.value is not None else one.default or "" for one in parameters if one.name}
