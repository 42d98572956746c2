"""Starts a control plane: etcd, API server, controller manager and scheduler, as the processes that they are anywhere.

The API has role-based access control, real service accounts and all default admission, pod security among it.
"""

from __future__ import annotations

import functools
import json
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.home import write_private
from sandbox.processes.ports import LOOPBACK, ports_of
from sandbox.processes.processes import Processes, Service
from sandbox.processes.readiness import answers
from tests.kubernetes.control_plane.credentials import Credentials, make_credentials

_PARTS = ("etcd", "etcd-peers", "kube-apiserver", "kube-controller-manager", "kube-scheduler")
_CONTROLLERS = (
    "job-controller",
    "deployment-controller",
    "replicaset-controller",
    "disruption-controller",
    "garbage-collector-controller",
    "namespace-controller",
    "resourcequota-controller",
    "serviceaccount-controller",
    "ttl-after-finished-controller",
    "pod-garbage-collector-controller",
)
"""Those that what we deploy depends on. None that judges nodes by heartbeats: the stand-in's nodes send none."""

_KUBECTL_SECONDS = 60


@dataclass(frozen=True)
class Cluster:
    """A control plane that is up."""

    programs: Path
    folder: Path
    url: str
    credentials: Credentials

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.folder / "admin.kubeconfig"

    @functools.cached_property
    def trust(self) -> ssl.SSLContext:
        """What a client verifies the API with."""
        return ssl.create_default_context(cafile=str(self.credentials.authority))

    def write_kubeconfig(self, file: Path, token: str, namespace: str = "default") -> Path:
        """A kubeconfig of whoever has the token."""
        cluster = {"server": self.url, "certificate-authority": str(self.credentials.authority)}
        context = {"cluster": "tests", "user": "tests", "namespace": namespace}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "tests", "cluster": cluster}],
            "users": [{"name": "tests", "user": {"token": token}}],
            "contexts": [{"name": "tests", "context": context}],
            "current-context": "tests",
        }
        write_private(file, json.dumps(document))
        return file

    def kubectl(self, *arguments: str, given: str | None = None, check: bool = True) -> str:
        """What kubectl prints, called as the administrator, with `given` on its standard input.

        Raises:
            AssertionError: it refused; with its own words.
        """
        done = subprocess.run(
            [str(self.programs / "kubectl"), "--kubeconfig", str(self.kubeconfig), *arguments],
            input=given,
            capture_output=True,
            text=True,
            timeout=_KUBECTL_SECONDS,
            check=False,
        )
        assert done.returncode == 0 or not check, f"kubectl {' '.join(arguments)}: {done.stderr}"
        return done.stdout + (done.stderr if done.returncode else "")

    def read(self, kind: str, name: str, namespace: str = "default") -> dict[str, Any]:
        """One object."""
        found: dict[str, Any] = json.loads(self.kubectl("get", kind, name, "--namespace", namespace, "-o", "json"))
        return found

    def read_all(self, kind: str, namespace: str = "default") -> list[dict[str, Any]]:
        """All objects of a kind in a namespace."""
        found: list[dict[str, Any]] = json.loads(self.kubectl("get", kind, "-n", namespace, "-o", "json"))["items"]
        return found


def start_cluster(programs: Path, processes: Processes) -> Cluster:
    """Start the four, each once the one before it answers.

    Raises:
        PartError: one does not answer in time; with the end of its log.
    """
    folder = processes.home.folder / "kubernetes"
    credentials = make_credentials(folder / "credentials")
    ports = ports_of(processes.home, _PARTS, running=())
    cluster = Cluster(programs, folder, f"https://{LOOPBACK}:{ports['kube-apiserver']}", credentials)
    cluster.write_kubeconfig(cluster.kubeconfig, credentials.admin_token)
    for service in (
        _etcd(cluster, ports),
        _api(cluster, ports),
        _controllers(cluster, ports),
        _scheduler(cluster, ports),
    ):
        processes.ensure(service)
    return cluster


def _etcd(cluster: Cluster, ports: dict[str, int]) -> Service:
    clients, peers = (f"http://{LOOPBACK}:{ports[part]}" for part in ("etcd", "etcd-peers"))
    options = {
        "data-dir": str(cluster.folder / "etcd"),
        "listen-client-urls": clients,
        "advertise-client-urls": clients,
        "listen-peer-urls": peers,
        "initial-advertise-peer-urls": peers,
        "initial-cluster": f"default={peers}",
        "log-level": "warn",
    }
    # What is lost when the machine goes down was a test's.
    command = _command(cluster, "etcd", options, "--unsafe-no-fsync")
    return Service("etcd", command, {}, lambda: answers(f"{clients}/health", expected_status=200))


def _api(cluster: Cluster, ports: dict[str, int]) -> Service:
    credentials = cluster.credentials
    options = {
        "etcd-servers": f"http://{LOOPBACK}:{ports['etcd']}",
        "bind-address": LOOPBACK,
        "secure-port": str(ports["kube-apiserver"]),
        "endpoint-reconciler-type": "none",
        "tls-cert-file": str(credentials.server),
        "tls-private-key-file": str(credentials.server),
        "token-auth-file": str(credentials.tokens),
        "authorization-mode": "RBAC",
        "service-account-issuer": cluster.url,
        "service-account-key-file": str(credentials.service_account_key),
        "service-account-signing-key-file": str(credentials.service_account_key),
        "service-cluster-ip-range": "10.0.0.0/24",
        "kubelet-certificate-authority": str(credentials.authority),
        "kubelet-client-certificate": str(credentials.client),
        "kubelet-client-key": str(credentials.client),
    }
    command = _command(cluster, "kube-apiserver", options)
    ready = f"{cluster.url}/readyz"
    return Service("kube-apiserver", command, {}, lambda: answers(ready, expected_status=200, trust=cluster.trust))


def _controllers(cluster: Cluster, ports: dict[str, int]) -> Service:
    options = {"controllers": ",".join(_CONTROLLERS), "concurrent-job-syncs": "2"}
    return _client(cluster, "kube-controller-manager", ports, options)


def _scheduler(cluster: Cluster, ports: dict[str, int]) -> Service:
    return _client(cluster, "kube-scheduler", ports, {})


def _client(cluster: Cluster, name: str, ports: dict[str, int], more: dict[str, str]) -> Service:
    """A part that works on the API alone, as the administrator; there is one of each, so none is elected."""
    options = {
        "kubeconfig": str(cluster.kubeconfig),
        "bind-address": LOOPBACK,
        "secure-port": str(ports[name]),
        "tls-cert-file": str(cluster.credentials.server),
        "tls-private-key-file": str(cluster.credentials.server),
        "leader-elect": "false",
        **more,
    }
    health = f"https://{LOOPBACK}:{ports[name]}/healthz"
    command = _command(cluster, name, options)
    return Service(name, command, {}, lambda: answers(health, expected_status=200, trust=cluster.trust))


def _command(cluster: Cluster, program: str, options: dict[str, str], *flags: str) -> list[str]:
    return [str(cluster.programs / program), *(f"--{name}={value}" for name, value in options.items()), *flags]
