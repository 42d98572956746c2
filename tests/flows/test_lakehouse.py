"""Whatever step of a run fails, the run ends as failed with a summary of its own that says which and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from ssl import SSLContext
from typing import Any

import pytest
from prefect.artifacts import Artifact
from prefect.states import State

from flows.lakehouse import lakehouse
from tasks.report.facts import RunFacts, SourceState
from tasks.transform.job_run import TransformationState
from tasks.transform.transformation import TransformWhen
from tests.tasks.scripted_api import answer, serve

pytestmark = pytest.mark.services

THE_JOB = answer({"jobs": [{"job_id": 11}], "runs": []})
REFUSAL = answer({"error_code": "PERMISSION_DENIED", "message": "no"}, 403)


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
    assert "ingest/return-files" in facts.problems[0].what
    assert facts.transformation is TransformationState.SKIPPED
