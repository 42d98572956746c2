"""The Databricks job is found, started once, waited for, and only when there is something to transform."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import stamina
from prefect_databricks import DatabricksCredentials

from contracts.folder import read_contracts
from contracts.job_report import TaskReport, TransformedRows
from tasks.errors import AccessRefused, JobNotDeployed
from tasks.transform import transformation
from tasks.transform.job_run import Transformation, TransformationState
from tasks.transform.transformation import Rebuild, TransformWhen, transform

JOB_ID = 11
CONTRACT = read_contracts().dataset("customer_purchases")


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(transformation, "POLL_SECONDS", 0)
    with stamina.set_testing(True, attempts=3):
        yield


@dataclass
class Workspace:
    """Answers as the Jobs API 2.1 documents: runs by id, each with the bronze rows it would report."""

    runs: dict[int, dict[str, Any]] = field(default_factory=dict)
    jobs: list[dict[str, Any]] = field(default_factory=lambda: [{"job_id": JOB_ID}])
    bronze_after: int = 10
    result: str = "SUCCESS"
    refusals: list[int] = field(default_factory=list)
    started: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.refusals:
            return httpx.Response(self.refusals.pop(), json={"error_code": "TEMPORARILY_UNAVAILABLE", "message": ""})
        assert request.headers["Authorization"] == "Bearer planted-token"
        path = request.url.path.removeprefix("/api/2.1/jobs/")
        query = request.url.params
        match path:
            case "list":
                return httpx.Response(
                    200, json={"jobs": self.jobs if query["name"] == "etl-customer-purchases" else []}
                )
            case "runs/list":
                active = query.get("active_only") == "true"
                wanted = [
                    run for run in self.runs.values() if (run["state"]["life_cycle_state"] == "RUNNING") is active
                ]
                return httpx.Response(200, json={"runs": wanted[::-1]})
            case "runs/get":
                return httpx.Response(200, json=self._advanced(int(query["run_id"])))
            case "runs/get-output":
                return httpx.Response(200, json=self.runs[int(query["run_id"]) // 10]["output"])
            case "run-now":
                self.started.append(json.loads(request.content))
                return httpx.Response(200, json={"run_id": self.add("RUNNING", self.bronze_after)})
        raise AssertionError(f"unexpected call of {path}")

    def add(self, life_cycle_state: str, bronze_rows: int) -> int:
        run_id = len(self.runs) + 1
        total = {"store-database": TransformedRows(bronze=bronze_rows)}
        report = TaskReport(task="bronze", seconds=1, total=total, contract_digest=CONTRACT.digest)
        state = {"life_cycle_state": life_cycle_state}
        if life_cycle_state == "TERMINATED":
            state["result_state"] = "SUCCESS"
        task = {"run_id": run_id * 10, "task_key": "bronze", "state": state, "start_time": 1000, "end_time": 3500}
        self.runs[run_id] = {
            "run_id": run_id,
            "run_page_url": f"https://workspace/run/{run_id}",
            "state": state,
            "tasks": [task],
            "output": {"logs": f"starting\n{report.result_line()}\n"},
        }
        return run_id

    def _advanced(self, run_id: int) -> dict[str, Any]:
        """The run as asked for; a running one is over the next time."""
        run = json.loads(json.dumps(self.runs[run_id]))
        if run["state"]["life_cycle_state"] == "RUNNING":
            self.runs[run_id]["state"] |= {"life_cycle_state": "TERMINATED", "result_state": self.result}
        return run


def transformed(
    workspace: Workspace,
    landed: int,
    when: TransformWhen = TransformWhen.IF_NEEDED,
    rebuild: Rebuild | None = None,
) -> Transformation:
    databricks = DatabricksCredentials(
        databricks_instance="adb-1.azuredatabricks.net",
        token="planted-token",
        client_kwargs={"transport": httpx.MockTransport(workspace)},
    )
    return asyncio.run(transform(databricks, CONTRACT, {"store-database": landed}, when, "flow-run-1", rebuild))


def test_job_runs_when_raw_holds_more_than_bronze() -> None:
    workspace = Workspace(bronze_after=10)
    workspace.add("TERMINATED", bronze_rows=7)
    outcome = transformed(workspace, landed=10)
    assert outcome.state is TransformationState.SUCCEEDED
    assert workspace.started == [
        {"job_id": JOB_ID, "job_parameters": {"ingestion_id": "flow-run-1"}, "idempotency_token": "flow-run-1"}
    ]
    assert outcome.run is not None
    assert outcome.run.total_rows("bronze", "store-database").bronze == 10
    assert outcome.run.tasks[0].seconds == 2.5


def test_job_does_not_run_when_bronze_holds_all_that_was_landed() -> None:
    workspace = Workspace()
    workspace.add("TERMINATED", bronze_rows=10)
    outcome = transformed(workspace, landed=10)
    assert outcome.state is TransformationState.NOT_NEEDED
    assert workspace.started == []
    assert outcome.run is not None


def test_a_layer_is_made_anew_though_nothing_was_landed() -> None:
    workspace = Workspace()
    workspace.add("TERMINATED", bronze_rows=10)
    assert transformed(workspace, 10, rebuild=Rebuild.SILVER).state is TransformationState.SUCCEEDED
    assert workspace.started[0]["job_parameters"] == {"ingestion_id": "flow-run-1", "rebuild": "silver"}


def test_job_runs_always_or_never_when_told_so() -> None:
    workspace = Workspace()
    workspace.add("TERMINATED", bronze_rows=10)
    assert transformed(workspace, 10, TransformWhen.ALWAYS).state is TransformationState.SUCCEEDED
    assert transformed(workspace, 99, TransformWhen.NEVER).state is TransformationState.SKIPPED
    assert len(workspace.started) == 1


def test_run_left_by_a_killed_flow_is_waited_for_and_decides_what_is_left_to_do() -> None:
    workspace = Workspace()
    workspace.add("RUNNING", bronze_rows=10)
    assert transformed(workspace, landed=10).state is TransformationState.NOT_NEEDED
    assert workspace.started == []


def test_failed_job_is_reported_not_raised() -> None:
    outcome = transformed(Workspace(result="FAILED"), landed=10)
    assert outcome.state is TransformationState.FAILED
    assert outcome.run is not None
    assert not outcome.run.succeeded


def test_passing_faults_are_retried() -> None:
    workspace = Workspace(refusals=[503, 429])
    assert transformed(workspace, landed=10).state is TransformationState.SUCCEEDED


def test_refused_token_is_not_retried() -> None:
    workspace = Workspace(refusals=[403, 403])
    with pytest.raises(AccessRefused, match="Databricks answers 403: check the token in block databricks"):
        transformed(workspace, landed=10)
    assert workspace.refusals == [403]


def test_missing_job_says_what_to_deploy() -> None:
    with pytest.raises(JobNotDeployed, match="0 jobs named etl-customer-purchases: deploy the pipelines stack"):
        transformed(Workspace(jobs=[]), landed=10)
