"""A maintenance flow: finds flow runs that their pods have left, says why, and starts some of them again."""

from __future__ import annotations

from prefect import flow, get_run_logger
from prefect.artifacts import create_table_artifact
from prefect.states import Completed, State

from tasks.deadlines import QUICK_TASK_SECONDS
from tasks.kubernetes.losses import Policy
from tasks.kubernetes.reconciliation import Outcome, reconcile_pool


@flow(name="reconcile", timeout_seconds=QUICK_TASK_SECONDS)
async def reconcile(work_pool: str = "aks", namespace: str = "prefect") -> State[None]:
    """Compare the work pool's flow runs with their Jobs and pods, once.

    Args:
        work_pool: The Kubernetes work pool whose runs are looked at.
        namespace: Where its Jobs are.
    """
    outcome = await reconcile_pool(work_pool, namespace, Policy())
    logger = get_run_logger()
    for settled in outcome.settled:
        logger.warning("%s: %s%s", settled.name, settled.what, ", started again" if settled.restarted else "")
    if outcome.settled:
        await create_table_artifact(key="lost-flow-runs", table=_table(outcome), description="Flow runs settled")
    return Completed(message=f"{outcome.looked_at} flow runs looked at, {len(outcome.settled)} settled")


def _table(outcome: Outcome) -> list[dict[str, str]]:
    return [
        {"flow run": settled.name, "what": settled.what, "started again": "yes" if settled.restarted else "no"}
        for settled in outcome.settled
    ]
