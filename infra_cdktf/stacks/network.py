"""Stack 2: the network that everything else stands in."""

from __future__ import annotations

from dataclasses import dataclass

from constructs import Construct

from infra_cdktf.components.egress_firewall import EgressFirewall, EgressFirewallConfig
from infra_cdktf.components.nat_gateway import NatGateway, NatGatewayConfig
from infra_cdktf.components.people_vpn import PeopleVpn, PeopleVpnConfig
from infra_cdktf.components.private_dns_zones import PrivateDnsZones, PrivateDnsZonesConfig
from infra_cdktf.components.private_endpoint import PrivateEndpoint, PrivateEndpointConfig
from infra_cdktf.components.resource_group import ResourceGroup, ResourceGroupConfig
from infra_cdktf.components.virtual_network import VirtualNetwork, VirtualNetworkConfig, VirtualNetworkOutputs
from infra_cdktf.environment import Environment
from infra_cdktf.stacks.environment_stack import EnvironmentStack
from infra_cdktf.subnets import ENDPOINTS, FIREWALL, GATEWAY, RESOLVER, plan_subnets, subnets_with_way_out


@dataclass(frozen=True)
class NetworkOutputs:
    """The network, and its private zones by service."""

    network: VirtualNetworkOutputs
    dns_zone_ids: dict[str, str]


class NetworkStack(EnvironmentStack):
    """Network, way out, ways in, private names, and the private way to the remote state."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        """Compose the stack."""
        super().__init__(scope, environment, "network")
        settings, names = environment.settings, environment.names
        self._placement = ResourceGroup(
            self,
            "resource-group",
            ResourceGroupConfig(name=names.resource("network"), location=settings.location, tags=environment.tags),
        ).placement
        self._network = VirtualNetwork(
            self,
            "virtual-network",
            VirtualNetworkConfig(
                placement=self._placement,
                name=names.resource("vnet"),
                address_space=settings.network.address_space,
                subnets=plan_subnets(settings.network, settings.entry),
            ),
        ).outputs
        zones = PrivateDnsZones(
            self,
            "private-dns",
            PrivateDnsZonesConfig(placement=self._placement, network_id=self._network.network_id),
        ).outputs.zone_ids
        self.outputs = NetworkOutputs(self._network, zones)
        self._reach_state(zones["blob"])
        self.publish({"outbound_ip_address": self._way_out()})
        if settings.entry.vpn:
            self._let_people_in()

    def _way_out(self) -> str:
        """Make the way out; the address that others see."""
        settings, names, subnet_ids = self.environment.settings, self.environment.names, self._network.subnet_ids
        behind = {name: subnet_ids[name] for name in subnets_with_way_out(settings.entry)}
        if settings.network.egress == "firewall":
            firewall = EgressFirewallConfig(
                placement=self._placement,
                name=names.resource("egress"),
                zones=settings.network.zones,
                firewall_subnet_id=subnet_ids[FIREWALL],
                subnet_ids=behind,
            )
            return EgressFirewall(self, "egress-firewall", firewall).outputs.outbound_ip_address
        nat = NatGatewayConfig(
            placement=self._placement,
            name=names.resource("nat"),
            zones=settings.network.zones,
            subnet_ids=behind,
        )
        return NatGateway(self, "nat-gateway", nat).outputs.outbound_ip_address

    def _reach_state(self, dns_zone_id: str) -> None:
        # A storage firewall's address rules do not see traffic from Azure in the same region, so that machines of the
        # network reach the remote state by an address of their own.
        config = PrivateEndpointConfig(
            placement=self._placement,
            name=self.environment.names.resource("state-endpoint"),
            resource_id=self.environment.state_account_id,
            subresource="blob",
            subnet_id=self._network.subnet_ids[ENDPOINTS],
            dns_zone_id=dns_zone_id,
        )
        PrivateEndpoint(self, "state-endpoint", config)

    def _let_people_in(self) -> None:
        settings, subnet_ids = self.environment.settings, self._network.subnet_ids
        config = PeopleVpnConfig(
            placement=self._placement,
            name=self.environment.names.resource("vpn"),
            zones=settings.network.zones,
            tenant_id=str(self.environment.accounts.tenant_id),
            client_addresses=settings.network.vpn_cidr,
            gateway_subnet_id=subnet_ids[GATEWAY],
            network_id=self._network.network_id,
            resolver_subnet_id=subnet_ids[RESOLVER],
        )
        self.publish({"vpn_dns_server": PeopleVpn(self, "people-vpn", config).outputs.dns_server})
