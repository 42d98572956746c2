"""Runs of a job with a queue wait for each other, and one that waits can be cancelled before it starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.databricks.conftest import JobsApi, task, wait_until

pytestmark = pytest.mark.services


def create(api: JobsApi, **settings: Any) -> int:
    """A job with a queue, whose runs go on until they are cancelled; each writes the file `marker` when it begins."""
    job = {
        "name": "etl",
        "queue": {"enabled": True},
        "parameters": [{"name": "marker", "default": ""}],
        "tasks": [task("bronze", "wait", marker="{{job.parameters.marker}}"), task("silver", "tell", "bronze")],
    }
    return api.post("create", job | settings)["job_id"]


def start(api: JobsApi, job_id: int, marker: Path, **body: Any) -> int:
    return api.start_run(job_id, job_parameters={"marker": str(marker)}, **body)


def life_cycle(api: JobsApi, run_id: int) -> str:
    return api.get("runs/get", run_id=run_id)["state"]["life_cycle_state"]


def cancel(api: JobsApi, run_id: int) -> dict[str, Any]:
    api.post("runs/cancel", {"run_id": run_id})
    return api.finished(run_id)


@pytest.fixture
def markers(tmp_path: Path) -> list[Path]:
    return [tmp_path / f"marker {number}" for number in range(3)]


def test_runs_wait_until_the_one_before_has_ended_the_oldest_first(api: JobsApi, markers: list[Path]) -> None:
    job_id = create(api)
    runs = [start(api, job_id, marker) for marker in markers]
    wait_until(markers[0].exists)
    assert [life_cycle(api, run_id) for run_id in runs] == ["RUNNING", "QUEUED", "QUEUED"]

    ended = cancel(api, runs[0])
    wait_until(markers[1].exists)
    assert [life_cycle(api, run_id) for run_id in runs] == ["TERMINATED", "RUNNING", "QUEUED"]
    begun = api.get("runs/get", run_id=runs[1])["tasks"][0]["start_time"]
    assert begun >= ended["end_time"]

    cancel(api, runs[1])
    wait_until(markers[2].exists)
    cancel(api, runs[2])


def test_a_run_that_waits_starts_after_one_that_failed(api: JobsApi) -> None:
    job_id = create(api)
    runs = [start(api, job_id, Path("/no/such/folder")) for _ in range(2)]

    assert [api.finished(run_id)["state"]["result_state"] for run_id in runs] == ["FAILED", "FAILED"]


def test_a_cancelled_run_that_waited_never_starts(api: JobsApi, markers: list[Path]) -> None:
    job_id = create(api)
    going_on, waiting = (start(api, job_id, marker) for marker in markers[:2])
    wait_until(markers[0].exists)

    run = cancel(api, waiting)

    assert (run["state"]["life_cycle_state"], run["state"]["result_state"]) == ("TERMINATED", "CANCELED")
    assert {one["state"]["result_state"] for one in run["tasks"]} == {"CANCELED"}
    assert life_cycle(api, going_on) == "RUNNING"
    cancel(api, going_on)
    after = start(api, job_id, markers[2])
    wait_until(markers[2].exists)
    assert not markers[1].exists()
    cancel(api, after)


def test_a_run_that_waits_counts_as_active_and_its_token_starts_no_other(api: JobsApi, markers: list[Path]) -> None:
    job_id = create(api)
    going_on, waiting = (start(api, job_id, marker, idempotency_token=marker.name) for marker in markers[:2])

    assert start(api, job_id, markers[1], idempotency_token=markers[1].name) == waiting
    active = api.get("runs/list", job_id=job_id, active_only=True)["runs"]
    assert [run["run_id"] for run in active] == [waiting, going_on]
    assert api.get("runs/list", job_id=job_id, completed_only=True)["runs"] == []
    for run_id in (waiting, going_on):
        cancel(api, run_id)


def test_as_many_runs_go_on_as_the_job_allows_and_other_jobs_do_not_count(api: JobsApi, markers: list[Path]) -> None:
    pair, single = create(api, max_concurrent_runs=2), create(api)
    going_on = [start(api, pair, markers[0]), start(api, pair, markers[1]), start(api, single, markers[2])]
    waiting = start(api, pair, markers[0])

    wait_until(lambda: all(marker.exists() for marker in markers))
    assert life_cycle(api, waiting) == "QUEUED"
    for run_id in (waiting, *going_on):
        cancel(api, run_id)


def test_a_run_that_waits_starts_after_a_restart(own_api: JobsApi, markers: list[Path]) -> None:
    job_id = create(own_api)
    runs = [start(own_api, job_id, marker) for marker in markers]
    wait_until(markers[0].exists)
    own_api.stop()
    own_api.start()
    wait_until(markers[1].exists)
    assert [life_cycle(own_api, run_id) for run_id in runs] == ["INTERNAL_ERROR", "RUNNING", "QUEUED"]
    for run_id in reversed(runs[1:]):
        cancel(own_api, run_id)


def test_time_in_the_queue_is_no_part_of_a_run_s_time(api: JobsApi, markers: list[Path]) -> None:
    job_id = create(api, timeout_seconds=3)
    runs = [api.finished(run_id) for run_id in [start(api, job_id, marker) for marker in markers[:2]]]
    assert min(run["tasks"][0]["end_time"] - run["tasks"][0]["start_time"] for run in runs) > 2000
