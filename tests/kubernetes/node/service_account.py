"""A pod's own access to the API, by the token of its service account."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.kubernetes.node.api import KubernetesApi

_TOKEN_SECONDS = 3600


def write_own_kubeconfig(api: KubernetesApi, authority: Path, pod: dict[str, Any], folder: Path) -> dict[str, str]:
    """Variables by which the pod's process finds the API as its service account; none where it mounts no token.

    A kubelet mounts the token at a fixed path, which this machine's processes would share: clients that find nothing
    there look for a kubeconfig.
    """
    namespace, name = pod["metadata"]["namespace"], pod["spec"].get("serviceAccountName", "default")
    if not _is_mounted(api, pod, namespace, name):
        return {"KUBECONFIG": "/nonexistent"}
    path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}/token"
    answer = api.create(path, {"spec": {"expirationSeconds": _TOKEN_SECONDS}})
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "own", "cluster": {"server": api.url, "certificate-authority": str(authority)}}],
        "users": [{"name": "own", "user": {"token": answer["status"]["token"]}}],
        "contexts": [{"name": "own", "context": {"cluster": "own", "user": "own", "namespace": namespace}}],
        "current-context": "own",
    }
    file = folder / "kubeconfig"
    file.write_text(json.dumps(document), encoding="utf-8")
    return {"KUBECONFIG": str(file)}


def _is_mounted(api: KubernetesApi, pod: dict[str, Any], namespace: str, name: str) -> bool:
    """The pod's own word counts before its service account's."""
    account = api.get(f"/api/v1/namespaces/{namespace}/serviceaccounts/{name}")
    by_account = account.get("automountServiceAccountToken", True)
    return bool(pod["spec"].get("automountServiceAccountToken", by_account))
