"""What a deployment can say about its Job (`job_variables`), and what holds when it says nothing."""

from __future__ import annotations

import copy
from typing import Any

from deployments.work_pool.manifest import SCRATCH_FOLDER
from tasks.deadlines import PARENT_FLOW_SECONDS, SOURCE_START_SECONDS

NAMESPACE = "prefect"
FLOWS_SERVICE_ACCOUNT = "prefect-flows"
WORKLOAD_LABEL = "datamaster/workload"
FLOW_NODES, SERVICE_NODES = "flows", "services"
"""Label of the two node pools, and taint of the flows' (infra_cdktf/components/node_pool.py)."""

IMAGE_PATTERN = r"^[a-z0-9][a-z0-9.:-]*/[a-z0-9][a-z0-9/_-]*:(?!latest$)[A-Za-z0-9][A-Za-z0-9._-]*$"
"""`‹registry›/‹source›:‹version›`: a version, since what `latest` was cannot be said of a run afterwards."""

LONGEST_SECONDS = PARENT_FLOW_SECONDS + SOURCE_START_SECONDS
"""A Job is ended by Kubernetes after this, the wait for its node included: a flow's own time limit comes first."""

POD_START_SECONDS = SOURCE_START_SECONDS
"""The worker gives up sooner than the reconciler, which then sees whether the pod began after all (issue 12071)."""

FINISHED_KEPT_SECONDS = 24 * 3600
"""Long enough to look at what went wrong in the night, and for the reconciler to see it many times."""

OWN_LOGGERS = ("blocks", "contracts", "flows", "tasks")

LOGGING_ENVIRONMENT = {"PREFECT_LOGGING_EXTRA_LOGGERS": ",".join(OWN_LOGGERS)}
"""Brings what our own modules log to Prefect; every deployment says so too, for pools that are not made by us."""

ENVIRONMENT: dict[str, str | None] = {
    "HOME": SCRATCH_FOLDER,
    "TMPDIR": SCRATCH_FOLDER,
    "PREFECT_HOME": f"{SCRATCH_FOLDER}/prefect",
    **LOGGING_ENVIRONMENT,
    # The worker hands its own settings on. Its key would stand in every Job for all to read; null takes it out.
    "PREFECT_API_KEY": None,
}

_REPLACED = ("cluster_config",)


def with_ours(default: dict[str, Any]) -> dict[str, Any]:
    """The default schema of variables with our defaults, our own variables and without what we don't allow."""
    schema = copy.deepcopy(default)
    schema.pop("definitions", None)
    properties: dict[str, Any] = schema["properties"]
    for name in _REPLACED:
        del properties[name]
    for name, value in _DEFAULTS.items():
        properties[name]["default"] = value
    properties["env"]["additionalProperties"] = {"type": ["string", "null"]}
    properties["image"].update(description="‹registry›/‹source›:‹version›", pattern=IMAGE_PATTERN)
    del properties["image"]["examples"]
    properties.update(copy.deepcopy(_OWN))
    schema["required"] = ["image"]
    return schema


_DEFAULTS: dict[str, Any] = {
    "env": ENVIRONMENT,
    "namespace": NAMESPACE,
    "service_account_name": FLOWS_SERVICE_ACCOUNT,
    "finished_job_ttl": FINISHED_KEPT_SECONDS,
    "pod_watch_timeout_seconds": POD_START_SECONDS,
    # What a pod prints is collected from its node; a second copy in the worker's log needs one more right.
    "stream_output": False,
    # `job_watch_timeout_seconds` stays unset: the Job's own deadline ends it, and a limit of the worker's has been
    # seen to strike long before its time, while the pod goes on (issue 16283).
}

_OWN: dict[str, Any] = {
    "active_deadline_seconds": {
        "title": "Active Deadline Seconds",
        "description": "Kubernetes ends the Job after this many seconds, the wait for a node included.",
        "default": LONGEST_SECONDS,
        "type": "integer",
    },
    "cpu_request": {
        "title": "CPU Request",
        "description": "Cores that the pod is sure of; it may use more while its node has them.",
        "default": "500m",
        "type": "string",
    },
    "memory": {
        "title": "Memory",
        "description": "What the pod gets, and the most that it can use.",
        "default": "2Gi",
        "type": "string",
    },
    "scratch_size": {
        "title": "Scratch Size",
        "description": "The most that a run may write to its scratch folder; one that writes more is put out.",
        "default": "4Gi",
        "type": "string",
    },
    "node_selector": {
        "title": "Node Selector",
        "description": "Labels of the nodes that the pod may run on.",
        "default": {WORKLOAD_LABEL: FLOW_NODES},
        "type": "object",
        "additionalProperties": {"type": "string"},
    },
    "tolerations": {
        "title": "Tolerations",
        "description": "Taints of nodes that the pod may run on all the same.",
        "default": [{"key": WORKLOAD_LABEL, "operator": "Equal", "value": FLOW_NODES, "effect": "NoSchedule"}],
        "type": "array",
        "items": {"type": "object"},
    },
    "mount_service_account_token": {
        "title": "Mount Service Account Token",
        "description": "Whether the run may speak to the Kubernetes API as its service account.",
        "default": False,
        "type": "boolean",
    },
}
