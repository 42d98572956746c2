"""The flow of a dataset's upkeep: its job is run and recorded, and a run that failed fails the flow."""

from __future__ import annotations

import json
from collections.abc import Callable
from ssl import SSLContext

import pytest
from prefect.artifacts import Artifact

from flows.upkeep import upkeep
from tests.tasks.transform.jobs_service import UPKEEP_JOB_ID, JobsService, served

pytestmark = pytest.mark.services


@pytest.mark.parametrize(
    ("result", "completed", "message"),
    [
        ("SUCCESS", True, "2 of 2 tasks succeeded"),
        ("FAILED", False, "run 1 ended as FAILED: see https://workspace/run/1"),
    ],
)
def test_upkeep_is_run_and_recorded_however_it_ends(
    monkeypatch: pytest.MonkeyPatch,
    register: Callable[[str], None],
    tls: SSLContext,
    result: str,
    completed: bool,
    message: str,
) -> None:
    monkeypatch.setattr("tasks.steps.POLL_SECONDS", 0)
    service = JobsService(upkeep_jobs=[{"job_id": UPKEEP_JOB_ID}], result=result, files={"lake.bronze.sales": (9, 1)})
    with served(service, tls):
        register(service.address)
        state = upkeep("customer-purchases", return_state=True)
    assert (state.is_completed(), state.message) == (completed, message)
    artifact = Artifact.get("upkeep-customer-purchases")
    assert json.loads(artifact.data) == [{"table": "lake.bronze.sales", "files before": 9, "files after": 1}]
    assert artifact.description == f"Upkeep: {result}"
