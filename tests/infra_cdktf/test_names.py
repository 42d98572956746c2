"""Every name that is synthesized, held against Azure's rules, for the shortest and the longest prefix too.

https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
"""

from __future__ import annotations

import re

import pytest

from infra_cdktf.accounts import LONGEST_PREFIX
from tests.infra_cdktf.conftest import Synthesis
from tests.infra_cdktf.plan import Plan

pytestmark = pytest.mark.infra

RULES = {
    "azurerm_application_insights_workbook": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "azurerm_consumption_budget_subscription": r"[\w-]{1,63}",
    "azurerm_container_registry": r"[a-zA-Z0-9]{5,50}",
    "azurerm_dashboard_grafana": r"[a-zA-Z][a-zA-Z0-9-]{0,21}[a-zA-Z0-9]",
    "azurerm_container_app_environment": r"[a-z][a-z0-9-]{0,58}[a-z0-9]",
    "azurerm_container_app_job": r"[a-z][a-z0-9-]{0,30}[a-z0-9]",
    "azurerm_databricks_access_connector": r"[\w-]{3,64}",
    "azurerm_databricks_workspace": r"[\w-]{3,64}",
    "azurerm_federated_identity_credential": r"[a-zA-Z0-9][\w-]{2,119}",
    "azurerm_firewall": r"[a-zA-Z0-9][\w.-]{0,54}\w",
    "azurerm_firewall_policy": r"[a-zA-Z0-9][\w.-]{0,78}\w",
    "azurerm_firewall_policy_rule_collection_group": r"[a-zA-Z0-9][\w.-]{0,78}\w",
    "azurerm_key_vault": r"[a-zA-Z](?!.*--)[a-zA-Z0-9-]{1,22}[a-zA-Z0-9]",
    "azurerm_kubernetes_cluster": r"[a-zA-Z0-9]([\w-]{0,61}[a-zA-Z0-9])?",
    "azurerm_kubernetes_cluster_node_pool": r"[a-z][a-z0-9]{0,11}",
    "azurerm_log_analytics_workspace": r"[a-zA-Z0-9][a-zA-Z0-9-]{2,61}[a-zA-Z0-9]",
    "azurerm_management_lock": r"[\w.()-]{1,90}",
    "azurerm_monitor_action_group": r"[^:<>+/&%\\?|]{1,260}",
    "azurerm_monitor_data_collection_rule": r"[a-zA-Z0-9][\w-]{0,62}[a-zA-Z0-9]",
    "azurerm_monitor_data_collection_rule_association": r"[\w.-]{1,260}",
    "azurerm_monitor_diagnostic_setting": r"[\w.-]{1,260}",
    "azurerm_monitor_metric_alert": r"[^:<>+/&%\\?|#*]{1,260}",
    "azurerm_monitor_scheduled_query_rules_alert_v2": r"[^:<>+/&%\\?|#*]{1,260}",
    "azurerm_nat_gateway": r"[a-zA-Z0-9][\w.-]{0,78}\w",
    "azurerm_network_security_group": r"[a-zA-Z0-9][\w.-]{0,78}\w",
    "azurerm_postgresql_flexible_server": r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
    "azurerm_postgresql_flexible_server_database": r"[a-z_][a-z0-9_]{0,62}",
    "azurerm_private_dns_a_record": r"[a-z0-9-]{1,63}",
    "azurerm_private_dns_resolver": r"[a-zA-Z0-9][\w.-]{0,78}\w",
    "azurerm_private_dns_resolver_inbound_endpoint": r"[a-zA-Z0-9][\w.-]{0,78}\w",
    "azurerm_private_dns_zone": r"([a-z0-9-]{1,63}\.){1,33}[a-z0-9-]{2,63}",
    "azurerm_private_dns_zone_virtual_network_link": r"[a-zA-Z0-9][\w.-]{0,78}\w",
    "azurerm_private_endpoint": r"[a-zA-Z0-9][\w.-]{0,62}\w",
    "azurerm_public_ip": r"[a-zA-Z0-9][\w.-]{0,78}\w",
    "azurerm_resource_group": r"[\w().-]{0,89}[\w()-]",
    "azurerm_resource_group_template_deployment": r"[\w().-]{1,64}",
    "azurerm_route_table": r"[a-zA-Z0-9][\w.-]{0,78}\w",
    "azurerm_storage_account": r"[a-z0-9]{3,24}",
    "azurerm_storage_container": r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
    "azurerm_subnet": r"[a-zA-Z0-9][\w.-]{0,78}\w",
    "azurerm_user_assigned_identity": r"[a-zA-Z0-9][\w-]{2,127}",
    "azurerm_virtual_network": r"[a-zA-Z0-9][\w.-]{0,62}\w",
    "azurerm_virtual_network_gateway": r"[a-zA-Z0-9][\w.-]{0,78}\w",
    "databricks_catalog": r"[a-z_][a-z0-9_]{0,254}",
    "databricks_cluster_policy": r".{1,100}",
    "databricks_external_location": r"[a-z_][a-z0-9_]{0,254}",
    "databricks_mws_network_connectivity_config": r"[0-9a-zA-Z_-]{3,30}",
    "databricks_job": r"[\w-]{1,100}",
    "databricks_schema": r"[a-z_][a-z0-9_]{0,254}",
    "databricks_secret_scope": r"[\w.-]{1,128}",
    "databricks_storage_credential": r"[a-z_][a-z0-9_]{0,254}",
    "databricks_volume": r"[a-z_][a-z0-9_]{0,254}",
}
NAMED_BY_OTHERS = {
    "data.azurerm_user_assigned_identity",
    "azurerm_role_assignment",
    "databricks_policy_info",
    "databricks_access_control_rule_set",
    "databricks_sql_endpoint",
}
WORLDWIDE = ("azurerm_container_registry", "azurerm_key_vault", "azurerm_storage_account", "azurerm_dashboard_grafana")
LONGEST = "z" * LONGEST_PREFIX


