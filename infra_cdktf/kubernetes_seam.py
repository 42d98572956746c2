"""What the platform and the manifests on its cluster agree on: namespaces, service accounts, settings of the worker.

Namespaces, deployments, services and secrets of Kubernetes are not Terraform's here: they are manifests that are
applied to the cluster. The platform makes what they refer to, and publishes the values among its outputs.
"""

from __future__ import annotations

PREFECT_NAMESPACE = "prefect"
"""Worker, flows and a server of one's own. Engineers look here and change nothing: its pods are the flows' identity."""
ENGINEERS_NAMESPACE = "engineers"
"""Where engineers run pods of their own; no identity of Azure is bound to a service account here."""
WORKER_SERVICE_ACCOUNT = "prefect-worker"
FLOWS_SERVICE_ACCOUNT = "prefect-flows"
SERVER_SERVICE_ACCOUNT = "prefect-server"
WORKER_SETTINGS = {"PREFECT_KUBERNETES_WORKER_STORE_PREFECT_API_IN_SECRET": "true"}
"""Without it the worker writes Prefect's API key into every job's manifest, where readers of jobs see it."""
