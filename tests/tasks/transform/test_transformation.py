"""The Databricks job is found, started once, waited for, and only when there is something to transform."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler
from uuid import UUID

import pytest

from tasks.errors import DatabricksUnavailable, JobNotDeployed, JobOverdue
from tasks.transform import transformation
from tasks.transform.job_run import Transformation, TransformationState
from tasks.transform.jobs_api import start_job, wait_for_run
from tasks.transform.transformation import Rebuild, TransformWhen, cancel_transformation, transform
from tasks.transform.workspace import Workspace
from tests.packaged_contracts import PURCHASES as CONTRACT
from tests.tasks.scripted_api import Answer, answer, cut_off
from tests.tasks.transform.jobs_service import JOB_ID, JobsService

ANSWER_SECONDS = 0.7
"""So long the wait's polls go without a byte, where it matters; more than an answer takes on a busy machine."""

REQUEST = UUID(int=1)
UNAVAILABLE = answer({"error_code": "TEMPORARILY_UNAVAILABLE", "message": "soon"}, 503)


def transformed(
    workspace: Workspace,
    landed: int,
    when: TransformWhen = TransformWhen.IF_NEEDED,
    rebuild: Rebuild | None = None,
    told: list[str] | None = None,
    erase: UUID | None = None,
) -> Transformation:
    tell = (told if told is not None else []).append
    return transform(workspace, CONTRACT, {"store-database": landed}, when, "flow-run-1", rebuild, tell, erase)


def test_job_runs_when_raw_holds_more_than_bronze(service: JobsService, workspace: Workspace) -> None:
    service.add("TERMINATED", bronze_rows=7)
    outcome = transformed(workspace, landed=10)
    assert outcome.state is TransformationState.SUCCEEDED
    assert service.started == [
        {"job_id": JOB_ID, "job_parameters": {"ingestion_id": "flow-run-1"}, "idempotency_token": "flow-run-1.1"}
    ]
    assert outcome.run is not None
    assert outcome.run.total_rows("bronze", "store-database").bronze == 10
    assert outcome.run.tasks[0].seconds == 2.5


def test_the_page_of_the_run_is_told_once_before_its_end(service: JobsService, workspace: Workspace) -> None:
    told: list[str] = []
    states: list[str] = []
    run_id = service.add("RUNNING", bronze_rows=10)
    service.endless = True

    def hear(page_url: str) -> None:
        told.append(page_url)
        states.append(service.runs[run_id]["state"]["life_cycle_state"])
        service.endless = False

    wait_for_run(workspace, run_id, timeout_seconds=60, poll_seconds=0, tell=hear)
    assert told == [f"https://workspace/run/{run_id}"]
    assert states == ["RUNNING"]


def test_job_does_not_run_when_bronze_holds_all_that_was_landed(service: JobsService, workspace: Workspace) -> None:
    service.add("TERMINATED", bronze_rows=10)
    outcome = transformed(workspace, landed=10)
    assert outcome.state is TransformationState.NOT_NEEDED
    assert service.started == []
    assert outcome.run is not None


def test_a_layer_is_made_anew_though_nothing_was_landed(service: JobsService, workspace: Workspace) -> None:
    service.add("TERMINATED", bronze_rows=10)
    assert transformed(workspace, 10, rebuild=Rebuild.SILVER).state is TransformationState.SUCCEEDED
    assert service.started[0]["job_parameters"] == {"ingestion_id": "flow-run-1", "rebuild": "silver"}


def test_a_request_to_erase_is_a_run_of_its_own_that_is_told_its_id_alone(
    service: JobsService, workspace: Workspace
) -> None:
    """Also after a run that failed: restarting its tasks would not erase from bronze."""
    for result in ("SUCCESS", "FAILED"):
        service.add("TERMINATED", 10, result=result)
        assert transformed(workspace, 10, erase=REQUEST).state is TransformationState.SUCCEEDED
        assert service.started[-1]["job_parameters"] == {"ingestion_id": "flow-run-1", "erase": str(REQUEST)}
    assert service.repaired == []


