"""Decides about one flow run, from facts alone. It never sees a clock, Prefect or Kubernetes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tasks.kubernetes.facts import JobFacts, PodFacts, RunState, TrackedRun
from tasks.kubernetes.losses import MAY_STILL_BEGIN, RESTARTABLE, Loss, Patience, Policy

NOTED = "Lost: "
"""Begins the message of every run that was settled; such a run is not looked at again."""

_OUT_OF_MEMORY = "OOMKilled"
_EVICTED = "Evicted"
_OVERDUE = "DeadlineExceeded"
_BEFORE_THE_IMAGE_RUNS = frozenset(
    {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "CreateContainerConfigError", "CreateContainerError"}
)
_TELLING = frozenset(
    {Loss.NEVER_SUBMITTED, Loss.EVICTED, Loss.OOM_KILLED, Loss.POD_DELETED, Loss.OVERDUE, *MAY_STILL_BEGIN}
)
"""Losses that say more of a crashed run than whoever reported the crash did."""


@dataclass(frozen=True)
class Lost:
    """Nothing works on the run any more."""

    loss: Loss
    reason: str
    restart: bool
    removed_job: JobFacts | None

    @property
    def message(self) -> str:
        """What Prefect is told."""
        return f"{NOTED}{self.loss}{f' ({self.reason})' if self.reason else ''}"


@dataclass(frozen=True)
class Alive:
    """The run was reported as crashed, but its pod goes on."""

    pod: str


def decide(run: TrackedRun, jobs: list[JobFacts], now: datetime, policy: Policy) -> Lost | Alive | None:
    """What is to be done about a run; None when it is well, or when it is too early to tell.

    Args:
        run: As Prefect has it.
        jobs: All Jobs that were ever made of it and are still there.
        now: When the facts were gathered.
        policy: Patience, and what may be started again.
    """
    if run.message.startswith(NOTED):
        return None
    job = _job_of_this_try(run, jobs)
    if run.state is RunState.CRASHED and job and job.pod and job.pod.lives:
        return Alive(job.pod.name) if now - run.since > policy.patience.settled else None
    found = _loss_without_job(run, now, policy.patience) if job is None else _loss(job, now, policy.patience)
    if found is None or (run.state is RunState.CRASHED and found[0] not in _TELLING):
        return None
    loss, reason = found
    return Lost(
        loss,
        reason,
        restart=_may_restart(run, loss, policy),
        removed_job=job if loss in MAY_STILL_BEGIN else None,
    )


def _job_of_this_try(run: TrackedRun, jobs: list[JobFacts]) -> JobFacts | None:
    """The newest Job, unless it is of a try before the last restart."""
    of_this_try = [job for job in jobs if run.restarted_at is None or job.created_at >= run.restarted_at]
    return max(of_this_try, key=lambda job: job.created_at, default=None)


def _loss_without_job(run: TrackedRun, now: datetime, patience: Patience) -> tuple[Loss, str] | None:
    waited = now - run.since
    if run.state is RunState.PENDING:
        return (Loss.NEVER_SUBMITTED, "") if waited > patience.submitted else None
    if waited <= patience.settled:
        return None
    if run.state is RunState.CRASHED:
        # Of a first try its reporter said why. A restarted one was hit by a worker's late word about the try before.
        return (Loss.NEVER_SUBMITTED, run.message) if run.restarted_at else None
    return (Loss.JOB_DELETED, "") if run.has_infrastructure else None


def _loss(job: JobFacts, now: datetime, patience: Patience) -> tuple[Loss, str] | None:
    if job.ended_at is not None:
        return _loss_of_ended(job) if now - job.ended_at > patience.settled else None
    if job.pod is None:
        return (Loss.NO_POD, job.warning) if now - job.created_at > patience.started else None
    return _loss_of_going_on(job.pod, now, patience)


def _loss_of_ended(job: JobFacts) -> tuple[Loss, str]:
    """A Job ended and the run did not: the pod's own word first, what was done to it second."""
    pod = job.pod
    if pod and pod.terminated_reason == _OUT_OF_MEMORY:
        return Loss.OOM_KILLED, "it needed more memory than its deployment gives it"
    if pod and pod.reason == _EVICTED:
        return Loss.EVICTED, pod.message
    if job.failed_reason == _OVERDUE:
        return Loss.OVERDUE, job.failed_message
    if pod is None or pod.exit_code is None:
        return Loss.POD_DELETED, pod.message if pod else ""
    return Loss.SILENT_END, f"exit status {pod.exit_code}"


def _loss_of_going_on(pod: PodFacts, now: datetime, patience: Patience) -> tuple[Loss, str] | None:
    if pod.gone_at is not None:
        return (Loss.NODE_LOST, pod.reason) if now - pod.gone_at > patience.stopped else None
    if pod.phase != "Pending":
        return None
    waited = now - pod.created_at
    if pod.waiting_reason in _BEFORE_THE_IMAGE_RUNS and waited > patience.image:
        return Loss.CANNOT_START, f"{pod.waiting_reason}: {pod.waiting_message}"
    if waited > patience.started:
        told = pod.unschedulable or f"{pod.waiting_reason}: {pod.waiting_message}"
        return (Loss.NEVER_SCHEDULED if pod.unschedulable else Loss.CANNOT_START), told
    return None


def _may_restart(run: TrackedRun, loss: Loss, policy: Policy) -> bool:
    """A run that somebody is cancelling is never started again."""
    wanted = run.state is not RunState.CANCELLING and run.flow in policy.restarted_flows
    return wanted and loss in RESTARTABLE and run.restarts < policy.most_restarts
