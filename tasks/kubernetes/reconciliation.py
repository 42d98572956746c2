"""One look at all flow runs of a work pool: what is lost is settled, what is well is left alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prefect.client.orchestration import get_client

from tasks.kubernetes.decision import Alive, Lost, decide
from tasks.kubernetes.facts import TrackedRun
from tasks.kubernetes.flow_runs import is_unchanged, settle, tracked_runs
from tasks.kubernetes.losses import Policy
from tasks.kubernetes.observation import kubernetes_api, read_jobs, remove_job

LOOK_BACK = timedelta(hours=6)
"""How old a crash may be of which the pod is still asked. Finished Jobs are kept for longer than that."""

_KUBERNETES = "kubernetes"


@dataclass(frozen=True)
class Settled:
    """What was done about a run, in words."""

    flow_run_id: str
    name: str
    what: str
    restarted: bool


@dataclass(frozen=True)
class Outcome:
    """How many runs were looked at, and what was done."""

    looked_at: int
    settled: list[Settled]


async def reconcile_pool(work_pool: str, namespace: str, policy: Policy) -> Outcome:
    """Look at every run of the pool once.

    Runs are read before Jobs: a run that is there has its Job already or soon, so that none seems to lack one because
    it came later.

    Raises:
        MisconfiguredError: the Kubernetes API is not to be had, or refuses.
    """
    settled: list[Settled] = []
    async with get_client() as prefect:
        if (await prefect.read_work_pool(work_pool)).type != _KUBERNETES:
            return Outcome(0, [])  # a worker of processes sees itself how they end
    async with get_client() as prefect, kubernetes_api() as kubernetes:
        runs = await tracked_runs(prefect, work_pool, datetime.now(UTC), LOOK_BACK)
        jobs = await read_jobs(kubernetes, namespace) if runs else {}
        now = datetime.now(UTC)
        for run in runs:
            verdict = decide(run, jobs.get(run.id, []), now, policy)
            if verdict is None or not await is_unchanged(prefect, run):
                continue
            job = verdict.removed_job if isinstance(verdict, Lost) else None
            if job and not await remove_job(kubernetes, namespace, job):
                continue
            await settle(prefect, run, verdict, policy)
            settled.append(_told(run, verdict))
    return Outcome(len(runs), settled)


def _told(run: TrackedRun, verdict: Lost | Alive) -> Settled:
    if isinstance(verdict, Alive):
        return Settled(run.id, run.name, f"not crashed: pod {verdict.pod} goes on", restarted=False)
    return Settled(run.id, run.name, verdict.message, verdict.restart)