def test_job_runs_always_or_never_when_told_so(service: JobsService, workspace: Workspace) -> None:
    service.add("TERMINATED", bronze_rows=10)
    assert transformed(workspace, 10, TransformWhen.ALWAYS).state is TransformationState.SUCCEEDED
    assert transformed(workspace, 99, TransformWhen.NEVER).state is TransformationState.SKIPPED
    assert len(service.started) == 1


def test_run_left_by_a_killed_flow_is_waited_for_and_decides_what_is_left_to_do(
    service: JobsService, workspace: Workspace
) -> None:
    service.add("RUNNING", bronze_rows=10)
    assert transformed(workspace, landed=10).state is TransformationState.NOT_NEEDED
    assert service.started == []


def test_failed_job_is_reported_not_raised(service: JobsService, workspace: Workspace) -> None:
    service.result = "FAILED"
    outcome = transformed(workspace, landed=10)
    assert outcome.state is TransformationState.FAILED
    assert outcome.run is not None
    assert not outcome.run.succeeded


def test_only_the_failed_tasks_of_the_last_run_start_again_when_bronze_holds_all_that_was_landed(
    service: JobsService, workspace: Workspace
) -> None:
    failed = service.add("TERMINATED", 10, result="FAILED", ingestion_id="flow-run-0", rebuild="silver")
    outcome = transformed(workspace, landed=10)
    assert outcome.state is TransformationState.SUCCEEDED
    assert outcome.run
    assert outcome.run.run_id == failed
    assert service.started == []
    assert service.repaired == [
        {
            "run_id": failed,
            "rerun_all_failed_tasks": True,
            "job_parameters": {"ingestion_id": "flow-run-1", "rebuild": "silver"},
        }
    ]


def test_a_repair_that_fails_is_followed_by_another_that_names_it(service: JobsService, workspace: Workspace) -> None:
    service.add("TERMINATED", 10, result="FAILED", ingestion_id="flow-run-0")
    service.result = "FAILED"
    assert transformed(workspace, landed=10).state is TransformationState.FAILED
    service.result = "SUCCESS"
    assert transformed(workspace, landed=10).state is TransformationState.SUCCEEDED
    assert [asked.get("latest_repair_id") for asked in service.repaired] == [None, 501]


@pytest.mark.parametrize(
    ("landed", "when", "rebuild"),
    [
        (12, TransformWhen.IF_NEEDED, None),
        (10, TransformWhen.ALWAYS, None),
        (10, TransformWhen.IF_NEEDED, Rebuild.SILVER),
    ],
    ids=["more was landed", "always", "made anew"],
)
def test_a_new_run_follows_a_failed_one_where_all_tasks_have_something_to_do(
    service: JobsService, workspace: Workspace, landed: int, when: TransformWhen, rebuild: Rebuild | None
) -> None:
    service.add("TERMINATED", 10, result="FAILED")
    transformed(workspace, landed, when, rebuild)
    assert service.repaired == []
    assert len(service.started) == 1


def test_a_flow_run_that_is_restarted_starts_the_job_anew_once_its_run_has_failed(
    service: JobsService, workspace: Workspace
) -> None:
    service.result = "FAILED"
    transformed(workspace, landed=12)
    service.result, service.bronze_after = "SUCCESS", 12
    assert transformed(workspace, landed=12).state is TransformationState.SUCCEEDED
    assert [asked["idempotency_token"] for asked in service.started] == ["flow-run-1.0", "flow-run-1.1"]
    assert len(service.runs) == 2


def test_a_new_run_follows_where_databricks_refuses_the_repair(service: JobsService, workspace: Workspace) -> None:
    service.add("TERMINATED", 10, result="FAILED")
    refusal = answer({"error_code": "INVALID_PARAMETER_VALUE", "message": "no"}, 400)
    service.faults = _at("runs/repair", service, refusal)
    assert transformed(workspace, landed=10).state is TransformationState.SUCCEEDED
    assert service.repaired == []
    assert len(service.started) == 1


