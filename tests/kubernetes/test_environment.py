"""What the manifests are filled in with."""

from __future__ import annotations

import pytest

from deployments.kubernetes.environment import Incomplete, properties
from tests.kubernetes.paths import MANIFESTS

OUTPUTS = {
    "cluster": "datamaster-dev-aks",
    "key_vault": "https://datamaster-dev-1a2b.vault.azure.net/",
    "worker_client_id": "worker-id",
    "flows_client_id": "flows-id",
    "registry": "datamasterdevacr1a2b.azurecr.io",
}
VARIABLES = {"ARM_TENANT_ID": "tenant", "PREFECT_API_URL": "https://prefect/api", "WORKER_VERSION": "1.2.0"}


def test_outputs_and_environment_fill_all_that_an_overlay_asks_for() -> None:
    filled = properties(OUTPUTS, VARIABLES)
    assert filled == {
        "CLUSTER": "datamaster-dev-aks",
        "KEY_VAULT": "datamaster-dev-1a2b",
        "TENANT_ID": "tenant",
        "WORKER_CLIENT_ID": "worker-id",
        "FLOWS_CLIENT_ID": "flows-id",
        "PREFECT_API_URL": "https://prefect/api",
        "WORKER_IMAGE": "datamasterdevacr1a2b.azurecr.io/worker:1.2.0",
    }
    for overlay in (MANIFESTS / "overlays").iterdir():
        lines = (overlay / "environment.properties").read_text().splitlines()
        assert [line.partition("=")[0] for line in lines if not line.startswith("#")] == list(filled)


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(Incomplete, match="output registry of the stack platform, variable WORKER_VERSION"):
        properties({**OUTPUTS, "registry": ""}, {**VARIABLES, "WORKER_VERSION": ""})
