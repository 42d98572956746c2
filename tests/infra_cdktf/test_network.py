from __future__ import annotations

from ipaddress import IPv4Network, ip_network
from itertools import combinations
from pathlib import Path

import pytest

from infra_cdktf.environment_settings import EntrySettings, NetworkSettings
from infra_cdktf.problems import InvalidSettings
from infra_cdktf.settings import DEV, ENVIRONMENTS, PROD, environment_settings
from infra_cdktf.subnets import plan_subnets
from tests.infra_cdktf.conftest import Synthesis
from tests.infra_cdktf.plan import Plan

pytestmark = pytest.mark.infra


TENANTS = {"nodes", "endpoints", "databricks-host", "databricks-container"}


def subnets(plan: Plan, environment: str) -> dict[str, IPv4Network]:
    return {
        subnet["name"]: IPv4Network(subnet["address_prefixes"][0])
        for subnet in plan.all("azurerm_subnet", of=f"-{environment}-network")
    }


def test_network_has_a_subnet_for_each_kind_of_tenant(plan: Plan, environment: str) -> None:
    entered_by = {"GatewaySubnet", "resolver", "runner"}
    firewall = {"AzureFirewallSubnet"} if environment_settings(environment).network.egress == "firewall" else set()
    assert set(subnets(plan, environment)) == TENANTS | entered_by | firewall


def test_a_setting_that_is_off_takes_no_subnet_and_moves_none() -> None:
    network = NetworkSettings(address_space=IPv4Network("10.0.0.0/16"))
    least = plan_subnets(network, EntrySettings(vpn=False, runner=False))
    most = plan_subnets(network.model_copy(update={"egress": "firewall"}), EntrySettings())
    assert {subnet.name for subnet in least} == TENANTS
    assert set(least) < set(most)


def test_subnets_lie_in_the_network_and_apart(plan: Plan, environment: str) -> None:
    network = plan.one("azurerm_virtual_network", of=f"-{environment}-network")
    (space,) = map(IPv4Network, network["address_space"])
    ranges = subnets(plan, environment).values()
    assert all(subnet.subnet_of(space) for subnet in ranges)
    assert not any(one.overlaps(other) for one, other in combinations(ranges, 2))


def test_no_address_range_of_any_environment_overlaps_another(plan: Plan) -> None:
    spaces = [ip_network(network["address_space"][0]) for network in plan.all("azurerm_virtual_network")]
    profiles = [cluster["network_profile"] for cluster in plan.all("azurerm_kubernetes_cluster")]
    overlays = {ip_network(profile[key]) for profile in profiles for key in ("pod_cidr", "service_cidr")}
    gateways = plan.all("azurerm_virtual_network_gateway")
    overlays |= {ip_network(one["vpn_client_configuration"]["address_space"][0]) for one in gateways}
    assert len(spaces) == len(ENVIRONMENTS)
    assert not any(one.overlaps(other) for one, other in combinations([*spaces, *overlays], 2))


@pytest.mark.parametrize("space", ["10.0.0.0/20", "10.0.0.0/16", "10.0.0.0/8"])
def test_databricks_subnets_are_equal_and_of_a_size_that_it_accepts(space: str) -> None:
    network = NetworkSettings(address_space=IPv4Network(space), egress="firewall")
    planned = {subnet.name: subnet.range for subnet in plan_subnets(network, EntrySettings())}
    assert planned["databricks-host"].prefixlen == planned["databricks-container"].prefixlen <= 26


@pytest.mark.parametrize(
    ("name", "smallest"), [("AzureFirewallSubnet", 26), ("GatewaySubnet", 27), ("runner", 27), ("resolver", 28)]
)
def test_subnets_of_services_are_as_large_as_azure_wants_in_the_smallest_network(name: str, smallest: int) -> None:
    network = NetworkSettings(address_space=IPv4Network("10.0.0.0/20"), egress="firewall")
    planned = {subnet.name: subnet.range for subnet in plan_subnets(network, EntrySettings())}
    assert planned[name].prefixlen <= smallest


