"""Our manifests on a real API: all of them are accepted, and they allow just what is needed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.kubernetes.control_plane.cluster import Cluster
from tests.kubernetes.paths import MANIFESTS

pytestmark = pytest.mark.kubernetes

WORKER = "system:serviceaccount:prefect:prefect-worker"
FLOWS = "system:serviceaccount:prefect:prefect-flows"
RECONCILER = "system:serviceaccount:prefect:prefect-reconciler"


@pytest.mark.parametrize("environment", ["dev", "pre", "prod"])
def test_overlay_is_accepted_without_a_warning(platform: Cluster, environment: str) -> None:
    overlay = str(MANIFESTS / "overlays" / environment)
    command = [str(platform.programs / "kubectl"), "--kubeconfig", str(platform.kubeconfig)]
    strict = ["apply", "-k", overlay, "--dry-run=server", "--validate=strict"]
    done = subprocess.run([*command, *strict], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("environment", ["dev", "pre", "prod"])
def test_overlay_fills_every_place(platform: Cluster, environment: str) -> None:
    rendered = platform.kubectl("kustomize", str(MANIFESTS / "overlays" / environment))
    assert "REPLACED" not in rendered
    # What fills them is for kustomize alone.
    assert "ConfigMap" not in {document["kind"] for document in yaml.safe_load_all(rendered)}


@pytest.mark.parametrize(
    ("account", "verb", "resource", "allowed"),
    [
        (WORKER, "create", "jobs.batch", True),
        (WORKER, "delete", "jobs.batch", True),
        (WORKER, "watch", "pods", True),
        (WORKER, "get", "pods/log", False),
        (WORKER, "create", "pods", False),
        (WORKER, "get", "secrets", False),
        (WORKER, "create", "secrets", False),
        (WORKER, "patch", "jobs.batch", False),
        (RECONCILER, "list", "jobs.batch", True),
        (RECONCILER, "delete", "jobs.batch", True),
        (RECONCILER, "create", "jobs.batch", False),
        (RECONCILER, "delete", "pods", False),
        (RECONCILER, "get", "secrets", False),
        (FLOWS, "list", "pods", False),
        (FLOWS, "get", "secrets", False),
    ],
)
def test_account_may_do_what_it_needs_and_no_more(
    platform: Cluster, account: str, verb: str, resource: str, allowed: bool
) -> None:
    answer = platform.kubectl("auth", "can-i", verb, resource, "-n", "prefect", "--as", account, check=False)
    assert answer.startswith("yes" if allowed else "no")


@pytest.mark.parametrize("account", [WORKER, FLOWS, RECONCILER])
def test_no_account_reaches_beyond_the_namespace(platform: Cluster, account: str) -> None:
    for verb, resource in (("list", "jobs.batch"), ("list", "pods"), ("get", "nodes"), ("get", "namespaces")):
        answer = platform.kubectl("auth", "can-i", verb, resource, "-n", "default", "--as", account, check=False)
        assert "yes" not in answer.split()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"securityContext": {}}, "runAsNonRoot"),
        ({"hostNetwork": True}, "host namespaces"),
        ({"volumes": [{"name": "host", "hostPath": {"path": "/"}}]}, "restricted volume types"),
    ],
)
def test_namespace_refuses_a_pod_below_the_restricted_standard(
    platform: Cluster, change: dict[str, object], refusal: str
) -> None:
    secure = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    security = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    container = {"name": "any", "image": "registry.invalid/any:1", "securityContext": secure}
    spec = {"securityContext": security, "containers": [container], **change}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "any", "namespace": "prefect"}, "spec": spec}
    answer = platform.kubectl("create", "--dry-run=server", "-f", "-", given=json.dumps(pod), check=False)
    assert 'violates PodSecurity "restricted' in answer
    assert refusal in answer


def test_disruption_budget_keeps_one_worker(workers: Cluster) -> None:
    budget = workers.read("pdb", "prefect-worker", "prefect")["status"]
    assert (budget["currentHealthy"], budget["disruptionsAllowed"]) == (2, 1)


def test_workers_are_on_the_nodes_for_services(workers: Cluster) -> None:
    pods = json.loads(
        workers.kubectl("get", "pods", "-n", "prefect", "-l", "app.kubernetes.io/name=prefect-worker", "-o", "json")
    )["items"]
    assert [pod["spec"]["nodeName"] for pod in pods if "deletionTimestamp" not in pod["metadata"]] == ["services-0"] * 2


def test_environment_stands_in_one_file(manifests: Path, workers: Cluster) -> None:
    properties = dict(
        line.split("=", 1)
        for line in (manifests / "overlays" / "dev" / "environment.properties").read_text().splitlines()
        if not line.startswith("#")
    )
    container = workers.read("deployment", "prefect-worker", "prefect")["spec"]["template"]["spec"]["containers"][0]
    variables = {variable["name"]: variable.get("value") for variable in container["env"]}
    assert container["image"] == properties["WORKER_IMAGE"]
    assert variables["PREFECT_API_URL"] == properties["PREFECT_API_URL"]
    assert variables["PREFECT_KUBERNETES_CLUSTER_UID"] == properties["CLUSTER"]
