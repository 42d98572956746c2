"""How people come into the network: a VPN that they sign in to with Entra, and the names of what is inside."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

from cdktf_cdktf_provider_azurerm.private_dns_resolver import PrivateDnsResolver
from cdktf_cdktf_provider_azurerm.private_dns_resolver_inbound_endpoint import (
    PrivateDnsResolverInboundEndpoint,
    PrivateDnsResolverInboundEndpointIpConfigurations,
)
from cdktf_cdktf_provider_azurerm.public_ip import PublicIp
from cdktf_cdktf_provider_azurerm.virtual_network_gateway import (
    VirtualNetworkGateway,
    VirtualNetworkGatewayIpConfiguration,
    VirtualNetworkGatewayVpnClientConfiguration,
)
from constructs import Construct

from infra_cdktf.components.resource_group import Placement

AZURE_VPN_CLIENT = "c632b3df-fb67-4d84-bdcf-b95ad541b5c8"
"""Microsoft's registration of the Azure VPN client, the same in every tenant; nobody has to consent to it."""
SKU = "VpnGw1AZ"


@dataclass(frozen=True, kw_only=True)
class PeopleVpnConfig:
    """Where the gateway stands, the clients' addresses, and the tenant whose people sign in."""

    placement: Placement
    name: str
    zones: tuple[str, ...]
    tenant_id: str
    client_addresses: IPv4Network
    gateway_subnet_id: str
    network_id: str
    resolver_subnet_id: str


@dataclass(frozen=True)
class PeopleVpnOutputs:
    """The address of the resolver, which a client's profile names as its DNS server."""

    dns_server: str


class PeopleVpn(Construct):
    """A gateway and a resolver: with both, a browser at home opens the private workspace under its own name."""

    def __init__(self, scope: Construct, construct_id: str, config: PeopleVpnConfig) -> None:
        """Create both."""
        super().__init__(scope, construct_id)
        self._gateway(config)
        self.outputs = PeopleVpnOutputs(self._resolver(config))

    def _gateway(self, config: PeopleVpnConfig) -> None:
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
        VirtualNetworkGateway(
            self,
            "gateway",
            name=config.name,
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
            type="Vpn",
            vpn_type="RouteBased",
            sku=SKU,
            ip_configuration=[
                VirtualNetworkGatewayIpConfiguration(
                    name="gateway", subnet_id=config.gateway_subnet_id, public_ip_address_id=address.id
                )
            ],
            vpn_client_configuration=VirtualNetworkGatewayVpnClientConfiguration(
                address_space=[str(config.client_addresses)],
                vpn_client_protocols=["OpenVPN"],
                vpn_auth_types=["AAD"],
                aad_tenant=f"https://login.microsoftonline.com/{config.tenant_id}/",
                aad_issuer=f"https://sts.windows.net/{config.tenant_id}/",
                aad_audience=AZURE_VPN_CLIENT,
            ),
        )

    def _resolver(self, config: PeopleVpnConfig) -> str:
        placement = config.placement
        resolver = PrivateDnsResolver(
            self,
            "resolver",
            name=config.name,
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
            virtual_network_id=config.network_id,
        )
        inbound = PrivateDnsResolverInboundEndpoint(
            self,
            "inbound",
            name="inbound",
            private_dns_resolver_id=resolver.id,
            location=placement.location,
            tags=placement.tags,
            ip_configurations=PrivateDnsResolverInboundEndpointIpConfigurations(subnet_id=config.resolver_subnet_id),
        )
        return inbound.ip_configurations.private_ip_address
