"""Stack 2: the network that everything else stands in."""

from __future__ import annotations

from dataclasses import dataclass

from constructs import Construct

from infra_cdktf.components.nat_gateway import NatGateway, NatGatewayConfig
from infra_cdktf.components.private_dns_zones import PrivateDnsZones, PrivateDnsZonesConfig
from infra_cdktf.components.resource_group import ResourceGroup, ResourceGroupConfig
from infra_cdktf.components.virtual_network import VirtualNetwork, VirtualNetworkConfig, VirtualNetworkOutputs
from infra_cdktf.environment import Environment
from infra_cdktf.stacks.environment_stack import EnvironmentStack


@dataclass(frozen=True)
class NetworkOutputs:
    """The network, and its private zones by service."""

    network: VirtualNetworkOutputs
    dns_zone_ids: dict[str, str]


class NetworkStack(EnvironmentStack):
    """Network, way out and private names."""

    def __init__(self, scope: Construct, environment: Environment) -> None:
        """Compose the stack."""
        super().__init__(scope, environment, "network")
        settings, names = environment.settings, environment.names
        group = ResourceGroup(
            self,
            "resource-group",
            ResourceGroupConfig(name=names.resource("network"), location=settings.location, tags=environment.tags),
        )
        network = VirtualNetwork(
            self,
            "virtual-network",
            VirtualNetworkConfig(
                placement=group.placement, name=names.resource("vnet"), address_space=settings.network.address_space
            ),
        ).outputs
        subnets_with_way_out = ("nodes", "databricks-host", "databricks-container")
        nat = NatGateway(
            self,
            "nat-gateway",
            NatGatewayConfig(
                placement=group.placement,
                name=names.resource("nat"),
                zones=settings.network.zones,
                subnet_ids={name: network.subnet_ids[name] for name in subnets_with_way_out},
            ),
        )
        zones = PrivateDnsZones(
            self,
            "private-dns",
            PrivateDnsZonesConfig(placement=group.placement, network_id=network.network_id),
        )
        self.outputs = NetworkOutputs(network, zones.outputs.zone_ids)
        self.publish({"outbound_ip_address": nat.outputs.outbound_ip_address})
