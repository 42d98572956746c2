from __future__ import annotations

import json

import pytest

from infra_cdktf.settings import environment_settings
from infra_cdktf.vm_sizes import VM_SIZES
from tests.infra_cdktf.plan import Plan, Resource

pytestmark = pytest.mark.infra


@pytest.fixture
def stack(environment: str) -> str:
    return f"datamaster-{environment}-platform"


@pytest.fixture
def cluster(plan: Plan, stack: str) -> Resource:
    return plan.one("azurerm_kubernetes_cluster", of=stack)


def test_cluster_is_private_and_signed_in_to_with_entra_only(cluster: Resource) -> None:
    assert cluster["private_cluster_enabled"] is True
    assert cluster["private_cluster_public_fqdn_enabled"] is False
    assert cluster["local_account_disabled"] is True
    assert cluster["azure_active_directory_role_based_access_control"]["azure_rbac_enabled"] is True
    assert cluster["oidc_issuer_enabled"] is True
    assert cluster["workload_identity_enabled"] is True


def test_cluster_routes_with_cilium_in_an_overlay_by_the_networks_way_out(cluster: Resource, environment: str) -> None:
    profile = cluster["network_profile"]
    assert profile["network_plugin"] == "azure"
    assert profile["network_plugin_mode"] == "overlay"
    assert profile["network_data_plane"] == "cilium"
    assert profile["network_policy"] == "cilium"
    filtered = environment_settings(environment).network.egress == "firewall"
    assert profile["outbound_type"] == ("userDefinedRouting" if filtered else "userAssignedNATGateway")


def test_cluster_upgrades_and_cleans_itself_in_its_maintenance_window(cluster: Resource) -> None:
    assert cluster["automatic_upgrade_channel"] == "stable"
    assert cluster["node_os_upgrade_channel"] == "NodeImage"
    for window in ("maintenance_window_auto_upgrade", "maintenance_window_node_os"):
        assert cluster[window]["day_of_week"] == "Sunday"
        assert cluster[window]["duration"] >= 4
    assert cluster["image_cleaner_enabled"] is True


def test_defender_and_policy_are_on_where_the_settings_say(cluster: Resource, environment: str) -> None:
    assert ("microsoft_defender" in cluster.body) == (environment != "dev")
    assert cluster["azure_policy_enabled"] is True


def pools(plan: Plan, stack: str) -> dict[str, Resource]:
    return {pool["name"]: pool for pool in plan.all("azurerm_kubernetes_cluster_node_pool", of=stack)}


def test_system_pool_carries_critical_addons_only(cluster: Resource, environment: str) -> None:
    pool = cluster["default_node_pool"]
    assert pool["only_critical_addons_enabled"] is True
    assert pool["auto_scaling_enabled"] is True
    assert pool["min_count"] == (1 if environment == "dev" else 2)


def test_a_pool_without_a_taint_has_a_node_for_the_worker_and_for_commands(plan: Plan, stack: str) -> None:
    untainted = {name: pool for name, pool in pools(plan, stack).items() if not pool.get("node_taints")}
    assert [(name, pool["min_count"]) for name, pool in untainted.items()] == [("services", 1)]


def test_dev_idles_on_two_nodes(plan: Plan) -> None:
    cluster = plan.one("azurerm_kubernetes_cluster", of="-dev-platform")
    idle = [cluster["default_node_pool"]["min_count"]]
    idle += [pool["min_count"] for pool in pools(plan, "-dev-platform").values()]
    assert sum(idle) <= 2


def test_nodes_system_disks_fit_on_their_own_temporary_disks(plan: Plan, stack: str, cluster: Resource) -> None:
    for pool in [cluster["default_node_pool"], *(pool.body for pool in pools(plan, stack).values())]:
        assert pool["os_disk_type"] == "Ephemeral"
        assert 30 <= pool["os_disk_size_gb"] < VM_SIZES[pool["vm_size"]].temporary_disk_gib


def test_flow_pool_scales_to_zero_and_admits_flows_alone(plan: Plan, stack: str) -> None:
    pool = pools(plan, stack)["flows"]
    assert (pool["mode"], pool["auto_scaling_enabled"], pool["min_count"]) == ("User", True, 0)
    assert pool["max_count"] >= 1
    assert pool["node_taints"] == ["datamaster/workload=flows:NoSchedule"]
    assert pool["node_labels"] == {"datamaster/workload": "flows"}


def test_kubelet_may_pull_images_and_nothing_else(plan: Plan, stack: str, cluster: Resource) -> None:
    roles = [
        (role["role_definition_name"], plan.origin(stack, role["scope"]).kind)
        for role in plan.all("azurerm_role_assignment", of=stack)
        if "kubelet_identity" in role["principal_id"]
    ]
    assert roles == [("AcrPull", "azurerm_container_registry")]
    assert cluster.address.split(".")[1] in next(
        role["principal_id"]
        for role in plan.all("azurerm_role_assignment", of=stack)
        if "kubelet" in role["principal_id"]
    )


