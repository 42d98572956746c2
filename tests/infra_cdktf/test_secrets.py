"""No secret's value is known to the code, the plan or the state."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from infra_cdktf.components.key_vault import SecretName
from tasks.preflight.key_vault import PLATFORM_SECRETS
from tests.infra_cdktf.plan import Plan

pytestmark = pytest.mark.infra

REPOSITORY = Path(__file__).parents[2]

SECRET_RESOURCES = (
    "azurerm_key_vault_secret",
    "azuread_application_password",
    "azuread_service_principal_password",
    "databricks_secret",
    "databricks_token",
    "databricks_obo_token",
    "random_password",
)
SECRET_ATTRIBUTES = re.compile(
    r"\.(primary_access_key|secondary_access_key|primary_connection_string|secondary_connection_string"
    r"|primary_blob_connection_string|admin_password|admin_username|kube_config_raw|kube_config|kube_admin_config"
    r"|primary_shared_key|secondary_shared_key|client_secret|password)\b"
)
SECRET_ARGUMENTS = {"client_secret", "password", "access_key", "sas_token", "token", "value_wo", "admin_password"}


def test_no_resource_carries_a_secret_value(plan: Plan) -> None:
    assert plan.all(*SECRET_RESOURCES) == []


def test_no_reference_reads_a_key_or_password(plan: Plan) -> None:
    for stack, body in plan.stacks.items():
        assert not SECRET_ATTRIBUTES.findall(json.dumps(body)), stack


def test_no_argument_is_a_secret(plan: Plan) -> None:
    for stack, body in plan.stacks.items():
        arguments = set(re.findall(r'"(\w+)":', json.dumps(body)))
        assert not SECRET_ARGUMENTS & arguments, stack


def test_each_workload_reads_only_the_secrets_it_uses(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-access"
    found = set()
    for assignment in plan.all("azurerm_role_assignment", of=stack):
        if assignment.get("role_definition_name") != "Key Vault Secrets User":
            continue
        scope = plan.followed(stack, assignment["scope"])
        reader = plan.origin(stack, assignment["principal_id"])
        found.add((reader.get("name", reader.get("client_id")), scope.split("}/secrets/")[1]))
    flows, worker = f"datamaster-{environment}-flows", f"datamaster-{environment}-worker"
    databricks = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
    assert found == {
        (flows, "DB-KEY"),
        (flows, "API-KEY"),
        (flows, "PREFECT-API-KEY"),
        (worker, "PREFECT-API-KEY"),
        (databricks, "PII-HASH-KEY"),
    }
    assert {secret for _, secret in found} == set(SecretName)


def test_only_administrators_set_secrets(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-access"
    officer = plan.one("azurerm_role_assignment", of=stack, role_definition_name="Key Vault Secrets Officer")
    assert plan.origin(stack, officer["principal_id"])["display_name"] == f"datamaster-{environment}-data_admins"


def test_the_names_that_manifests_and_preflight_know_are_the_vault_s() -> None:
    manifests = (REPOSITORY / "deployments" / "kubernetes" / "base" / "secrets.yaml").read_text(encoding="utf-8")
    mounted = set(re.findall(r"objectName: (\S+)\n +objectType", manifests))
    assert mounted | PLATFORM_SECRETS == set(SecretName)
    assert mounted - PLATFORM_SECRETS == {SecretName.SOURCE_DATABASE, SecretName.SOURCE_API}