@pytest.fixture(scope="module", params=["abc", LONGEST])
def renamed(request: pytest.FixtureRequest, synthesis: Synthesis, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    accounts = synthesis.accounts.model_copy(update={"prefix": request.param})
    return synthesis.into(tmp_path_factory.mktemp("renamed"), accounts=accounts)


def refused(plan: Plan) -> list[str]:
    return [
        f"{resource.kind}: {resource['name']}"
        for resource in plan.all()
        if "name" in resource.body
        and resource.kind not in NAMED_BY_OTHERS
        and not re.fullmatch(RULES[resource.kind], resource["name"])
    ]


def test_names_follow_azures_rules(plan: Plan) -> None:
    assert refused(plan) == []


def test_names_follow_azures_rules_with_the_shortest_and_the_longest_prefix(renamed: Plan) -> None:
    assert refused(renamed) == []


def test_one_more_letter_would_break_a_rule() -> None:
    """The longest prefix is not shorter than it need be."""
    assert re.fullmatch(RULES["azurerm_key_vault"], f"{LONGEST}-prod-kv-abcd")
    assert not re.fullmatch(RULES["azurerm_key_vault"], f"{LONGEST}z-prod-kv-abcd")


def test_node_resource_group_is_short_enough(renamed: Plan) -> None:
    assert all(len(cluster["node_resource_group"]) <= 80 for cluster in renamed.all("azurerm_kubernetes_cluster"))


def test_workspaces_own_storage_account_follows_the_rule_too(renamed: Plan) -> None:
    names = [
        workspace["custom_parameters"]["storage_account_name"]
        for workspace in renamed.all("azurerm_databricks_workspace")
    ]
    assert len(set(names)) == 3
    assert all(re.fullmatch(RULES["azurerm_storage_account"], name) for name in names)


def test_names_that_must_be_unique_worldwide_differ_between_tenants(synthesis: Synthesis) -> None:
    other = synthesis.accounts.model_copy(update={"tenant_id": synthesis.accounts.metastore_id})
    assert other.unique_suffix != synthesis.accounts.unique_suffix


def test_no_name_is_used_twice_in_the_world(plan: Plan) -> None:
    names = [resource["name"] for resource in plan.all(*WORLDWIDE)]
    assert len(names) == len(set(names))