def test_control_plane_may_use_its_network_and_zone_before_the_cluster_exists(
    plan: Plan, stack: str, cluster: Resource
) -> None:
    awaited = {plan.origin(stack, f"${{{address}.id}}")["role_definition_name"] for address in cluster["depends_on"]}
    assert awaited == {"Network Contributor", "Private DNS Zone Contributor"}


def test_registry_is_premium_private_and_without_an_admin(plan: Plan, stack: str) -> None:
    registry = plan.one("azurerm_container_registry", of=stack)
    assert registry["sku"] == "Premium"
    assert registry["admin_enabled"] is False
    assert registry["public_network_access_enabled"] is False
    assert registry["retention_policy_in_days"] == 30


def test_vault_decides_by_roles_and_cannot_be_purged(plan: Plan, stack: str) -> None:
    vault = plan.one("azurerm_key_vault", of=stack)
    assert vault["rbac_authorization_enabled"] is True
    assert vault["purge_protection_enabled"] is True
    assert vault["public_network_access_enabled"] is False
    assert vault["network_acls"] == {"bypass": "AzureServices", "default_action": "Deny"}
    assert "access_policy" not in vault.body


def test_worker_and_flows_sign_in_as_their_service_accounts(plan: Plan, stack: str, environment: str) -> None:
    subjects = {}
    for credential in plan.all("azurerm_federated_identity_credential", of=stack):
        assert credential["audience"] == ["api://AzureADTokenExchange"]
        assert plan.origin(stack, credential["issuer"]).kind == "azurerm_kubernetes_cluster"
        subjects[plan.origin(stack, credential["parent_id"])["name"]] = credential["subject"]
    assert subjects == {
        f"datamaster-{environment}-worker": "system:serviceaccount:prefect:prefect-worker",
        f"datamaster-{environment}-flows": "system:serviceaccount:prefect:prefect-flows",
    }


def test_container_logs_reach_the_workspace_in_the_table_that_alerts_ask(
    plan: Plan, stack: str, cluster: Resource
) -> None:
    assert cluster["oms_agent"]["msi_auth_for_monitoring_enabled"] is True
    association = plan.one("azurerm_monitor_data_collection_rule_association", of=stack)
    assert association["name"] == "ContainerInsightsExtension"
    assert plan.origin(stack, association["target_resource_id"]).kind == "azurerm_kubernetes_cluster"
    rule = plan.origin(stack, association["data_collection_rule_id"])
    destination = rule["destinations"]["log_analytics"][0]["workspace_resource_id"]
    assert plan.origin(stack, destination).kind == "azurerm_log_analytics_workspace"
    (flow,), (extension,) = rule["data_flow"], rule["data_sources"]["extension"]
    assert extension["name"] == "ContainerInsightsExtension"
    assert json.loads(extension["extension_json"])["dataCollectionSettings"]["enableContainerLogV2"] is True
    asked = {"ContainerLogV2", "KubePodInventory", "KubeNodeInventory"}
    assert {f"Microsoft-{table}" for table in asked} <= set(extension["streams"]) == set(flow["streams"])


def test_log_workspace_stops_at_a_number_of_gigabytes_a_day(plan: Plan, stack: str, environment: str) -> None:
    workspace = plan.one("azurerm_log_analytics_workspace", of=stack)
    assert workspace["daily_quota_gb"] == environment_settings(environment).log_gb_a_day


def test_keys_are_made_through_the_management_plane(plan: Plan, environment: str) -> None:
    assert plan.all("azurerm_key_vault_key") == []
    deployments = plan.all("azurerm_resource_group_template_deployment", of=f"-{environment}-")
    made = [json.loads(deployment["template_content"])["resources"] for deployment in deployments]
    assert sorted(key["name"].split("/")[1] for (key,) in made) == ["lake", "workspace"]
    assert all(key["type"] == "Microsoft.KeyVault/vaults/keys" for (key,) in made)


def test_keys_rotate_long_before_they_expire(plan: Plan, environment: str) -> None:
    for deployment in plan.all("azurerm_resource_group_template_deployment", of=f"-{environment}-"):
        template = json.loads(deployment["template_content"])
        (key,) = template["resources"]
        policy = key["properties"]["rotationPolicy"]
        assert policy["attributes"] == {"expiryTime": "P2Y"}
        assert policy["lifetimeActions"] == [{"action": {"type": "rotate"}, "trigger": {"timeAfterCreate": "P1Y"}}]
        assert template["outputs"]["uri"]["value"].endswith(".keyUri]")
