from __future__ import annotations

from ipaddress import IPv4Network, ip_network
from itertools import combinations

import pytest

from infra_cdktf.components.virtual_network import plan_subnets
from infra_cdktf.settings import ENVIRONMENTS
from tests.infra_cdktf.plan import Plan

pytestmark = pytest.mark.infra


def subnets(plan: Plan, environment: str) -> dict[str, IPv4Network]:
    return {
        subnet["name"]: IPv4Network(subnet["address_prefixes"][0])
        for subnet in plan.all("azurerm_subnet", of=f"-{environment}-network")
    }


def test_network_has_a_subnet_for_each_kind_of_tenant(plan: Plan, environment: str) -> None:
    assert set(subnets(plan, environment)) == {"nodes", "endpoints", "databricks-host", "databricks-container"}


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
    assert len(spaces) == len(ENVIRONMENTS)
    assert not any(one.overlaps(other) for one, other in combinations([*spaces, *overlays], 2))


@pytest.mark.parametrize("space", ["10.0.0.0/20", "10.0.0.0/16", "10.0.0.0/8"])
def test_databricks_subnets_are_equal_and_of_a_size_that_it_accepts(space: str) -> None:
    planned = {subnet.name: subnet for subnet in plan_subnets(IPv4Network(space))}
    host, container = planned["databricks-host"].range, planned["databricks-container"].range
    assert host.prefixlen == container.prefixlen <= 26


def test_only_databricks_subnets_are_delegated(plan: Plan, environment: str) -> None:
    delegated = {
        subnet["name"]: subnet["delegation"][0]["service_delegation"]["name"]
        for subnet in plan.all("azurerm_subnet", of=f"-{environment}-network")
        if "delegation" in subnet.body
    }
    assert delegated == dict.fromkeys(("databricks-host", "databricks-container"), "Microsoft.Databricks/workspaces")


def test_every_subnet_has_a_security_group_without_rules_of_its_own(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-network"
    guarded = {
        plan.origin(stack, made["subnet_id"])["name"]
        for made in plan.all("azurerm_subnet_network_security_group_association", of=stack)
    }
    assert guarded == set(subnets(plan, environment))
    assert all("security_rule" not in group.body for group in plan.all("azurerm_network_security_group", of=stack))
    assert plan.all("azurerm_network_security_rule") == []


def test_outbound_goes_through_the_nat_gateway_alone(plan: Plan, environment: str) -> None:
    stack = f"datamaster-{environment}-network"
    behind = {
        plan.origin(stack, made["subnet_id"])["name"]
        for made in plan.all("azurerm_subnet_nat_gateway_association", of=stack)
    }
    assert behind == {"nodes", "databricks-host", "databricks-container"}
    assert all(not subnet["default_outbound_access_enabled"] for subnet in plan.all("azurerm_subnet", of=stack))


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
