"""What we add to the Job that prefect-kubernetes makes by default.

It keeps the restricted pod-security standard, runs on the flow nodes alone, as the flows' identity, and ends by itself.
"""

from __future__ import annotations

import copy
from typing import Any

SCRATCH, SCRATCH_FOLDER = "scratch", "/scratch"
"""The only place that a flow's process can write to; gone with its pod."""

SECRETS, SECRETS_FOLDER = "secrets", "/secrets"
"""One file a secret, named as in Key Vault."""

SECRETS_CLASS = "flow-secrets"
"""`SecretProviderClass` in deployments/kubernetes/base; it also makes the Secret below while a pod has it mounted."""

PREFECT_API_SECRET, PREFECT_API_KEY = "flows-prefect-api", "key"

USER = 10001
"""The image's user; its number stands here too, since a name cannot be checked not to be root."""


def with_ours(default: dict[str, Any]) -> dict[str, Any]:
    """The default manifest with our changes."""
    job = copy.deepcopy(default)
    job["metadata"]["labels"] = "{{ labels }}"
    job["spec"]["activeDeadlineSeconds"] = "{{ active_deadline_seconds }}"
    template = job["spec"]["template"]
    # Workload identity reads the label of the pod, not that of the Job.
    template["metadata"] = {"labels": {"azure.workload.identity/use": "true", "app.kubernetes.io/name": "flow-run"}}
    # `parallelism` and `completions` belong a level higher; the worker insists on them here, the API drops them.
    template["spec"].update(_pod())
    template["spec"]["containers"][0].update(_container())
    return job


def _pod() -> dict[str, Any]:
    secrets = {"driver": "secrets-store.csi.k8s.io", "readOnly": True}
    return {
        "nodeSelector": "{{ node_selector }}",
        "tolerations": "{{ tolerations }}",
        # Flows speak to no Kubernetes API; the reconciler has a service account that may, and says so itself.
        "automountServiceAccountToken": "{{ mount_service_account_token }}",
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": 60,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "runAsGroup": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "volumes": [
            {"name": SCRATCH, "emptyDir": {"sizeLimit": "{{ scratch_size }}"}},
            {"name": SECRETS, "csi": {**secrets, "volumeAttributes": {"secretProviderClass": SECRETS_CLASS}}},
        ],
    }


def _container() -> dict[str, Any]:
    key = {"name": PREFECT_API_SECRET, "key": PREFECT_API_KEY}
    return {
        # The worker puts the run's own variables before these.
        "env": [{"name": "PREFECT_API_KEY", "valueFrom": {"secretKeyRef": key}}],
        "resources": {
            "requests": {"cpu": "{{ cpu_request }}", "memory": "{{ memory }}"},
            # Memory is asked for as much as it is limited to: a node never has to put out a run for another's needs.
            "limits": {"memory": "{{ memory }}"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": SCRATCH, "mountPath": SCRATCH_FOLDER},
            {"name": SECRETS, "mountPath": SECRETS_FOLDER, "readOnly": True},
        ],
    }
