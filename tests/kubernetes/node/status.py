"""The status of a pod, in the words that a kubelet uses."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.processes.ports import LOOPBACK

OOM_KILLED = "OOMKilled"
KILLED_STATUS = 137
"""128 and the number of SIGKILL."""


def now() -> str:
    """This moment, as the API writes times."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def waiting(pod: dict[str, Any], reason: str, message: str = "") -> dict[str, Any]:
    """A container that cannot begin (yet)."""
    return _status(pod, "Pending", {"waiting": {"reason": reason, "message": message}}, ready=False)


def running(pod: dict[str, Any], started_at: str, *, ready: bool) -> dict[str, Any]:
    """A container that runs."""
    return _status(pod, "Running", {"running": {"startedAt": started_at}}, ready=ready)


def ended(pod: dict[str, Any], started_at: str, status: int, reason: str | None = None) -> dict[str, Any]:
    """A container that ended, with the status of its process."""
    said = reason or ("Completed" if status == 0 else "Error")
    terminated = {"exitCode": status, "reason": said, "startedAt": started_at, "finishedAt": now()}
    phase = "Succeeded" if status == 0 else "Failed"
    return _status(pod, phase, {"terminated": terminated}, ready=False)


def evicted(message: str) -> dict[str, Any]:
    """A pod that its node put out to save itself: the kubelet reports no container any more."""
    disruption = {"type": "DisruptionTarget", "status": "True", "reason": "TerminationByKubelet", "message": message}
    return {
        "phase": "Failed",
        "reason": "Evicted",
        "message": message,
        "conditions": [disruption | {"lastTransitionTime": now()}],
        "containerStatuses": None,
    }


def _status(pod: dict[str, Any], phase: str, state: dict[str, Any], *, ready: bool) -> dict[str, Any]:
    container = pod["spec"]["containers"][0]
    conditions = {"PodScheduled": True, "Initialized": True, "ContainersReady": ready, "Ready": ready}
    return {
        "phase": phase,
        "hostIP": LOOPBACK,
        "podIP": LOOPBACK,
        "podIPs": [{"ip": LOOPBACK}],
        "startTime": pod["metadata"]["creationTimestamp"],
        "conditions": [
            {"type": name, "status": str(holds), "lastTransitionTime": now()} for name, holds in conditions.items()
        ],
        "containerStatuses": [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": f"stand-in://{container['image']}",
                "ready": ready,
                "started": "running" in state,
                "restartCount": 0,
                "state": state,
            }
        ],
    }
