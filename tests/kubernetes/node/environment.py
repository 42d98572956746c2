"""The environment of a container's process: its own variables and what an image and a node add, not the test's."""

from __future__ import annotations

import base64
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from sandbox.processes.ports import LOOPBACK
from tests.kubernetes.node.api import KubernetesApi
from tests.kubernetes.node.volumes import Mounts

_REFERENCE = re.compile(r"\$\((\w+)\)")


class NotConfigured(Exception):
    """Raised when a variable refers to what is not there (CreateContainerConfigError on a real node)."""


def command_of(container: dict[str, Any], own: Mapping[str, str]) -> list[str]:
    """The container's command, in which `$(NAME)` stands for a variable."""
    parts = [*container.get("command", []), *container.get("args", [])]
    return [_REFERENCE.sub(lambda found: own.get(found[1], found[0]), part) for part in parts]


def variables(api: KubernetesApi, pod: dict[str, Any], mounts: Mounts, ports: dict[int, int]) -> dict[str, str]:
    """The container's variables; of a name that stands twice the last one counts, as the kubelet has it.

    Args:
        api: Where secrets are read.
        pod: The pod.
        mounts: Paths in values become paths of this machine.
        ports: The port of this machine for each port of the container: pods of a stand-in share one network.
    """
    image = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "LANG": "C.UTF-8", "HOME": "/nonexistent"}
    own: dict[str, str] = {}
    for variable in pod["spec"]["containers"][0].get("env", []):
        value = variable["value"] if "value" in variable else _referred(api, pod, variable)
        if value is None:
            own.pop(variable["name"], None)
        else:
            own[variable["name"]] = mounts.on_this_machine(value)
    moved = {str(port): str(here) for port, here in ports.items()}
    return {**image, **{name: moved.get(value, value) for name, value in own.items()}}


def _referred(api: KubernetesApi, pod: dict[str, Any], variable: dict[str, Any]) -> str | None:
    """What a reference stands for; None for a variable without a value, or an optional secret that is not there."""
    source = variable.get("valueFrom", {})
    if "fieldRef" in source:
        found: Any = {**pod, "status": {**pod["status"], "podIP": LOOPBACK}}
        for step in source["fieldRef"]["fieldPath"].split("."):
            found = found[step]
        return str(found)
    if "secretKeyRef" in source:
        return _secret(api, pod["metadata"]["namespace"], source["secretKeyRef"])
    return None


def _secret(api: KubernetesApi, namespace: str, reference: dict[str, Any]) -> str | None:
    try:
        data = api.get(f"/api/v1/namespaces/{namespace}/secrets/{reference['name']}").get("data", {})
        return base64.b64decode(data[reference["key"]]).decode()
    except (httpx.HTTPStatusError, KeyError):
        if reference.get("optional"):
            return None
        raise NotConfigured(f"secret {reference['name']} with key {reference['key']} is not there") from None
