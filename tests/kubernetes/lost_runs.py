"""Flow runs in pods, and all that may happen to one: each is named after what happens to it."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from tasks.kubernetes.losses import Patience, Policy
from tasks.kubernetes.reconciliation import Outcome, Settled, reconcile_pool
from tests.kubernetes.control_plane.cluster import Cluster
from tests.kubernetes.node.pod_process import PodProcess
from tests.kubernetes.node.stand_in import NodeStandIn
from tests.kubernetes.prefect_api import PrefectApi
from tests.kubernetes.sample_deployments import deploy_sample

SHORT = Patience(
    submitted=timedelta(seconds=30),
    started=timedelta(seconds=5),
    image=timedelta(seconds=2),
    settled=timedelta(seconds=2),
    stopped=timedelta(seconds=2),
)
POLICY = Policy(restarted_flows=frozenset({"again"}), most_restarts=1, restart_delay=timedelta(0), patience=SHORT)
_SECONDS = 240
_HAS_FAILED = "--for=jsonpath={.status.phase}=Failed"


@dataclass
class LostRuns:
    """Starts runs on the cluster, and looks at them as the reconciler does."""

    cluster: Cluster
    node: NodeStandIn
    prefect: PrefectApi
    folder: Path
    runs: dict[str, str] = field(default_factory=dict)

    @property
    def end_file(self) -> Path:
        """Every run ends once this is there."""
        return self.folder / "end"

    def start(self, name: str, flow: str = "wait", **job_variables: object) -> None:
        """Start a run that goes on until `end_file` is there."""
        deployment = deploy_sample(self.prefect, flow, name, **job_variables)
        self.runs[name] = self.prefect.run(deployment, until=str(self.end_file))

    def state(self, name: str) -> tuple[str, str]:
        """Type and message of a run's state."""
        state = self.prefect.flow_run(self.runs[name])["state"]
        return state["type"], state["message"] or ""

    def wait(self, name: str, *types: str) -> None:
        """Until the run is in a state of one of these types."""
        self.prefect.wait(self.runs[name], *types, seconds=_SECONDS)

    def history(self, name: str) -> list[str]:
        """The names of all states that a run had."""
        return [state["name"] for state in self.prefect.states(self.runs[name])]

    def jobs(self, name: str) -> list[dict[str, Any]]:
        """All Jobs that were made of a run and are there."""
        return self._objects("jobs", f"prefect.io/flow-run-id={self.runs[name]}")

    def wait_for_job(self, name: str) -> str:
        """The name of a run's Job, once it is there."""
        deadline = time.monotonic() + _SECONDS
        while not (jobs := self.jobs(name)):
            assert time.monotonic() < deadline, f"no Job of {name}: {self.state(name)}"
            time.sleep(0.5)
        return str(jobs[-1]["metadata"]["name"])

    def wait_for_end(self, name: str) -> None:
        """Until Kubernetes says that a run's Job has failed."""
        job = self.wait_for_job(name)
        self.cluster.kubectl("wait", f"job/{job}", "--for=condition=Failed", "-n", "prefect", "--timeout=50s")

    def running_pod(self, name: str) -> PodProcess:
        """The pod of a run, once Prefect says that the run goes on."""
        self.wait(name, "RUNNING")
        pods = self._objects("pods", f"batch.kubernetes.io/job-name={self.wait_for_job(name)}")
        return self.node.pod(pods[0]["metadata"]["name"])

    def delete_pod(self, name: str, *options: str) -> None:
        """As somebody does, or a node that is drained."""
        pod = self.running_pod(name).pod["metadata"]["name"]
        self.cluster.kubectl("delete", "pod", pod, "-n", "prefect", "--wait=false", *options)

    def kill_without_a_word(self, name: str) -> None:
        """The process ends before it can say so."""
        self.running_pod(name).kill()

    def kill_workers(self) -> None:
        """The ones that made the Jobs are gone; others take their place and know nothing of them."""
        pods = self._objects("pods", "app.kubernetes.io/name=prefect-worker")
        for pod in pods:
            self.node.pod(pod["metadata"]["name"]).kill()
        for pod in pods:
            self.cluster.kubectl("wait", "pod", pod["metadata"]["name"], "-n", "prefect", _HAS_FAILED)
        self.cluster.kubectl("rollout", "status", "deployment/prefect-worker", "-n", "prefect", "--timeout=50s")

    def look(self, policy: Policy = POLICY) -> Outcome:
        """What the reconciler does, with the rights of its service account."""
        token = self.cluster.kubectl("create", "token", "prefect-reconciler", "-n", "prefect").strip()
        kubeconfig = self.cluster.write_kubeconfig(self.folder / "reconciler.kubeconfig", token, "prefect")
        with pytest.MonkeyPatch.context() as patch, temporary_settings({PREFECT_API_URL: self.prefect.url}):
            patch.setenv("KUBECONFIG", str(kubeconfig))
            return asyncio.run(reconcile_pool("aks", "prefect", policy))

    def look_until_settled(self, name: str, policy: Policy) -> Settled:
        """Look as often as it takes: a run that its worker reports in the very moment is left for the next look."""
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            found = [one for one in self.look(policy).settled if one.flow_run_id == self.runs[name]]
            if found:
                return found[0]
            time.sleep(1)
        raise AssertionError(f"{name} was not settled: {self.state(name)}, {self.jobs(name)}")

    def _objects(self, kind: str, selector: str) -> list[dict[str, Any]]:
        text = self.cluster.kubectl("get", kind, "-n", "prefect", "-l", selector, "-o", "json")
        found: list[dict[str, Any]] = json.loads(text)["items"]
        return sorted(found, key=lambda one: str(one["metadata"]["creationTimestamp"]))
