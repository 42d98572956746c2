"""A flow run from Prefect's API to its end: the real worker, a Job, admission, the scheduler, a pod's process."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deployments.work_pool.variables import FINISHED_KEPT_SECONDS, LONGEST_SECONDS
from tests.kubernetes.conftest import VAULT
from tests.kubernetes.control_plane.cluster import Cluster
from tests.kubernetes.node.confinement import can_confine
from tests.kubernetes.paths import IMAGE
from tests.kubernetes.prefect_api import PrefectApi
from tests.kubernetes.sample_deployments import deploy_sample

pytestmark = pytest.mark.kubernetes


@pytest.fixture(scope="module")
def ended_run(workers: Cluster, prefect: PrefectApi) -> dict[str, Any]:
    """A run of the flow that greets, and that a deployment gives its own resources."""
    assert workers.url
    deployment = deploy_sample(prefect, "greet", memory="1Gi", cpu_request="250m")
    return prefect.wait(prefect.run(deployment, name="pod"), "COMPLETED", "FAILED", "CRASHED")


@pytest.fixture(scope="module")
def job(workers: Cluster, ended_run: dict[str, Any]) -> dict[str, Any]:
    selector = f"prefect.io/flow-run-id={ended_run['id']}"
    found = workers.kubectl("get", "jobs", "-n", "prefect", "-l", selector, "-o", "json")
    jobs: list[dict[str, Any]] = json.loads(found)["items"]
    assert len(jobs) == 1
    workers.kubectl("wait", f"job/{jobs[0]['metadata']['name']}", "--for=condition=Complete", "-n", "prefect")
    return jobs[0]


@pytest.fixture(scope="module")
def pod(workers: Cluster, job: dict[str, Any]) -> dict[str, Any]:
    selector = f"batch.kubernetes.io/job-name={job['metadata']['name']}"
    pods: list[dict[str, Any]] = json.loads(
        workers.kubectl("get", "pods", "-n", "prefect", "-l", selector, "-o", "json")
    )["items"]
    return pods[0]


def test_run_completes_in_a_pod_of_the_flow_nodes(ended_run: dict[str, Any], pod: dict[str, Any]) -> None:
    assert ended_run["state_type"] == "COMPLETED", ended_run["state"]
    assert pod["spec"]["nodeName"] == "flows-0"
    assert pod["status"]["phase"] == "Succeeded"


def test_pod_writes_to_scratch_alone_and_may_nothing_that_it_need_not(pod: dict[str, Any]) -> None:
    container = pod["spec"]["containers"][0]
    security = container["securityContext"]
    assert security["readOnlyRootFilesystem"] is True
    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert pod["spec"]["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "fsGroup": 10001,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert [mount["mountPath"] for mount in container["volumeMounts"]] == ["/scratch", "/secrets"]


@pytest.mark.skipif(not can_confine(), reason="this machine lets no process of ours have mounts of its own")
def test_pod_cannot_write_beside_its_code(workers: Cluster, prefect: PrefectApi) -> None:
    assert workers.url
    ended = prefect.wait(prefect.run(deploy_sample(prefect, "trespass")), "COMPLETED", "FAILED", "CRASHED")
    assert "Read-only file system" in ended["state"]["message"]


def test_pod_has_the_flows_identity_and_no_token_of_the_kubernetes_api(pod: dict[str, Any]) -> None:
    assert pod["metadata"]["labels"]["azure.workload.identity/use"] == "true"
    assert pod["spec"]["serviceAccountName"] == "prefect-flows"
    assert pod["spec"]["automountServiceAccountToken"] is False


def test_pod_has_what_its_deployment_asks_for(pod: dict[str, Any]) -> None:
    container = pod["spec"]["containers"][0]
    assert container["image"] == IMAGE
    assert container["resources"] == {"requests": {"cpu": "250m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}}


def test_job_ends_by_itself_and_is_cleared_away(job: dict[str, Any]) -> None:
    assert job["spec"]["backoffLimit"] == 0
    assert job["spec"]["activeDeadlineSeconds"] == LONGEST_SECONDS
    assert job["spec"]["ttlSecondsAfterFinished"] == FINISHED_KEPT_SECONDS


def test_key_of_prefect_stands_in_no_job(workers: Cluster, job: dict[str, Any]) -> None:
    """The worker has it in its own settings, which it hands on to every Job."""
    worker = workers.kubectl("get", "secret", "worker-prefect-api", "-n", "prefect", "-o", "jsonpath={.data.key}")
    assert worker
    assert VAULT["PREFECT-API-KEY"] not in json.dumps(job)
    variables = {one["name"]: one for one in job["spec"]["template"]["spec"]["containers"][0]["env"]}
    assert variables["PREFECT_API_KEY"]["valueFrom"] == {"secretKeyRef": {"name": "flows-prefect-api", "key": "key"}}


def test_own_loggers_reach_prefect(prefect: PrefectApi, ended_run: dict[str, Any]) -> None:
    wanted = {"logs": {"flow_run_id": {"any_": [ended_run["id"]]}}}
    logs = prefect("POST", "/logs/filter", wanted)
    assert ("flows.sample", "hello pod") in [(log["name"], log["message"]) for log in logs]


def test_log_of_a_pod_is_read_through_the_api(workers: Cluster, pod: dict[str, Any]) -> None:
    assert "Finished in state Completed()" in workers.kubectl("logs", pod["metadata"]["name"], "-n", "prefect")


def test_image_without_a_version_is_refused_by_prefect(prefect: PrefectApi) -> None:
    with pytest.raises(AssertionError, match="does not match"):
        deploy_sample(prefect, "greet", name="latest", image="registry.invalid/sample:latest")
