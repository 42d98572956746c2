"""A private address for a service inside the network."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_azurerm.private_endpoint import (
    PrivateEndpoint as AzurePrivateEndpoint,
)
from cdktf_cdktf_provider_azurerm.private_endpoint import (
    PrivateEndpointPrivateDnsZoneGroup,
    PrivateEndpointPrivateServiceConnection,
)
from constructs import Construct

from infra_cdktf.components.resource_group import Placement


@dataclass(frozen=True, kw_only=True)
class PrivateEndpointConfig:
    """The service (`resource_id`, and which part of it: `subresource`), and the subnet and zone it appears in.

    `after` are resources that must be done first, where the service takes one change at a time.
    """

    placement: Placement
    name: str
    resource_id: str
    subresource: str
    subnet_id: str
    dns_zone_id: str
    after: tuple[ITerraformDependable, ...] = ()


class PrivateEndpoint(Construct):
    """One endpoint with its DNS record."""

    def __init__(self, scope: Construct, construct_id: str, config: PrivateEndpointConfig) -> None:
        """Create the endpoint."""
        super().__init__(scope, construct_id)
        self.resource = AzurePrivateEndpoint(
            self,
            "endpoint",
            name=config.name,
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
            subnet_id=config.subnet_id,
            private_service_connection=PrivateEndpointPrivateServiceConnection(
                name=config.name,
                private_connection_resource_id=config.resource_id,
                subresource_names=[config.subresource],
                is_manual_connection=False,
            ),
            private_dns_zone_group=PrivateEndpointPrivateDnsZoneGroup(
                name="default", private_dns_zone_ids=[config.dns_zone_id]
            ),
            depends_on=list(config.after),
        )