def test_subnets_that_a_service_manages_are_delegated_to_it(plan: Plan, environment: str) -> None:
    delegated = {
        subnet["name"]: subnet["delegation"][0]["service_delegation"]["name"]
        for subnet in plan.all("azurerm_subnet", of=f"-{environment}-network")
        if "delegation" in subnet.body
    }
    assert delegated == {
        "databricks-host": "Microsoft.Databricks/workspaces",
        "databricks-container": "Microsoft.Databricks/workspaces",
        "resolver": "Microsoft.Network/dnsResolvers",
        "runner": "Microsoft.App/environments",
    }


def test_every_subnet_that_may_has_a_security_group_without_rules_of_its_own(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-network"
    guarded = {
        plan.origin(stack, made["subnet_id"])["name"]
        for made in plan.all("azurerm_subnet_network_security_group_association", of=stack)
    }
    assert guarded == set(subnets(plan, environment)) - {"AzureFirewallSubnet", "GatewaySubnet"}
    assert all("security_rule" not in group.body for group in plan.all("azurerm_network_security_group", of=stack))
    assert plan.all("azurerm_network_security_rule") == []


def test_outbound_goes_through_the_nat_gateway_or_the_firewall_alone(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-network"
    filtered = environment_settings(environment).network.egress == "firewall"
    kinds = ("azurerm_subnet_nat_gateway_association", "azurerm_subnet_route_table_association")
    way_out, other = reversed(kinds) if filtered else kinds
    behind = {plan.origin(stack, made["subnet_id"])["name"] for made in plan.all(way_out, of=stack)}
    assert behind == {"nodes", "databricks-host", "databricks-container", "runner"}
    assert plan.all(other, of=stack) == []
    assert all(not subnet["default_outbound_access_enabled"] for subnet in plan.all("azurerm_subnet", of=stack))


def test_production_lets_hosts_pass_by_name_and_nothing_else(plan: Plan) -> None:
    stack = "datamaster-prod-network"
    (route,) = plan.one("azurerm_route_table", of=stack)["route"]
    assert (route["address_prefix"], route["next_hop_type"]) == ("0.0.0.0/0", "VirtualAppliance")
    firewall = plan.origin(stack, route["next_hop_in_ip_address"])
    policy = plan.origin(stack, firewall["firewall_policy_id"])
    rules = plan.one("azurerm_firewall_policy_rule_collection_group", of=stack)
    assert plan.origin(stack, rules["firewall_policy_id"]) == policy
    assert rules.address in firewall["depends_on"]
    (hosts,) = rules["application_rule_collection"]
    assert {collection["action"] for collection in [hosts, *rules["network_rule_collection"]]} == {"Allow"}
    assert {port["port"] for rule in hosts["rule"] for port in rule["protocols"]} == {443}
    named = {fqdn for rule in hosts["rule"] for fqdn in rule.get("destination_fqdns", [])}
    needed = {"login.microsoftonline.com", "management.azure.com", "api.prefect.cloud"}
    assert needed | {"pypi.org", "files.pythonhosted.org"} <= named
    assert "*" not in named
    (services,) = rules["network_rule_collection"]
    targets = {rule["name"]: (rule["destination_addresses"], rule["destination_ports"]) for rule in services["rule"]}
    assert {name for name, (addresses, _) in targets.items() if addresses == ["*"]} == {"ntp"}
    assert targets["databricks-metadata"] == (["Sql.BrazilSouth"], ["3306"])


def test_a_filtered_network_in_an_unknown_region_is_refused_by_name(synthesis: Synthesis, tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="location atlantis: add it to REGIONS_IN_TAGS"):
        synthesis.into(tmp_path, (DEV, PROD.model_copy(update={"location": "atlantis"})))


def test_remote_state_is_reached_from_inside_by_a_private_address(plan: Plan, environment: str) -> None:
    """A storage firewall's address rules have no effect on traffic from the same region."""
    stack = f"datamaster-{environment}-network"
    (endpoint,) = plan.all("azurerm_private_endpoint", of=stack)
    store = plan.one("azurerm_storage_account", of="datamaster-state")
    connection = endpoint["private_service_connection"]
    assert connection["private_connection_resource_id"] == (
        "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/datamaster-state"
        f"/providers/Microsoft.Storage/storageAccounts/{store['name']}"
    )
    assert connection["subresource_names"] == ["blob"]


def test_people_come_in_by_a_vpn_that_they_sign_in_to_with_entra(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-network"
    gateway = plan.one("azurerm_virtual_network_gateway", of=stack)
    clients = gateway["vpn_client_configuration"]
    assert (clients["vpn_auth_types"], clients["vpn_client_protocols"]) == (["AAD"], ["OpenVPN"])
    assert clients["aad_issuer"] == "https://sts.windows.net/00000000-0000-0000-0000-00000000aaaa/"
    (placed,) = gateway["ip_configuration"]
    assert plan.origin(stack, placed["subnet_id"])["name"] == "GatewaySubnet"
    inbound = plan.one("azurerm_private_dns_resolver_inbound_endpoint", of=stack)
    assert plan.origin(stack, inbound["ip_configurations"]["subnet_id"])["name"] == "resolver"
    assert plan.origin(stack, plan.stacks[stack]["output"]["vpn_dns_server"]["value"]) == inbound


def test_a_network_that_is_peered_has_no_gateway_of_its_own(synthesis: Synthesis, tmp_path: Path) -> None:
    peered = synthesis.into(tmp_path, (DEV.model_copy(update={"entry": EntrySettings(vpn=False)}),))
    assert peered.all("azurerm_virtual_network_gateway", "azurerm_private_dns_resolver") == []


def test_private_zones_cover_every_private_service_and_are_linked(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-network"
    zones = {zone["name"] for zone in plan.all("azurerm_private_dns_zone", of=stack)}
    assert zones == {
        "privatelink.blob.core.windows.net",
        "privatelink.dfs.core.windows.net",
        "privatelink.vaultcore.azure.net",
        "privatelink.azurecr.io",
        "privatelink.azuredatabricks.net",
        "privatelink.grafana.azure.com",
        "privatelink.postgres.database.azure.com",
        "privatelink.brazilsouth.azmk8s.io",
    }
    linked = {
        plan.origin(stack, link["private_dns_zone_name"])["name"]
        for link in plan.all("azurerm_private_dns_zone_virtual_network_link", of=stack)
    }
    assert linked == zones


def test_every_private_endpoint_stands_in_the_endpoints_subnet_with_its_services_zone(
    plan: Plan, environment: str
) -> None:
    zone_of = {
        "registry": "privatelink.azurecr.io",
        "vault": "privatelink.vaultcore.azure.net",
        "blob": "privatelink.blob.core.windows.net",
        "dfs": "privatelink.dfs.core.windows.net",
        "databricks_ui_api": "privatelink.azuredatabricks.net",
        "browser_authentication": "privatelink.azuredatabricks.net",
        "grafana": "privatelink.grafana.azure.com",
    }
    endpoints = plan.all("azurerm_private_endpoint", of=f"-{environment}-")
    services = set()
    for endpoint in endpoints:
        (service,) = endpoint["private_service_connection"]["subresource_names"]
        (zone,) = endpoint["private_dns_zone_group"]["private_dns_zone_ids"]
        assert plan.origin(endpoint.stack, endpoint["subnet_id"])["name"] == "endpoints"
        assert plan.origin(endpoint.stack, zone)["name"] == zone_of[service]
        services.add(service)
    assert services == set(zone_of) - (set() if environment == "prod" else {"grafana"})
