"""Runs the job that keeps a dataset's tables up, at a time when the dataset's own job does not run.

Whoever starts one of the two jobs looks for the other before, and once more after: of two that start at the same
moment, the later look sees both. It is always upkeep that gives way, since it can be done at any other time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.contract import Contract
from contracts.job_document import job_name, upkeep_job_name
from tasks.deadlines import JOB_SECONDS, QUICK_TASK_SECONDS
from tasks.errors import JobBusy
from tasks.transform.job_run import JobRun
from tasks.transform.jobs_api import (
    Tell,
    active_run_ids,
    cancel_run,
    find_job_id,
    find_job_ids,
    start_job,
    wait_for_run,
)

if TYPE_CHECKING:  # the SDK takes two seconds to import
    from tasks.transform.workspace import Workspace


def keep_tables_up(
    workspace: Workspace, contract: Contract, flow_run_id: str, attempt: int, poll_seconds: float, tell: Tell
) -> JobRun:
    """Run the upkeep of the dataset's tables and wait for its end.

    A run that an earlier flow run left going on is not waited for: Databricks queues this one behind it.

    Raises:
        JobBusy: the dataset's own job goes on, or began meanwhile; nothing of upkeep goes on.
        JobNotDeployed: the workspace lacks one of the two jobs.
        JobOverdue: the run did not finish in time.
        PipelineError: Databricks does not answer, or refuses.
    """
    job_id, dataset_job_id = (
        find_job_id(workspace, upkeep_job_name(contract)),
        find_job_id(workspace, job_name(contract)),
    )
    _require_idle(workspace, contract, dataset_job_id)
    run_id = start_job(workspace, job_id, {}, f"{flow_run_id}.{attempt}")
    try:
        _require_idle(workspace, contract, dataset_job_id)
    except JobBusy:
        cancel_run(workspace, run_id)
        raise
    return wait_for_run(workspace, run_id, JOB_SECONDS, poll_seconds, tell)


def end_upkeep(workspace: Workspace, contract: Contract, poll_seconds: float) -> list[int]:
    """Cancel the upkeep of the dataset's tables and wait until it has ended; ids of the runs that went on.

    What it has committed stays, and a statement that is cut off leaves its table as it was.

    Raises:
        JobOverdue: a run has not ended after `QUICK_TASK_SECONDS`.
    """
    jobs = find_job_ids(workspace, upkeep_job_name(contract))
    found = [run_id for job_id in jobs for run_id in active_run_ids(workspace, job_id)]
    for run_id in found:
        cancel_run(workspace, run_id)
    for run_id in found:
        wait_for_run(workspace, run_id, QUICK_TASK_SECONDS, poll_seconds)
    return found


def _require_idle(workspace: Workspace, contract: Contract, dataset_job_id: int) -> None:
    if running := active_run_ids(workspace, dataset_job_id):
        raise JobBusy(f"run {running[0]} of {job_name(contract)} goes on: upkeep waits until it has ended")
