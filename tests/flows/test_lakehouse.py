"""Whatever step of a run fails, the run ends as failed with a summary of its own that says which and why."""

from __future__ import annotations

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from ssl import SSLContext
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import stamina
from prefect.artifacts import Artifact
from prefect.states import State

from contracts.job_report import TaskReport, TransformedRows
from flows.lakehouse import lakehouse
from tasks.report.facts import RunFacts, SourceState
from tasks.transform.job_run import TransformationState
from tasks.transform.transformation import TransformWhen
from tests.flows.jobs import the_job
from tests.packaged_contracts import RETURNS as DATASET
from tests.tasks.scripted_api import Answer, answer, cut_off, serve

pytestmark = pytest.mark.services

THE_JOB = answer({"jobs": [the_job()], "runs": []})
NO_UPKEEP = answer({"jobs": []})
REFUSAL = answer({"error_code": "PERMISSION_DENIED", "message": "no"}, 403)


def jobs_api(**bronze: int) -> Answer:
    """A Jobs API where every run has ended well, with so many rows of each source in bronze and silver."""
    total = {name.replace("_", "-"): TransformedRows(bronze=rows, silver=rows) for name, rows in bronze.items()}
    report = TaskReport(task="any", seconds=1, total=total, contract_digest=DATASET.digest)
    ended = {"life_cycle_state": "TERMINATED", "result_state": "SUCCESS"}
    tasks = [{"task_key": key, "run_id": 70, "state": ended} for key in ("bronze", "silver", "gold")]
    run = {"run_id": 7, "state": ended, "tasks": tasks}
    return answer({"jobs": [the_job()], "runs": [run], "logs": report.result_line(), **run})


def run(home: Path, monkeypatch: pytest.MonkeyPatch, **parameters: Any) -> tuple[State[Any], RunFacts]:
    """How a run of the flow ends, and the facts it leaves, which its artifact shows too."""
    monkeypatch.setenv("DATAMASTER_HOME", str(home))
    state = lakehouse("product_returns", **parameters, return_state=True)
    summaries = home / "summaries"
    facts = RunFacts.model_validate_json((summaries / "product-returns.json").read_text())
    artifact = Artifact.get("summary-product-returns")
    assert artifact.data == (summaries / "product-returns.md").read_text()
    assert artifact.flow_run_id == state.state_details.flow_run_id
    assert facts.flow_run_id == str(state.state_details.flow_run_id)
    return state, facts


def test_nothing_that_a_run_needs_is_registered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state, facts = run(tmp_path, monkeypatch)
    assert state.is_failed()
    assert state.message == "failed: preflight. The summary artifact says what to do."
    (problem,) = facts.problems
    assert "block document lake is missing: register the blocks again" in problem.what
    assert "block document databricks is missing" in problem.what
    assert facts.transformation is TransformationState.NOT_REACHED
    assert {source.state for source in facts.sources} == {SourceState.NOT_RUN}
    assert facts.books == {}


def test_unknown_source_is_named_beside_those_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, register: Callable[[str], None], tls: SSLContext
) -> None:
    with serve(THE_JOB, tls=tls) as databricks:
        register(databricks.url)
        state, facts = run(tmp_path, monkeypatch, sources=["return-letters"])
    assert state.is_failed()
    (problem,) = facts.problems
    assert "product-returns has no source return-letters: it has store-returns, return-files" in problem.what


def test_a_transformation_that_raises_leaves_the_books_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, register: Callable[[str], None], tls: SSLContext
) -> None:
    """None of the sources has a deployment, either: each is a problem of its own."""
    with serve(THE_JOB, THE_JOB, THE_JOB, REFUSAL, tls=tls) as databricks:
        register(databricks.url)
        state, facts = run(tmp_path, monkeypatch, transform_when=TransformWhen.ALWAYS)
    assert state.is_failed()
    assert [problem.part for problem in facts.problems] == ["databricks job", "store-returns", "return-files"]
    assert "403" in facts.problems[0].what
    assert facts.transformation is TransformationState.FAILED
    summary = (tmp_path / "summaries" / "product-returns.md").read_text()
    assert "The books stay open until the transformation has succeeded" in summary


def test_a_source_without_a_deployment_fails_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, register: Callable[[str], None], tls: SSLContext
) -> None:
    with serve(THE_JOB, tls=tls) as databricks:
        register(databricks.url)
        state, facts = run(tmp_path, monkeypatch, sources=["return-files"], transform_when=TransformWhen.NEVER)
    assert state.is_failed()
    assert [problem.part for problem in facts.problems] == ["return-files"]
    assert "Prefect has no deployment ingest/return-files" in facts.problems[0].what
    assert "deploy again" in facts.problems[0].what
    assert facts.transformation is TransformationState.SKIPPED


@pytest.mark.chaos
def test_rows_that_were_lost_fail_every_run_until_they_are_settled(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    register: Callable[[str], None],
    tls: SSLContext,
    land_returns: Callable[[str, int], None],
) -> None:
    """Five of seven landed rows are in a file that is gone before the job reads it."""
    monkeypatch.setattr("flows.lakehouse.ingest_all", lambda *_: [])
    with serve(jobs_api(return_files=2), tls=tls) as databricks:
        register(databricks.url)
        land_returns("a.csv", 7)
        for _ in range(2):
            state, facts = run(tmp_path, monkeypatch)
            assert state.is_failed()
            (problem,) = facts.problems
            assert problem.what == "landed 7 ≠ bronze 2"
            assert "make settle DATASET=product-returns REASON=" in problem.action

        state, facts = run(tmp_path, monkeypatch, settle="the disk of that day is lost")
        assert state.is_completed()
        assert facts.books["return-files"].settled == 5
        assert "landed = bronze + settled" in (tmp_path / "summaries" / "product-returns.md").read_text()

        state, facts = run(tmp_path, monkeypatch)
        assert state.is_completed()
        assert facts.transformation is TransformationState.NOT_NEEDED

        databricks.script[:] = [jobs_api(return_files=5)]
        land_returns("b.csv", 3)
        state, _ = run(tmp_path, monkeypatch)
        assert state.is_completed()


