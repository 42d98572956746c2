"""Deployments of the sample flows on the work pool `aks`."""

from __future__ import annotations

from tests.kubernetes.paths import IMAGE, REPOSITORY
from tests.kubernetes.prefect_api import PrefectApi

SMALL = {"cpu_request": "100m", "memory": "256Mi"}
"""So that many of them fit into the quota at once."""


def deploy_sample(prefect: PrefectApi, flow: str, name: str = "sample", **job_variables: object) -> str:
    """The id of a deployment of one of `sample_flows`; its code is taken from this checkout, as if from the image."""
    return prefect.deploy(
        flow,
        name,
        entrypoint=f"tests/kubernetes/sample_flows.py:{flow}",
        pool="aks",
        path=str(REPOSITORY),
        enforce_parameter_schema=False,
        job_variables={**SMALL, "image": IMAGE, **job_variables},
    )
