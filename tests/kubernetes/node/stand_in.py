"""Nodes of a cluster that runs here: pods that the scheduler gives them become processes of this machine."""

from __future__ import annotations

import contextlib
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.processes.ports import LOOPBACK
from tests.kubernetes.node import status
from tests.kubernetes.node.kubelet_server import KubeletServer
from tests.kubernetes.node.pod_process import Machine, PodProcess

_POD_SECONDS = 60


@dataclass(frozen=True)
class NodeKind:
    """A node with the labels and the taint of a node pool."""

    name: str
    labels: dict[str, str]
    taint: tuple[str, str] | None
    cpu: str = "8"
    memory: str = "32Gi"


@dataclass
class NodeStandIn:
    """The nodes, and every pod that is on them."""

    machine: Machine
    server: KubeletServer
    _pods: dict[str, PodProcess] = field(default_factory=dict)
    _threads: list[threading.Thread] = field(default_factory=list)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def start(self, *kinds: NodeKind) -> None:
        """Register the nodes and take what they are given from now on."""
        self.server.start(self.log_of)
        for kind in kinds:
            created = self.machine.api.create("/api/v1/nodes", _node(kind))
            path = f"/api/v1/nodes/{created['metadata']['name']}"
            self.machine.api.patch(f"{path}/status", {"status": _node_status(kind, self.server.port)})
            # Admission taints a new node until it is said to be ready; there is no controller here that unties it.
            self.machine.api.patch(path, {"spec": {"taints": _taints(kind)}})
        self._begin(self._watch)

    def stop(self) -> None:
        """End every process."""
        self._stopped.set()
        for pod in self._pods.values():
            pod.silent.set()
            pod.evict("")
        self.server.stop()

    def pod(self, name: str) -> PodProcess:
        """The running pod of that name, once it has begun.

        Raises:
            TimeoutError: it does not begin.
        """
        deadline = time.monotonic() + _POD_SECONDS
        while time.monotonic() < deadline:
            for pod in list(self._pods.values()):
                if pod.pod["metadata"]["name"] == name and pod.process_id is not None:
                    return pod
            time.sleep(0.1)
        raise TimeoutError(f"pod {name} does not run here")

    def log_of(self, namespace: str, name: str) -> PodProcess | None:
        """The pod whose log is asked for."""
        names = {(pod.pod["metadata"]["namespace"], pod.pod["metadata"]["name"]): pod for pod in self._pods.values()}
        return names.get((namespace, name))

    def _begin(self, work: Any) -> None:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _watch(self) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(httpx.HTTPError):
                for event, pod in self.machine.api.watch("/api/v1/pods", fieldSelector="spec.nodeName!="):
                    if self._stopped.is_set():
                        return
                    self._take(event, pod)

    def _take(self, event: str, pod: dict[str, Any]) -> None:
        """A pod that came, changed or went."""
        uid = pod["metadata"]["uid"]
        known = self._pods.get(uid)
        if known is None and event != "DELETED" and pod["status"]["phase"] == "Pending":
            known = self._pods[uid] = PodProcess(self.machine, pod)
            known.folder.mkdir(parents=True)
            self._begin(known.run)
        if known is not None and (event == "DELETED" or "deletionTimestamp" in pod["metadata"]):
            known.deleted.set()


def _node(kind: NodeKind) -> dict[str, Any]:
    labels = {"kubernetes.io/hostname": kind.name, "kubernetes.io/os": "linux", **kind.labels}
    return {"apiVersion": "v1", "kind": "Node", "metadata": {"name": kind.name, "labels": labels}}


def _taints(kind: NodeKind) -> list[dict[str, str]]:
    return [{"key": kind.taint[0], "value": kind.taint[1], "effect": "NoSchedule"}] if kind.taint else []


def _node_status(kind: NodeKind, port: int) -> dict[str, Any]:
    capacity = {"cpu": kind.cpu, "memory": kind.memory, "pods": "60", "ephemeral-storage": "100Gi"}
    return {
        "capacity": capacity,
        "allocatable": capacity,
        "addresses": [{"type": "InternalIP", "address": LOOPBACK}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
        "conditions": [{"type": "Ready", "status": "True", "reason": "StandIn", "lastHeartbeatTime": status.now()}],
    }