def test_a_repair_whose_answer_was_lost_is_waited_for(service: JobsService, workspace: Workspace) -> None:
    failed = service.add("TERMINATED", 10, result="FAILED")

    def taken_but_not_told(handler: object) -> None:
        service.runs[failed]["state"] = {"life_cycle_state": "RUNNING"}
        service.endless = True
        UNAVAILABLE(handler)  # type: ignore[arg-type]

    def refused(handler: object) -> None:
        service.endless = False
        answer({"error_code": "INVALID_PARAMETER_VALUE", "message": "in progress"}, 400)(handler)  # type: ignore[arg-type]

    service.faults = _at("runs/repair", service, taken_but_not_told, refused)
    service.endless = False
    outcome = transformed(workspace, landed=10)
    assert outcome.state is TransformationState.SUCCEEDED
    assert service.started == []


def test_a_run_that_takes_too_long_is_cancelled(
    service: JobsService, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transformation, "JOB_SECONDS", 0)
    service.endless = True
    with pytest.raises(JobOverdue, match="job run 1 took over 0 s and was cancelled: see https://workspace/run/1"):
        transformed(workspace, landed=10)
    assert service.cancelled == [1]


def test_a_cancelled_flow_run_cancels_its_own_job_run_alone(service: JobsService, workspace: Workspace) -> None:
    service.add("RUNNING", 10, ingestion_id="flow-run-0")
    own = service.add("QUEUED", 10, ingestion_id="flow-run-1")
    assert cancel_transformation(workspace, CONTRACT, "flow-run-1") == [own]
    assert service.cancelled == [own]
    assert cancel_transformation(workspace, CONTRACT, "flow-run-2") == []


def test_a_start_whose_answer_was_lost_starts_no_second_run(service: JobsService, workspace: Workspace) -> None:
    first = start_job(workspace, JOB_ID, {}, "flow-run-1")
    service.faults = [cut_off()]
    assert start_job(workspace, JOB_ID, {}, "flow-run-1") == first
    assert len(service.runs) == 1


@pytest.mark.parametrize("fault", [UNAVAILABLE, cut_off()])
def test_a_wait_outlasts_faults_of_the_jobs_api(service: JobsService, workspace: Workspace, fault: Answer) -> None:
    service.faults = [fault] * 2
    assert transformed(workspace, landed=10).state is TransformationState.SUCCEEDED
    service.faults = [fault] * 9
    with pytest.raises(DatabricksUnavailable):
        transformed(workspace, landed=10)


def test_a_wait_outlasts_polls_that_stall_while_the_job_runs(
    service: JobsService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.transform.workspace.JOBS_API_ANSWER_SECONDS", ANSWER_SECONDS)
    service.faults = _at("runs/get", service, _too_late, _too_late)
    outcome = transformed(Workspace(service.address, "planted-token"), landed=10)
    assert outcome.state is TransformationState.SUCCEEDED
    assert service.faults == []
    assert len(service.started) == 1
    assert service.cancelled == []


def _too_late(handler: BaseHTTPRequestHandler) -> None:
    """An answer that nobody waits for: by it, the run would have failed."""
    time.sleep(3 * ANSWER_SECONDS)
    answer({"state": {"life_cycle_state": "TERMINATED", "result_state": "FAILED"}})(handler)


def test_missing_job_says_what_to_deploy(service: JobsService, workspace: Workspace) -> None:
    service.jobs = []
    with pytest.raises(JobNotDeployed, match="0 jobs named etl-customer-purchases: deploy the pipelines stack"):
        transformed(workspace, landed=10)


def _at(endpoint: str, service: JobsService, *faults: Answer) -> list[Answer]:
    """Faults that only requests of this endpoint get."""

    class Faults(list[Answer]):
        def __bool__(self) -> bool:
            return len(self) > 0 and service.asked[-1] == endpoint

    return Faults(faults)
