"""The way out through a firewall: hosts by name, and what Azure's own services must reach by their tags."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.firewall import Firewall, FirewallIpConfiguration
from cdktf_cdktf_provider_azurerm.firewall_policy import FirewallPolicy, FirewallPolicyDns
from cdktf_cdktf_provider_azurerm.firewall_policy_rule_collection_group import (
    FirewallPolicyRuleCollectionGroup,
    FirewallPolicyRuleCollectionGroupApplicationRuleCollection,
    FirewallPolicyRuleCollectionGroupApplicationRuleCollectionRule,
    FirewallPolicyRuleCollectionGroupApplicationRuleCollectionRuleProtocols,
    FirewallPolicyRuleCollectionGroupNetworkRuleCollection,
    FirewallPolicyRuleCollectionGroupNetworkRuleCollectionRule,
)
from cdktf_cdktf_provider_azurerm.public_ip import PublicIp
from cdktf_cdktf_provider_azurerm.route_table import RouteTable, RouteTableRoute
from cdktf_cdktf_provider_azurerm.subnet_route_table_association import SubnetRouteTableAssociation
from constructs import Construct

from infra_cdktf.allowed_hosts import ALLOWED_HOSTS, allowed_services
from infra_cdktf.checkov_skips import skip_checks
from infra_cdktf.components.resource_group import Placement

HTTPS = 443


@dataclass(frozen=True, kw_only=True)
class EgressFirewallConfig:
    """The firewall's own subnet, and the subnets (id by name) whose machines go out through it."""

    placement: Placement
    name: str
    zones: tuple[str, ...]
    firewall_subnet_id: str
    subnet_ids: dict[str, str]


@dataclass(frozen=True)
class EgressFirewallOutputs:
    """The address that sources (a database's firewall, an API's allow-list) see."""

    outbound_ip_address: str


class EgressFirewall(Construct):
    """A firewall that denies what no rule allows, and a route that leaves no other way out."""

    def __init__(self, scope: Construct, construct_id: str, config: EgressFirewallConfig) -> None:
        """Create the firewall with its rules and send the subnets through it."""
        super().__init__(scope, construct_id)
        placement = config.placement
        zones = list(config.zones)
        address = PublicIp(
            self,
            "address",
            name=config.name,
            allocation_method="Static",
            sku="Standard",
            zones=zones,
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
        )
        policy = FirewallPolicy(
            self,
            "policy",
            name=config.name,
            sku="Standard",
            threat_intelligence_mode="Deny",
            # Names are resolved where the clients' are, or a rule would hold for other addresses than they get.
            dns=FirewallPolicyDns(proxy_enabled=True),
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
        )
        skip_checks(
            policy,
            {"CKV_AZURE_220": "Intrusion prevention is the premium tier's, at twice the price."},
        )
        rules = self._rules(policy.id, placement.location)
        firewall = Firewall(
            self,
            "firewall",
            name=config.name,
            sku_name="AZFW_VNet",
            sku_tier="Standard",
            firewall_policy_id=policy.id,
            zones=zones,
            ip_configuration=[
                FirewallIpConfiguration(
                    name="outbound", subnet_id=config.firewall_subnet_id, public_ip_address_id=address.id
                )
            ],
            depends_on=[rules],
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
        )
        skip_checks(firewall, {"CKV_AZURE_216": "The policy denies what threat intelligence knows."})
        routes = RouteTable(
            self,
            "routes",
            name=config.name,
            bgp_route_propagation_enabled=False,
            route=[
                RouteTableRoute(
                    name="out",
                    address_prefix="0.0.0.0/0",
                    next_hop_type="VirtualAppliance",
                    next_hop_in_ip_address=firewall.ip_configuration.get(0).private_ip_address,
                )
            ],
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
        )
        for name, subnet_id in config.subnet_ids.items():
            SubnetRouteTableAssociation(self, f"from-{name}", subnet_id=subnet_id, route_table_id=routes.id)
        self.outputs = EgressFirewallOutputs(address.ip_address)

    def _rules(self, policy_id: str, location: str) -> FirewallPolicyRuleCollectionGroup:
        https = FirewallPolicyRuleCollectionGroupApplicationRuleCollectionRuleProtocols(type="Https", port=HTTPS)
        rule = FirewallPolicyRuleCollectionGroupApplicationRuleCollectionRule
        nodes = rule(
            name="aks", source_addresses=["*"], destination_fqdn_tags=["AzureKubernetesService"], protocols=[https]
        )
        hosts = [
            rule(name=name, source_addresses=["*"], destination_fqdns=list(fqdns), protocols=[https])
            for name, fqdns in ALLOWED_HOSTS.items()
        ]
        services = [
            FirewallPolicyRuleCollectionGroupNetworkRuleCollectionRule(
                name=name,
                source_addresses=["*"],
                destination_addresses=[tag],
                destination_ports=[str(port)],
                protocols=[protocol],
            )
            for name, (tag, protocol, port) in allowed_services(location).items()
        ]
        return FirewallPolicyRuleCollectionGroup(
            self,
            "rules",
            name="outbound",
            firewall_policy_id=policy_id,
            priority=200,
            application_rule_collection=[
                FirewallPolicyRuleCollectionGroupApplicationRuleCollection(
                    name="hosts", priority=300, action="Allow", rule=[nodes, *hosts]
                )
            ],
            network_rule_collection=[
                FirewallPolicyRuleCollectionGroupNetworkRuleCollection(
                    name="services", priority=210, action="Allow", rule=services
                )
            ],
        )
