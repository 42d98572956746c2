"""Private DNS: inside the network, the platform's services have private addresses under their public names."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.private_dns_zone import PrivateDnsZone
from cdktf_cdktf_provider_azurerm.private_dns_zone_virtual_network_link import PrivateDnsZoneVirtualNetworkLink
from constructs import Construct

from infra_cdktf.components.resource_group import Placement

ZONES = {
    "blob": "privatelink.blob.core.windows.net",
    "dfs": "privatelink.dfs.core.windows.net",
    "vault": "privatelink.vaultcore.azure.net",
    "registry": "privatelink.azurecr.io",
    "databricks": "privatelink.azuredatabricks.net",
    "grafana": "privatelink.grafana.azure.com",
    "database": "privatelink.postgres.database.azure.com",
    "kubernetes": "privatelink.{location}.azmk8s.io",
}
"""The zone of each service (Azure's list of private endpoint zones); AKS has one per region."""


@dataclass(frozen=True, kw_only=True)
class PrivateDnsZonesConfig:
    """The network whose resolvers see the zones."""

    placement: Placement
    network_id: str


@dataclass(frozen=True)
class PrivateDnsZonesOutputs:
    """Zone ids by service (the keys of `ZONES`)."""

    zone_ids: dict[str, str]


class PrivateDnsZones(Construct):
    """A zone per service, linked to the network."""

    def __init__(self, scope: Construct, construct_id: str, config: PrivateDnsZonesConfig) -> None:
        """Create and link the zones."""
        super().__init__(scope, construct_id)
        zones = {service: self._zone(service, config) for service in ZONES}
        self.outputs = PrivateDnsZonesOutputs({service: zone.id for service, zone in zones.items()})

    def _zone(self, service: str, config: PrivateDnsZonesConfig) -> PrivateDnsZone:
        zone = PrivateDnsZone(
            self,
            service,
            name=ZONES[service].format(location=config.placement.location),
            resource_group_name=config.placement.resource_group_name,
            tags=config.placement.tags,
        )
        PrivateDnsZoneVirtualNetworkLink(
            self,
            f"{service}-link",
            name=service,
            resource_group_name=config.placement.resource_group_name,
            private_dns_zone_name=zone.name,
            virtual_network_id=config.network_id,
            registration_enabled=False,
            tags=config.placement.tags,
        )
        return zone
