"""Reads what Kubernetes knows of the Jobs in a namespace, as facts."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from kubernetes_asyncio import client, config
from kubernetes_asyncio.client.exceptions import ApiException

from tasks.errors import MisconfiguredError
from tasks.kubernetes.facts import JobFacts, PodFacts

FLOW_RUN_LABEL = "prefect.io/flow-run-id"
JOB_LABEL = "batch.kubernetes.io/job-name"
_FORBIDDEN, _GONE, _CHANGED = 403, 404, 409
_NO_POD_EVENT = "FailedCreate"


@asynccontextmanager
async def kubernetes_api() -> AsyncIterator[client.ApiClient]:
    """The API as the pod's service account, or as the kubeconfig says that `KUBECONFIG` names.

    Raises:
        MisconfiguredError: there is neither, or the account may not do what it must.
    """
    try:
        try:
            config.load_incluster_config()  # type: ignore[no-untyped-call]  # the client has few types
        except config.ConfigException:
            # Named here, since the client looks at the variable only once, when it is imported.
            await config.load_kube_config(config_file=os.environ.get("KUBECONFIG"))
    except config.ConfigException as error:
        advice = "run it in a pod that mounts the token of service account prefect-reconciler, or set KUBECONFIG"
        raise MisconfiguredError(f"no way to the Kubernetes API ({error}): {advice}") from None
    async with client.ApiClient() as api:
        try:
            yield api
        except ApiException as error:
            if error.status != _FORBIDDEN:
                raise
            advice = "apply deployments/kubernetes again and run as service account prefect-reconciler"
            raise MisconfiguredError(f"the Kubernetes API refuses: {error.reason}: {advice}") from None


async def read_jobs(api: client.ApiClient, namespace: str) -> dict[str, list[JobFacts]]:
    """Every Job that was made of a flow run, by the run's id."""
    jobs = (await client.BatchV1Api(api).list_namespaced_job(namespace, label_selector=FLOW_RUN_LABEL)).items
    core = client.CoreV1Api(api)
    pods = (await core.list_namespaced_pod(namespace, label_selector=JOB_LABEL)).items
    selector = f"involvedObject.kind=Job,reason={_NO_POD_EVENT}"
    events = (await core.list_namespaced_event(namespace, field_selector=selector)).items
    warnings = {event.involved_object.name: event.message or "" for event in events}
    newest = _newest_pods(pods)
    found: dict[str, list[JobFacts]] = defaultdict(list)
    for job in jobs:
        name = job.metadata.name
        facts = _job_facts(job, newest.get(name), warnings.get(name, ""))
        found[job.metadata.labels[FLOW_RUN_LABEL]].append(facts)
    return found


async def remove_job(api: client.ApiClient, namespace: str, job: JobFacts) -> bool:
    """Delete a Job with its pods, if it is as it was looked at; whether nothing can come of it any more."""
    unchanged = client.V1DeleteOptions(
        propagation_policy="Background", preconditions=client.V1Preconditions(resource_version=job.version)
    )
    try:
        await client.BatchV1Api(api).delete_namespaced_job(job.name, namespace, body=unchanged)
    except ApiException as error:
        if error.status not in {_GONE, _CHANGED}:
            raise
        return bool(error.status == _GONE)
    return True


def _newest_pods(pods: Iterable[Any]) -> dict[str, PodFacts]:
    """By the name of their Job."""
    ordered = sorted(pods, key=lambda pod: pod.metadata.creation_timestamp)
    return {pod.metadata.labels[JOB_LABEL]: _pod_facts(pod) for pod in ordered}


def _job_facts(job: Any, pod: PodFacts | None, warning: str) -> JobFacts:  # noqa: ANN401 (the client has no types)
    ended = [one for one in job.status.conditions or [] if one.type in {"Complete", "Failed"} and one.status == "True"]
    failed = next((one for one in ended if one.type == "Failed"), None)
    ended_at: datetime | None = ended[0].last_transition_time if ended else None
    return JobFacts(
        name=job.metadata.name,
        created_at=job.metadata.creation_timestamp,
        version=job.metadata.resource_version,
        ended_at=ended_at,
        failed_reason=(failed.reason or "") if failed else "",
        failed_message=(failed.message or "") if failed else "",
        warning=warning,
        pod=pod,
    )


def _pod_facts(pod: Any) -> PodFacts:  # noqa: ANN401 (the client has no types)
    status = pod.status
    conditions = {one.type: one for one in status.conditions or []}
    scheduled = conditions.get("PodScheduled")
    state = status.container_statuses[0].state if status.container_statuses else None
    waiting, terminated = (state.waiting, state.terminated) if state else (None, None)
    return PodFacts(
        name=pod.metadata.name,
        phase=status.phase,
        created_at=pod.metadata.creation_timestamp,
        gone_at=pod.metadata.deletion_timestamp,
        reason=status.reason or "",
        message=status.message or "",
        unschedulable=(scheduled.message or "") if scheduled and scheduled.status == "False" else "",
        waiting_reason=(waiting.reason or "") if waiting else "",
        waiting_message=(waiting.message or "") if waiting else "",
        terminated_reason=(terminated.reason or "") if terminated else "",
        exit_code=terminated.exit_code if terminated else None,
    )
