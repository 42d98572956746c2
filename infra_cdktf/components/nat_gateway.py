"""The one way out to the internet, with an address that others can allow."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.nat_gateway import NatGateway as AzureNatGateway
from cdktf_cdktf_provider_azurerm.nat_gateway_public_ip_association import NatGatewayPublicIpAssociation
from cdktf_cdktf_provider_azurerm.public_ip import PublicIp
from cdktf_cdktf_provider_azurerm.subnet_nat_gateway_association import SubnetNatGatewayAssociation
from constructs import Construct

from infra_cdktf.components.resource_group import Placement


@dataclass(frozen=True, kw_only=True)
class NatGatewayConfig:
    """The subnets (id by name) that go out through the gateway, and the zones its address stands in."""

    placement: Placement
    name: str
    zones: tuple[str, ...]
    subnet_ids: dict[str, str]


@dataclass(frozen=True)
class NatGatewayOutputs:
    """The address that sources (a database's firewall, an API's allow-list) see."""

    outbound_ip_address: str


class NatGateway(Construct):
    """A NAT gateway shared by the nodes and Databricks' clusters."""

    def __init__(self, scope: Construct, construct_id: str, config: NatGatewayConfig) -> None:
        """Create the gateway with one zone-redundant address and put the subnets behind it."""
        super().__init__(scope, construct_id)
        placement = config.placement
        address = PublicIp(
            self,
            "address",
            name=config.name,
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
            allocation_method="Static",
            sku="Standard",
            zones=list(config.zones),
        )
        gateway = AzureNatGateway(
            self,
            "gateway",
            name=config.name,
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
            sku_name="Standard",
        )
        NatGatewayPublicIpAssociation(self, "outbound", nat_gateway_id=gateway.id, public_ip_address_id=address.id)
        for name, subnet_id in config.subnet_ids.items():
            SubnetNatGatewayAssociation(self, f"from-{name}", subnet_id=subnet_id, nat_gateway_id=gateway.id)
        self.outputs = NatGatewayOutputs(address.ip_address)
