"""What is decided about a flow run, case by case: no clock, no Prefect, no Kubernetes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tasks.kubernetes.decision import NOTED, Alive, Lost, decide
from tasks.kubernetes.facts import JobFacts, PodFacts, RunState, TrackedRun
from tasks.kubernetes.losses import Loss, Policy

NOW = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)
JUST_NOW = NOW - timedelta(seconds=5)
POLICY = Policy()

RUN = TrackedRun("id", "ingest-store-database", "ingest", RunState.RUNNING, "state", LONG_AGO, "", True)
POD = PodFacts("pod", "Running", LONG_AGO)
JOB = JobFacts("job", LONG_AGO, pod=POD)
PENDING = replace(RUN, state=RunState.PENDING, has_infrastructure=False)
CRASHED = replace(RUN, state=RunState.CRASHED, message="exited with non-zero status code -1.")
ENDED = replace(JOB, ended_at=LONG_AGO, failed_reason="BackoffLimitExceeded")
OOM = replace(POD, phase="Failed", exit_code=137, terminated_reason="OOMKilled")
EVICTED = replace(POD, phase="Failed", reason="Evicted", message="The node was low on resource: memory.")
WAITING = replace(POD, phase="Pending", unschedulable="0/2 nodes are available")
NO_IMAGE = replace(POD, phase="Pending", waiting_reason="ImagePullBackOff", waiting_message="not found")


@pytest.mark.parametrize(
    ("run", "jobs"),
    [
        pytest.param(RUN, [JOB], id="its pod runs"),
        pytest.param(replace(PENDING, since=JUST_NOW), [], id="a worker claimed it a moment ago"),
        pytest.param(PENDING, [replace(JOB, created_at=JUST_NOW, pod=None)], id="its Job has no pod yet"),
        pytest.param(PENDING, [replace(JOB, pod=replace(WAITING, created_at=JUST_NOW))], id="a node is on its way"),
        pytest.param(PENDING, [replace(JOB, pod=replace(NO_IMAGE, created_at=JUST_NOW))], id="registry is slow"),
        pytest.param(RUN, [replace(ENDED, ended_at=JUST_NOW, pod=OOM)], id="its end may be reported in a moment"),
        pytest.param(RUN, [replace(JOB, pod=replace(POD, gone_at=JUST_NOW))], id="its pod is being stopped"),
        pytest.param(replace(RUN, has_infrastructure=False), [], id="it runs without a worker"),
        pytest.param(replace(CRASHED, message=f"{NOTED}evicted"), [replace(ENDED, pod=EVICTED)], id="settled before"),
        pytest.param(CRASHED, [], id="its Job was refused, as its worker has said"),
        pytest.param(CRASHED, [replace(ENDED, pod=replace(POD, phase="Failed", exit_code=1))], id="its process failed"),
        pytest.param(replace(CRASHED, since=JUST_NOW), [JOB], id="it crashed and its process is about to end"),
    ],
)
def test_leaves_a_run_alone(run: TrackedRun, jobs: list[JobFacts]) -> None:
    assert decide(run, jobs, NOW, POLICY) is None


@pytest.mark.parametrize(
    ("run", "job", "loss", "reason", "restart", "removes"),
    [
        (PENDING, None, Loss.NEVER_SUBMITTED, "", True, False),
        (PENDING, replace(JOB, pod=None, warning="exceeded quota"), Loss.NO_POD, "exceeded quota", True, True),
        (PENDING, replace(JOB, pod=WAITING), Loss.NEVER_SCHEDULED, "0/2 nodes are available", True, True),
        (PENDING, replace(JOB, pod=NO_IMAGE), Loss.CANNOT_START, "ImagePullBackOff: not found", False, True),
        (RUN, replace(ENDED, pod=EVICTED), Loss.EVICTED, "The node was low on resource: memory.", True, False),
        (CRASHED, replace(ENDED, pod=EVICTED), Loss.EVICTED, "The node was low on resource: memory.", True, False),
        (RUN, replace(ENDED, pod=None), Loss.POD_DELETED, "", True, False),
        (CRASHED, replace(ENDED, pod=None), Loss.POD_DELETED, "", True, False),
        (RUN, None, Loss.JOB_DELETED, "", False, False),
        (RUN, replace(JOB, pod=replace(POD, gone_at=LONG_AGO)), Loss.NODE_LOST, "", True, True),
        (
            RUN,
            replace(ENDED, pod=replace(POD, phase="Succeeded", exit_code=0)),
            Loss.SILENT_END,
            "exit status 0",
            True,
            False,
        ),
    ],
    ids=lambda value: value if isinstance(value, Loss) else "",
)
def test_knows_a_lost_run(
    run: TrackedRun, job: JobFacts | None, loss: Loss, reason: str, restart: bool, removes: bool
) -> None:
    removed = job if removes else None
    assert decide(run, [job] if job else [], NOW, POLICY) == Lost(loss, reason, restart, removed)


def test_too_little_memory_is_told_and_not_tried_again() -> None:
    lost = decide(RUN, [replace(ENDED, pod=OOM)], NOW, POLICY)
    assert isinstance(lost, Lost)
    assert lost.message == "Lost: OOM-killed (it needed more memory than its deployment gives it)"
    assert not lost.restart


def test_a_job_that_took_too_long_is_told_and_not_tried_again() -> None:
    overdue = replace(ENDED, failed_reason="DeadlineExceeded", failed_message="Job was active longer", pod=None)
    assert decide(RUN, [overdue], NOW, POLICY) == Lost(Loss.OVERDUE, "Job was active longer", False, None)


def test_a_run_reported_as_crashed_whose_pod_runs_is_alive() -> None:
    assert decide(CRASHED, [JOB], NOW, POLICY) == Alive("pod")


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(replace(RUN, restarts=2), id="restarted often enough"),
        pytest.param(replace(RUN, flow="reconcile"), id="its schedule starts it again"),
        pytest.param(replace(RUN, state=RunState.CANCELLING), id="somebody cancels it"),
    ],
)
def test_does_not_restart(run: TrackedRun) -> None:
    assert decide(run, [replace(ENDED, pod=EVICTED)], NOW, POLICY) == Lost(Loss.EVICTED, EVICTED.message, False, None)


def test_the_job_of_the_try_before_says_nothing_of_a_restarted_run() -> None:
    restarted = replace(PENDING, since=JUST_NOW, restarts=1, restarted_at=NOW - timedelta(minutes=2))
    assert decide(restarted, [replace(ENDED, pod=EVICTED)], NOW, POLICY) is None


def test_a_restarted_run_that_a_late_word_about_the_try_before_hit_is_tried_again() -> None:
    hit = replace(CRASHED, restarts=1, restarted_at=NOW - timedelta(minutes=50), since=NOW - timedelta(minutes=40))
    found = decide(hit, [replace(ENDED, pod=None)], NOW, POLICY)
    assert found == Lost(Loss.NEVER_SUBMITTED, CRASHED.message, True, None)
