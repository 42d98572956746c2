"""A dataset's two jobs never run beside each other: whoever starts one looks for the other before and after."""

from __future__ import annotations

import pytest

from tasks.errors import JobBusy, JobNotDeployed
from tasks.transform.job_run import JobRun, TransformationState
from tasks.transform.transformation import TransformWhen, transform
from tasks.transform.upkeep import keep_tables_up
from tasks.transform.workspace import Workspace
from tests.packaged_contracts import PURCHASES as CONTRACT
from tests.tasks.transform.jobs_service import JOB_ID, UPKEEP_JOB_ID, JobsService


@pytest.fixture
def service(service: JobsService) -> JobsService:
    service.upkeep_jobs = [{"job_id": UPKEEP_JOB_ID}]
    return service


def kept_up(workspace: Workspace, attempt: int = 1) -> JobRun:
    return keep_tables_up(workspace, CONTRACT, "flow-run-1", attempt, poll_seconds=0, tell=[].append)


def transformed(workspace: Workspace) -> TransformationState:
    return transform(workspace, CONTRACT, {"store-database": 10}, TransformWhen.ALWAYS, "flow-run-2").state


def of_upkeep(service: JobsService, run_id: int) -> str:
    service.runs[run_id]["job_id"] = UPKEEP_JOB_ID
    return str(service.runs[run_id]["state"]["life_cycle_state"])


def test_upkeep_runs_when_the_dataset_s_job_does_not(service: JobsService, workspace: Workspace) -> None:
    service.add("TERMINATED", 10)
    assert kept_up(workspace).succeeded
    (started,) = service.started
    assert (started["job_id"], started["idempotency_token"]) == (UPKEEP_JOB_ID, "flow-run-1.1")


def test_upkeep_is_not_started_beside_the_dataset_s_job(service: JobsService, workspace: Workspace) -> None:
    running = service.add("RUNNING", 10)
    with pytest.raises(JobBusy, match=f"run {running} of etl-customer-purchases goes on"):
        kept_up(workspace)
    assert service.started == []


def test_upkeep_is_cancelled_when_the_dataset_s_job_begins_at_the_same_moment(
    service: JobsService, workspace: Workspace
) -> None:
    service.begun_beside = JOB_ID
    with pytest.raises(JobBusy):
        kept_up(workspace)
    assert service.cancelled == [1]
    service.begun_beside = None
    service.runs[2]["state"] = {"life_cycle_state": "TERMINATED", "result_state": "SUCCESS"}
    assert kept_up(workspace, attempt=2).run_id == 3


def test_the_dataset_s_job_starts_once_upkeep_has_ended(service: JobsService, workspace: Workspace) -> None:
    upkeep = service.add("RUNNING", 0)
    assert of_upkeep(service, upkeep) == "RUNNING"
    assert transformed(workspace) is TransformationState.SUCCEEDED
    assert service.cancelled == [upkeep]
    assert service.asked.index("runs/cancel") < service.asked.index("run-now")


def test_upkeep_that_begins_at_the_same_moment_is_cancelled_by_the_dataset_s_flow(
    service: JobsService, workspace: Workspace
) -> None:
    service.begun_beside = UPKEEP_JOB_ID
    assert transformed(workspace) is TransformationState.SUCCEEDED
    assert service.cancelled == [2]


def test_a_workspace_without_the_upkeep_job_transforms_all_the_same(service: JobsService, workspace: Workspace) -> None:
    service.upkeep_jobs = []
    assert transformed(workspace) is TransformationState.SUCCEEDED
    with pytest.raises(JobNotDeployed, match="0 jobs named upkeep-customer-purchases"):
        kept_up(workspace)
