"""The flows' own client on the sandbox's workspace: a failed run is repaired, a cancelled flow run cancels its own."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from contracts.job_document import job_name
from contracts.job_report import TaskReport, TransformedRows
from tasks.errors import AccessRefused
from tasks.transform.job_run import Transformation, TransformationState
from tasks.transform.transformation import TransformWhen, cancel_transformation, transform
from tasks.transform.workspace import Workspace
from tests.packaged_contracts import RETURNS as CONTRACT
from tests.sandbox.databricks.conftest import TOKEN, JobsApi, task, wait_until

pytestmark = pytest.mark.services

SOURCE = CONTRACT.sources[0].name
REPORT = TaskReport(
    task="bronze", seconds=1, total={SOURCE: TransformedRows(bronze=5)}, contract_digest=CONTRACT.digest
).result_line()


@pytest.fixture
def workspace(own_api: JobsApi, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(own_api.home.tls / "ca-bundle.pem"))
    return Workspace(own_api.url.removeprefix("https://"), TOKEN)


def create(api: JobsApi, *tasks: dict[str, Any]) -> None:
    parameters = [{"name": "ingestion_id", "default": "{{job.run_id}}"}]
    api.post("create", {"name": job_name(CONTRACT), "parameters": parameters, "tasks": list(tasks)})


def transformed(workspace: Workspace, flow_run_id: str) -> Transformation:
    return transform(workspace, CONTRACT, {SOURCE: 5}, TransformWhen.IF_NEEDED, flow_run_id)


def test_the_next_flow_run_restarts_what_failed_and_then_has_nothing_to_do(
    own_api: JobsApi, workspace: Workspace, tmp_path: Path
) -> None:
    needed = tmp_path / "needed"
    gold = task("gold", "need", "bronze", file=str(needed), id="{{job.parameters.ingestion_id}}")
    create(own_api, task("bronze", "say", text=REPORT), gold)

    failed = transformed(workspace, "flow-run-1")
    assert failed.state is TransformationState.FAILED
    assert failed.run
    assert [(one.key, one.result) for one in failed.run.tasks] == [("bronze", "SUCCESS"), ("gold", "FAILED")]
    assert failed.run.tasks[1].message.startswith("FileNotFoundError")

    needed.write_text("it")
    mended = transformed(workspace, "flow-run-2")
    assert mended.state is TransformationState.SUCCEEDED
    assert mended.run
    assert mended.run.run_id == failed.run.run_id
    attempts = own_api.get("runs/get", run_id=failed.run.run_id)["tasks"]
    assert sorted(one["task_key"] for one in attempts) == ["bronze", "gold", "gold"]
    newest = next(one["run_id"] for one in attempts if one["attempt_number"] == 1)
    assert "--id=flow-run-2" in own_api.get("runs/get-output", run_id=newest)["logs"]
    assert transformed(workspace, "flow-run-3").state is TransformationState.NOT_NEEDED


def test_the_job_run_of_a_cancelled_flow_run_is_cancelled_while_it_is_waited_for(
    own_api: JobsApi, workspace: Workspace, tmp_path: Path
) -> None:
    marker = tmp_path / "marker"
    create(own_api, task("bronze", "wait", marker=str(marker)))
    outcome: list[Transformation] = []
    waiting = threading.Thread(target=lambda: outcome.append(transformed(workspace, "flow-run-1")))
    waiting.start()
    wait_until(marker.exists)

    assert cancel_transformation(workspace, CONTRACT, "another flow run") == []
    assert len(cancel_transformation(workspace, CONTRACT, "flow-run-1")) == 1

    waiting.join(60)
    assert outcome[0].run
    assert outcome[0].run.result == "CANCELED"


@pytest.mark.usefixtures("workspace")
def test_a_wrong_token_is_told_without_it(own_api: JobsApi) -> None:
    with pytest.raises(AccessRefused, match=r"403 to jobs/list \(Invalid access token\)") as caught:
        transformed(Workspace(own_api.url.removeprefix("https://"), "planted-token"), "flow-run-1")
    assert "planted" not in str(caught.value)