def test_books_that_are_open_are_not_settled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, register: Callable[[str], None], tls: SSLContext
) -> None:
    monkeypatch.setattr("flows.lakehouse.ingest_all", lambda *_: [])
    with serve(jobs_api(), tls=tls) as databricks:
        register(databricks.url)
        state, facts = run(tmp_path, monkeypatch, transform_when=TransformWhen.NEVER, settle="why not")
    assert state.is_failed()
    (problem,) = facts.problems
    assert (problem.part, "run again with the job" in problem.what) == ("settlement", True)


@pytest.mark.parametrize("outage", [answer({"error_code": "TEMPORARILY_UNAVAILABLE"}, 503), cut_off()])
def test_a_jobs_api_that_goes_down_while_the_job_runs_ends_the_run_with_its_summary(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    register: Callable[[str], None],
    tls: SSLContext,
    outage: Answer,
) -> None:
    monkeypatch.setattr("flows.lakehouse.ingest_all", lambda *_: [])
    started, running = answer({"run_id": 7}), answer({"run_id": 7, "state": {"life_cycle_state": "RUNNING"}})
    quiet = [THE_JOB] * 5
    with (
        serve(*quiet, NO_UPKEEP, started, NO_UPKEEP, running, outage, tls=tls) as databricks,
        stamina.set_testing(True, attempts=2),
    ):
        register(databricks.url)
        state, facts = run(tmp_path, monkeypatch, transform_when=TransformWhen.ALWAYS)
    assert databricks.paths[6] == "/api/2.2/jobs/run-now"
    assert databricks.paths[8:10] == ["/api/2.2/jobs/runs/get"] * 2
    assert state.is_failed()
    (problem,) = facts.problems
    assert problem.part == "databricks job"
    assert problem.what.startswith("DatabricksUnavailable: Databricks ")
    assert facts.transformation is TransformationState.FAILED


def _run_whose_silver_fails(error: str) -> Answer:
    """A Jobs API where bronze has ended well, silver with that error, and gold never ran."""
    total = {"return-files": TransformedRows(bronze=7)}
    report = TaskReport(task="bronze", seconds=1, total=total, contract_digest=DATASET.digest)
    outputs = {"70": {"logs": report.result_line()}, "71": {"error": error, "error_trace": "Traceback: planted"}}
    results = {"bronze": "SUCCESS", "silver": "FAILED", "gold": "UPSTREAM_FAILED"}
    tasks = [
        {"task_key": key, "run_id": 70 + place, "state": {"life_cycle_state": "TERMINATED", "result_state": result}}
        for place, (key, result) in enumerate(results.items())
    ]
    failed = {"life_cycle_state": "TERMINATED", "result_state": "FAILED", "state_message": "1 of 3 tasks failed"}
    job_run = {"run_id": 7, "state": failed, "run_page_url": "https://workspace/run/7", "tasks": tasks}

    def send(handler: BaseHTTPRequestHandler) -> None:
        asked = dict(parse_qsl(urlsplit(handler.path).query)).get("run_id", "")
        answer(outputs.get(asked, {"logs": ""} if "get-output" in handler.path else job_run))(handler)

    return send


def test_a_failed_task_of_the_job_fails_the_run_with_the_task_s_error_in_its_summary(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    register: Callable[[str], None],
    tls: SSLContext,
    land_returns: Callable[[str, int], None],
) -> None:
    monkeypatch.setattr("flows.lakehouse.ingest_all", lambda *_: [])
    error = "AnalysisException: silver.product_returns has no column quantity"
    job = [NO_UPKEEP, answer({"run_id": 7}), NO_UPKEEP, _run_whose_silver_fails(error)]
    with serve(*[THE_JOB] * 5, *job, tls=tls) as databricks:
        register(databricks.url)
        land_returns("a.csv", 7)
        state, facts = run(tmp_path, monkeypatch)
    assert state.is_failed()
    assert state.message == "failed: silver. The summary artifact says what to do."
    (problem,) = facts.problems
    assert (problem.part, problem.what) == ("silver", f"FAILED: {error}")
    assert "see https://workspace/run/7, mend it" in problem.action
    assert facts.transformation is TransformationState.FAILED
    assert error in (tmp_path / "summaries" / "product-returns.md").read_text()


def test_the_page_of_the_job_s_run_is_shown_while_it_runs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    register: Callable[[str], None],
    tls: SSLContext,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The Jobs API goes down before the run has ended, and so the link is all there is of it."""
    monkeypatch.setattr("flows.lakehouse.ingest_all", lambda *_: [])
    page = f"https://workspace/{tmp_path.name}/runs/7"
    running = answer({"run_id": 7, "run_page_url": page, "state": {"life_cycle_state": "RUNNING"}})
    outage = answer({"error_code": "TEMPORARILY_UNAVAILABLE"}, 503)
    started = answer({"run_id": 7})
    with serve(*[THE_JOB] * 5, NO_UPKEEP, started, NO_UPKEEP, running, outage, tls=tls) as databricks:
        register(databricks.url)
        with stamina.set_testing(True, attempts=1):
            run(tmp_path, monkeypatch, transform_when=TransformWhen.ALWAYS)
    assert page in Artifact.get("job-run-product-returns").data
    assert f"Databricks runs the job: {page}" in caplog.text
