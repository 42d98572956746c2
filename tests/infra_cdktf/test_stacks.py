"""How the stacks stand to each other: order, state, references and providers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from infra_cdktf.main import PROJECT
from infra_cdktf.settings import DEV
from tests.infra_cdktf.conftest import Synthesis
from tests.infra_cdktf.plan import REFERENCE, REMOTE, Plan, texts

pytestmark = pytest.mark.infra

ORDER = ("network", "platform", "lake", "access", "workspace", "catalog", "pipelines", "operations")


def test_stacks_are_named_after_environment_and_kind(plan: Plan) -> None:
    named = {f"datamaster-{environment}-{kind}" for environment in ("dev", "pre", "prod") for kind in ORDER}
    assert set(plan.stacks) == named | {"datamaster-state"}


def test_each_stack_depends_only_on_stacks_deployed_before_it(plan: Plan, environment: str) -> None:
    manifest = json.loads((plan.folder / "manifest.json").read_text())["stacks"]
    for position, kind in enumerate(ORDER):
        before = {f"datamaster-{environment}-{earlier}" for earlier in ORDER[:position]}
        needed = set(manifest[f"datamaster-{environment}-{kind}"]["dependencies"])
        assert needed <= before
        assert needed or kind == "network"


def test_pipelines_are_depended_on_by_operations_alone(plan: Plan, environment: str) -> None:
    manifest = json.loads((plan.folder / "manifest.json").read_text())["stacks"]
    pipelines = f"datamaster-{environment}-pipelines"
    assert [name for name, stack in manifest.items() if pipelines in stack["dependencies"]] == [
        f"datamaster-{environment}-operations"
    ]


def test_every_reference_across_stacks_resolves(plan: Plan) -> None:
    followed = 0
    for stack, body in plan.stacks.items():
        for text in texts(body.get("resource", {})):
            for expression in REFERENCE.findall(text):
                if REMOTE.search(expression):
                    assert plan.origin(stack, f"${{{expression}}}").stack != stack
                    followed += 1
    assert followed > 100


def test_every_reference_inside_a_stack_resolves(plan: Plan) -> None:
    for stack, body in plan.stacks.items():
        known = {resource.address for resource in plan.all(of=stack) if resource.stack == stack}
        for text in texts({"resource": body.get("resource", {}), "output": body.get("output", {})}):
            for expression in REFERENCE.findall(text):
                head = expression.split(".")
                if head[0].startswith(("azurerm_", "azuread_", "databricks_", "terraform_data")):
                    assert ".".join(head[:2]) in known, f"{stack}: {expression}"


def test_state_is_kept_per_environment_and_stack_with_entra_only(plan: Plan) -> None:
    store = plan.one("azurerm_storage_account", of="datamaster-state")
    containers = {container["name"] for container in plan.all("azurerm_storage_container", of="datamaster-state")}
    for stack, body in plan.stacks.items():
        backend = body["terraform"]["backend"]["azurerm"]
        assert backend["storage_account_name"] == store["name"]
        assert backend["container_name"] == stack.split("-")[1]
        assert backend["container_name"] in containers
        assert backend["key"] == f"{stack}.tfstate"
        assert backend["use_azuread_auth"] is True
        assert not {"access_key", "sas_token"} & set(backend)


def test_remote_state_is_read_as_it_is_written(plan: Plan) -> None:
    for stack, body in plan.stacks.items():
        for name, remote in body.get("data", {}).get("terraform_remote_state", {}).items():
            owner = name.removeprefix("cross-stack-reference-input-")
            assert remote["config"] == plan.stacks[owner]["terraform"]["backend"]["azurerm"], stack


def test_while_bootstrapping_only_the_state_stack_keeps_its_state_in_a_file(
    synthesis: Synthesis, tmp_path: Path
) -> None:
    bootstrapping = synthesis.into(tmp_path, bootstrap=True)
    local = {name for name, body in bootstrapping.stacks.items() if "local" in body["terraform"]["backend"]}
    assert local == {"datamaster-state"}


def test_state_store_is_versioned_and_locked_down(plan: Plan) -> None:
    store = plan.one("azurerm_storage_account", of="datamaster-state")
    assert store["blob_properties"]["versioning_enabled"] is True
    assert store["blob_properties"]["delete_retention_policy"] == {"days": 90}
    assert store["shared_access_key_enabled"] is False
    assert store["network_rules"] == {
        "bypass": ["AzureServices"],
        "default_action": "Deny",
        "ip_rules": ["203.0.113.10"],
    }
    assert "customer_managed_key" not in store.body
    assert store["lifecycle"] == {"prevent_destroy": True}
    assert plan.one("azurerm_management_lock", of="datamaster-state")["lock_level"] == "CanNotDelete"


def test_state_is_encrypted_with_a_key_of_ours_where_it_is_set(synthesis: Synthesis, tmp_path: Path) -> None:
    accounts = synthesis.accounts.model_copy(update={"state_customer_key": True})
    stack = "datamaster-state"
    plan = synthesis.into(tmp_path, (DEV,), accounts)
    store = plan.one("azurerm_storage_account", of=stack)
    user = plan.origin(stack, store["customer_managed_key"]["user_assigned_identity_id"])
    (awaited,) = store["depends_on"]
    assignment = plan.origin(stack, f"${{{awaited}.id}}")
    assert assignment["scope"].endswith("/keys/state")
    assert plan.origin(stack, assignment["principal_id"]) == user
    vault = plan.one("azurerm_key_vault", of=stack)
    assert vault["public_network_access_enabled"] is False
    assert vault["network_acls"]["bypass"] == "AzureServices"


def test_no_stack_uses_a_workspace_that_it_creates(plan: Plan) -> None:
    users = set()
    for stack, body in plan.stacks.items():
        creates = "azurerm_databricks_workspace" in body.get("resource", {})
        for provider in body["provider"].get("databricks", []):
            at_account_level = provider["host"] == "https://accounts.azuredatabricks.net"
            assert at_account_level == ("account_id" in provider)
            assert at_account_level or not creates, stack
            if not at_account_level:
                users.add(stack.split("-")[2])
                resource_id = plan.origin(stack, provider["azure_workspace_resource_id"])
                assert resource_id.stack.endswith("-workspace")
    assert users == {"catalog", "pipelines"}


def test_provider_versions_are_pinned_exactly(plan: Plan) -> None:
    required = {
        (name, provider["version"])
        for body in plan.stacks.values()
        for name, provider in body["terraform"]["required_providers"].items()
    }
    assert required == {("azurerm", "4.81.0"), ("azuread", "3.7.0"), ("databricks", "1.99.0")}


def test_environments_lie_in_their_own_subscriptions(plan: Plan, environment: str) -> None:
    numbers = {"dev": "2", "pre": "3", "prod": "4"}
    for stack, body in plan.stacks.items():
        if f"-{environment}-" in stack:
            (provider,) = body["provider"]["azurerm"]
            assert provider["subscription_id"].endswith(numbers[environment])


def test_operators_find_what_they_need_in_the_outputs(plan: Plan, environment: str, synthesis: Synthesis) -> None:
    published = {
        f"{stack.rpartition('-')[2]}.{name}"
        for stack, body in plan.stacks.items()
        if f"-{environment}-" in stack
        for name, output in body.get("output", {}).items()
        if not output.get("sensitive")
    }
    assert published == {
        "network.outbound_ip_address",
        "platform.registry",
        "platform.cluster",
        "platform.key_vault",
        "platform.worker_client_id",
        "platform.worker_settings",
        "platform.runner",
        "network.vpn_dns_server",
        "lake.branch_files_url",
        "platform.flows_client_id",
        "lake.lake_url",
        "workspace.workspace_url",
        *(f"pipelines.job_id_{contract.name}" for contract in synthesis.contracts.datasets),
    }


def test_two_syntheses_are_identical_byte_for_byte(synthesis: Synthesis, plan: Plan, tmp_path: Path) -> None:
    again = synthesis.into(tmp_path)
    first = {path.relative_to(plan.folder): path.read_bytes() for path in plan.folder.rglob("*.json")}
    second = {path.relative_to(again.folder): path.read_bytes() for path in again.folder.rglob("*.json")}
    assert first == second
    assert len(first) == 26


def test_nothing_of_this_machine_is_in_the_plan(plan: Plan) -> None:
    for body in plan.stacks.values():
        assert str(plan.folder) not in json.dumps(body)
        assert str(Path(__file__).parents[2]) not in json.dumps(body)


@pytest.mark.chaos
def test_synthesis_needs_no_terraform_and_no_node_of_the_machine(tmp_path: Path) -> None:
    environment = {"PATH": "", "HOME": str(tmp_path), "CDKTF_OUTDIR": str(tmp_path / "out")}
    subprocess.run([sys.executable, "-m", "infra_cdktf.main"], cwd=PROJECT, env=environment, check=True)
    assert len(list((tmp_path / "out" / "stacks").iterdir())) == 25


NAMESPACE_OF = {
    "application_insights_workbook": "microsoft.insights",
    "consumption_budget_subscription": "Microsoft.Consumption",
    "container_app_environment": "Microsoft.App",
    "container_app_job": "Microsoft.App",
    "container_registry": "Microsoft.ContainerRegistry",
    "dashboard_grafana": "Microsoft.Dashboard",
    "federated_identity_credential": "Microsoft.ManagedIdentity",
    "key_vault": "Microsoft.KeyVault",
    "kubernetes_cluster": "Microsoft.ContainerService",
    "kubernetes_cluster_node_pool": "Microsoft.ContainerService",
    "log_analytics_workspace": "Microsoft.OperationalInsights",
    "management_lock": "Microsoft.Authorization",
    "resource_group": "Microsoft.Resources",
    "resource_group_template_deployment": "Microsoft.Resources",
    "role_assignment": "Microsoft.Authorization",
    "user_assigned_identity": "Microsoft.ManagedIdentity",
}
NAMESPACE_OF_PREFIX = {
    "databricks": "Microsoft.Databricks",
    "firewall": "Microsoft.Network",
    "monitor": "microsoft.insights",
    "nat": "Microsoft.Network",
    "network": "Microsoft.Network",
    "postgresql": "Microsoft.DBforPostgreSQL",
    "private": "Microsoft.Network",
    "public": "Microsoft.Network",
    "route": "Microsoft.Network",
    "storage": "Microsoft.Storage",
    "subnet": "Microsoft.Network",
    "virtual": "Microsoft.Network",
}


def test_every_resource_provider_that_is_used_is_registered(plan: Plan) -> None:
    kinds = {resource.kind.removeprefix("azurerm_") for resource in plan.all() if resource.kind.startswith("azurerm_")}
    used = {NAMESPACE_OF.get(kind) or NAMESPACE_OF_PREFIX[kind.partition("_")[0]] for kind in kinds}
    of_the_cluster = {"Compute", "OperationsManagement", "PolicyInsights", "Security"}
    by_setting = {"DBforPostgreSQL"}
    not_seen = {f"Microsoft.{name}" for name in of_the_cluster | by_setting}
    for body in plan.stacks.values():
        (provider,) = body["provider"]["azurerm"]
        assert provider["resource_provider_registrations"] == "none"
        assert set(provider["resource_providers_to_register"]) == used | not_seen
