"""The reconciler as it is deployed: a scheduled flow in a pod of its own, with the rights of its service account."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from deployments.work_pool.reconciler import deployment
from tests.kubernetes.control_plane.cluster import Cluster
from tests.kubernetes.paths import IMAGE, REPOSITORY
from tests.kubernetes.prefect_api import PrefectApi
from tests.kubernetes.sample_deployments import deploy_sample

pytestmark = pytest.mark.kubernetes


@pytest.fixture(scope="module")
def maintenance(workers: Cluster, prefect: PrefectApi) -> dict[str, Any]:
    """The reconciler's run, while another run goes on."""
    assert workers.url
    entry = deployment(IMAGE, "datamaster", "aks")
    pool = entry.pop("work_pool")
    deployed = prefect.deploy(
        "reconcile",
        pool=pool["name"],
        path=str(REPOSITORY),
        job_variables=pool["job_variables"],
        **{name: value for name, value in entry.items() if name not in {"schedules", "description"}},
    )
    going_on = prefect.run(deploy_sample(prefect, "wait", "going on"), until="/nonexistent")
    prefect.wait(going_on, "RUNNING")
    ended = prefect.wait(prefect.run(deployed), "COMPLETED", "FAILED", "CRASHED")
    assert prefect.flow_run(going_on)["state_type"] == "RUNNING"
    prefect("POST", f"/flow_runs/{going_on}/set_state", {"state": {"type": "CANCELLING"}})
    prefect.wait(going_on, "CANCELLED")
    return ended


def test_reconciler_looks_at_the_pool_with_its_own_rights(maintenance: dict[str, Any]) -> None:
    state = maintenance["state"]
    assert state["type"] == "COMPLETED"
    assert re.fullmatch(r"\d+ flow runs looked at, 0 settled", state["message"])


def test_reconciler_keeps_no_flow_node_alive(workers: Cluster, maintenance: dict[str, Any]) -> None:
    selector = f"prefect.io/flow-run-id={maintenance['id']}"
    jobs = json.loads(workers.kubectl("get", "jobs", "-n", "prefect", "-l", selector, "-o", "json"))["items"]
    spec = jobs[0]["spec"]["template"]["spec"]
    assert spec["nodeSelector"] == {"datamaster/workload": "services"}
    assert not spec.get("tolerations")
    assert spec["serviceAccountName"] == "prefect-reconciler"
