"""The volumes of a pod as folders of this machine, and its paths in the container's variables as theirs."""

from __future__ import annotations

import base64
import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.kubernetes.node.api import KubernetesApi

CSI_SECRETS = "secrets-store.csi.k8s.io"


class NotMounted(Exception):
    """Raised when a volume cannot be made; on a real node the pod would wait in ContainerCreating."""


@dataclass(frozen=True)
class Mounts:
    """Where the paths of a container lie on this machine."""

    folders: Mapping[str, Path]

    def on_this_machine(self, value: str) -> str:
        """The value with every path below a mount as the path on this machine; lists of paths are split at colons."""
        return ":".join(self._path(part) for part in value.split(":")) if value.startswith("/") else value

    def _path(self, path: str) -> str:
        for mount, folder in self.folders.items():
            if path == mount or path.startswith(f"{mount}/"):
                return str(folder) + path[len(mount) :]
        return path


def make_mounts(api: KubernetesApi, pod: dict[str, Any], folder: Path, vault: Mapping[str, str]) -> Mounts:
    """Make the pod's volumes below the folder.

    Raises:
        NotMounted: a kind that the stand-in does not know, or secrets that are not in the vault.
    """
    made = {volume["name"]: _volume(api, pod, volume, folder, vault) for volume in pod["spec"].get("volumes", [])}
    container = pod["spec"]["containers"][0]
    mounts = {mount["mountPath"]: made[mount["name"]] for mount in container.get("volumeMounts", [])}
    return Mounts({path: mounts[path] for path in sorted(mounts, key=len, reverse=True)})


def _volume(
    api: KubernetesApi, pod: dict[str, Any], volume: dict[str, Any], folder: Path, vault: Mapping[str, str]
) -> Path:
    place = folder / volume["name"]
    place.mkdir(parents=True, exist_ok=True)
    if "emptyDir" in volume or "projected" in volume:
        return place
    if volume.get("csi", {}).get("driver") == CSI_SECRETS:
        _write_secrets(api, pod, volume["csi"]["volumeAttributes"]["secretProviderClass"], place, vault)
        return place
    raise NotMounted(f"the stand-in mounts no such volume: {json.dumps(volume)}")


def _write_secrets(
    api: KubernetesApi, pod: dict[str, Any], provider_class: str, place: Path, vault: Mapping[str, str]
) -> None:
    """What the driver and Azure's provider do: a file for each object that the class names, and its Secrets."""
    path = f"/apis/secrets-store.csi.x-k8s.io/v1/namespaces/{pod['metadata']['namespace']}/secretproviderclasses"
    found = api.get(f"{path}/{provider_class}")
    objects = yaml.safe_load(found["spec"]["parameters"]["objects"])["array"]
    wanted = [yaml.safe_load(text) for text in objects]
    missing = [one["objectName"] for one in wanted if one["objectName"] not in vault]
    if missing:
        raise NotMounted(f"the vault has no secret {', '.join(missing)}")
    for one in wanted:
        file = place / one.get("objectAlias", one["objectName"])
        file.write_text(vault[one["objectName"]], encoding="utf-8")
        file.chmod(0o600)
    for secret in found["spec"].get("secretObjects", []):
        _keep_secret(api, pod["metadata"]["namespace"], secret, vault)


def _keep_secret(api: KubernetesApi, namespace: str, wanted: dict[str, Any], vault: Mapping[str, str]) -> None:
    """The Secret that the driver keeps while a pod has the objects mounted."""
    data = {item["key"]: base64.b64encode(vault[item["objectName"]].encode()).decode() for item in wanted["data"]}
    path, name = f"/api/v1/namespaces/{namespace}/secrets", wanted["secretName"]
    if api.patch(f"{path}/{name}", {"data": data}) is None:
        body = {"metadata": {"name": name}, "type": wanted["type"], "data": data}
        with contextlib.suppress(httpx.HTTPStatusError):  # another pod's mount was first
            api.create(path, {"apiVersion": "v1", "kind": "Secret", **body})
