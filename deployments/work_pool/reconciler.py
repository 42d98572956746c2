"""The reconciler's deployment: what prefect.yaml says of it where the work pool is a Kubernetes one."""

from __future__ import annotations

from typing import Any

from deployments.work_pool.variables import SERVICE_NODES, WORKLOAD_LABEL
from tasks.deadlines import QUICK_TASK_SECONDS

EVERY_FIVE_MINUTES = "*/5 * * * *"

JOB_VARIABLES: dict[str, Any] = {
    "service_account_name": "prefect-reconciler",
    "mount_service_account_token": True,
    # Beside the worker, on the nodes that are always there: it would keep a flow node alive by itself.
    "node_selector": {WORKLOAD_LABEL: SERVICE_NODES},
    "tolerations": [],
    "cpu_request": "100m",
    "memory": "512Mi",
    "scratch_size": "256Mi",
    # The next one is due when this one ends at the latest; nearly three hundred a day need not be kept.
    "active_deadline_seconds": 2 * QUICK_TASK_SECONDS,
    "finished_job_ttl": QUICK_TASK_SECONDS,
}


def deployment(image: str, tag: str, work_pool: str) -> dict[str, Any]:
    """The entry for prefect.yaml; `image` is any flow image, `tag` the one that all our deployments carry."""
    return {
        "name": "reconcile",
        "description": "Settles flow runs that their pods have left, and starts again those that may be.",
        "entrypoint": "flows/reconcile.py:reconcile",
        "parameters": {"work_pool": work_pool},
        "tags": [tag],
        "schedules": [{"cron": EVERY_FIVE_MINUTES}],
        "work_pool": {"name": work_pool, "job_variables": {**JOB_VARIABLES, "image": image}},
    }
