"""One pod of a node stand-in: its container's command as a process of this machine, its status on the API."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from sandbox.processes.ports import CANDIDATES, LOOPBACK, is_free
from tests.kubernetes.node import status
from tests.kubernetes.node.api import KubernetesApi, pod_path
from tests.kubernetes.node.confinement import confined
from tests.kubernetes.node.environment import NotConfigured, command_of, variables
from tests.kubernetes.node.service_account import write_own_kubeconfig
from tests.kubernetes.node.volumes import Mounts, NotMounted, make_mounts

_LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class Machine:
    """What every pod of the stand-in finds on its node."""

    api: KubernetesApi
    folder: Path
    authority: Path
    vault: Mapping[str, str]
    missing_images: set[str]
    image_folders: Mapping[str, Path]
    """Folders of the image, such as the one the project lies in, and where this machine has them."""
    image_variables: Mapping[str, str]


@dataclass
class PodProcess:
    """A pod that was given to the stand-in. Its first container is run; every pod that we deploy has just one."""

    machine: Machine
    pod: dict[str, Any]
    deleted: threading.Event = field(default_factory=threading.Event)
    silent: threading.Event = field(default_factory=threading.Event)
    """The node is lost: nothing is reported any more."""
    _process: subprocess.Popen[bytes] | None = None
    _put_out: dict[str, Any] | None = None
    _reason: str | None = None
    _ports: dict[int, int] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        """The pod's own folder on this machine."""
        return self.machine.folder / str(self.pod["metadata"]["uid"])

    @property
    def log(self) -> Path:
        """What the process printed."""
        return self.folder / "log"

    @property
    def process_id(self) -> int | None:
        """Of the running process."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def evict(self, message: str) -> None:
        """Have the node put the pod out, as under memory pressure."""
        self._put_out = status.evicted(message)
        self._signal(signal.SIGKILL)

    def kill_out_of_memory(self) -> None:
        """Have the kernel kill the process for what it takes."""
        self._reason = status.OOM_KILLED
        self._signal(signal.SIGKILL)

    def kill(self) -> None:
        """Have the process end before it can do or say anything."""
        self._signal(signal.SIGKILL)

    def run(self) -> None:
        """From the pod's arrival to its end, or to its deletion."""
        try:
            started_at = self._start()
            if started_at is None:
                self.deleted.wait()
            else:
                self._follow(started_at)
            if self.deleted.is_set() and not self.silent.is_set():
                self.machine.api.delete(pod_path(self.pod), grace_seconds=0, uid=self.pod["metadata"]["uid"])
        except httpx.HTTPError:
            self._signal(signal.SIGKILL)  # the control plane is gone
        finally:
            shutil.rmtree(self.folder / "volumes", ignore_errors=True)

    def _start(self) -> str | None:
        """Start the process; when that was, None if it cannot begin."""
        container = self.pod["spec"]["containers"][0]
        self._report(status.waiting(self.pod, "ContainerCreating"))
        image = container["image"]
        if image in self.machine.missing_images:
            self._report(status.waiting(self.pod, "ImagePullBackOff", f'Back-off pulling image "{image}"'))
            return None
        try:
            mounts = make_mounts(self.machine.api, self.pod, self.folder / "volumes", self.machine.vault)
            environment = self._environment(container, mounts)
        except NotMounted as error:
            self._report(status.waiting(self.pod, "ContainerCreating", str(error)))
            return None
        except NotConfigured as error:
            self._report(status.waiting(self.pod, "CreateContainerConfigError", str(error)))
            return None
        folder = container.get("workingDir") or next(iter(self.machine.image_folders))
        with self.log.open("wb") as stream:
            self._process = subprocess.Popen(
                confined(container, mounts, command_of(container, environment)),
                cwd=self.machine.image_folders.get(folder, self.folder),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return status.now()

    def _environment(self, container: dict[str, Any], mounts: Mounts) -> dict[str, str]:
        machine = self.machine
        declared = [port["containerPort"] for port in container.get("ports", [])]
        self._ports = {port: _any_port() for port in declared}
        own = variables(machine.api, self.pod, mounts, self._ports)
        access = write_own_kubeconfig(machine.api, machine.authority, self.pod, self.folder)
        return {**machine.image_variables, **own, **access}

    def _follow(self, started_at: str) -> None:
        """Report the process until it has ended; stop it when the pod is deleted."""
        assert self._process is not None
        ready, told = self._is_ready(), None
        while self._process.poll() is None:
            if ready != told:
                self._report(status.running(self.pod, started_at, ready=ready))
                told = ready
            if self.deleted.wait(_LOOK_SECONDS):
                self._stop()
            ready = self._is_ready()
        code = self._process.returncode
        shell_status = 128 - code if code < 0 else code
        self._report(self._put_out or status.ended(self.pod, started_at, shell_status, self._reason))

    def _is_ready(self) -> bool:
        """What the container's readiness probe finds; True without one."""
        container = self.pod["spec"]["containers"][0]
        probe = container.get("readinessProbe", {}).get("httpGet")
        if not probe:
            return True
        named = {port.get("name"): port["containerPort"] for port in container.get("ports", [])}
        port = self._ports[named.get(probe["port"], probe["port"])]
        with contextlib.suppress(httpx.TransportError):
            url = f"http://{LOOPBACK}:{port}{probe['path']}"
            return httpx.get(url, trust_env=False, timeout=2).is_success
        return False

    def _stop(self) -> None:
        """SIGTERM, and SIGKILL to what is left after the grace period."""
        assert self._process is not None
        self._signal(signal.SIGTERM)
        grace = self.pod["spec"].get("terminationGracePeriodSeconds", 30)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=grace)
        self._signal(signal.SIGKILL)
        self._process.wait()

    def _signal(self, number: signal.Signals) -> None:
        """To all processes of the pod."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def _report(self, change: dict[str, Any]) -> None:
        if not self.silent.is_set():
            self.machine.api.patch(f"{pod_path(self.pod)}/status", {"status": change})


def _any_port() -> int:
    return next(port for port in iter(lambda: secrets.choice(CANDIDATES), None) if is_free(port))
