"""The control plane's programs: `python -m tests.kubernetes.control_plane.programs` gets them and says where they are.

`KUBEBUILDER_ASSETS` names a folder that has all five (envtest's own downloads lack the controller manager and the
scheduler). Otherwise the Go program beside this file is built, once for each state of its sources, into the user's
cache: five to ten minutes on two cores, most of it the Kubernetes packages.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

from filelock import FileLock

from tests.kubernetes.control_plane.go_toolchain import ToolchainMissing, go_program

SOURCES = Path(__file__).parent
NAMES = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl")
_LEAVES_CORES_TO_OTHERS = 10


class ProgramsMissing(Exception):
    """Raised when the control plane's programs are not there and cannot be built; the text says what to do."""


def programs() -> Path:
    """The folder that holds the five programs, built now if need be.

    Raises:
        ProgramsMissing: they are not where `KUBEBUILDER_ASSETS` says, or cannot be built.
    """
    given = os.environ.get("KUBEBUILDER_ASSETS")
    if given:
        return _complete(Path(given))
    folder = cache_folder() / "control-plane" / _fingerprint()
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        if not all((folder / name).exists() for name in NAMES):
            _build(folder)
    return folder


def cache_folder() -> Path:
    """The user's cache of this project, outside every clone."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "datamaster"


def _complete(folder: Path) -> Path:
    missing = [name for name in NAMES if not os.access(folder / name, os.X_OK)]
    if missing:
        raise ProgramsMissing(
            f"KUBEBUILDER_ASSETS={folder} lacks {', '.join(missing)}: add them, or unset it to have them built"
        )
    return folder


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for name in ("main.go", "go.mod", "go.sum"):
        digest.update((SOURCES / name).read_bytes())
    return digest.hexdigest()[:16]


def _build(folder: Path) -> None:
    """Build the one program and give it its five names."""
    try:
        go = go_program(cache_folder())
    except ToolchainMissing as error:
        raise ProgramsMissing(str(error)) from None
    sys.stderr.write("building the Kubernetes control plane (once; five to ten minutes on two cores)\n")
    began, program = time.monotonic(), folder / "control-plane"
    command = ["nice", "-n", str(_LEAVES_CORES_TO_OTHERS), str(go), "build", "-trimpath", "-ldflags", "-s -w"]
    # Without cgo the program needs no C compiler and runs on any Linux; vendored or workspace settings are not ours.
    settings = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "GOWORK": "off"}
    done = subprocess.run([*command, "-o", str(program), "."], cwd=SOURCES, env=os.environ | settings, check=False)
    if done.returncode != 0:
        raise ProgramsMissing(
            "the Kubernetes control plane could not be built: see the message above; check the network and "
            "GOPROXY, or set KUBEBUILDER_ASSETS to a folder that has " + ", ".join(NAMES)
        )
    for name in NAMES:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to(program.name)
    sys.stderr.write(f"built in {time.monotonic() - began:.0f} s\n")


def main() -> None:
    """Command line: print the folder; status 1 and what to do when the programs cannot be had."""
    try:
        sys.stdout.write(f"{programs()}\n")
    except ProgramsMissing as error:
        sys.exit(f"control plane: {error}")


if __name__ == "__main__":
    main()
