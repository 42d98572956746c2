"""Has the kernel hold a pod's process to its own mounts, where this machine lets it."""

from __future__ import annotations

import functools
import os
import subprocess
from typing import Any

from tests.kubernetes.node.volumes import Mounts

_UNSHARE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]

_READ_ONLY_BUT_FOR_THE_MOUNTS = """
while [ "$1" != -- ]; do
    mount --bind "$1" "$1" || exit 125
    shift
done
shift
mount -o remount,bind,ro / || exit 125
exec "$@"
"""
"""Arguments: the folders that stay writable, two dashes, the command."""


@functools.cache
def can_confine() -> bool:
    """Whether a process of ours may have mounts of its own: root may, others where user namespaces are allowed."""
    script = ["sh", "-c", _READ_ONLY_BUT_FOR_THE_MOUNTS, "sh", "--", "true"]
    try:
        return subprocess.run([*_UNSHARE, *script], check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def confined(container: dict[str, Any], mounts: Mounts, command: list[str]) -> list[str]:
    """The command, behind a read-only root file system if the container asks for one and the machine can do it."""
    if not (container.get("securityContext", {}).get("readOnlyRootFilesystem") and can_confine()):
        return command
    read_only = {mount["mountPath"] for mount in container.get("volumeMounts", []) if mount.get("readOnly")}
    writable = [str(folder) for path, folder in mounts.folders.items() if path not in read_only]
    return [*_UNSHARE, "sh", "-c", _READ_ONLY_BUT_FOR_THE_MOUNTS, "sh", *writable, "--", *command]
