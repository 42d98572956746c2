"""What a Prefect server of one's own needs of Azure; its pods, service and ingress are manifests on the cluster.

The seam: manifests run the server in `PREFECT_NAMESPACE` as `SERVER_SERVICE_ACCOUNT`, whose identity is the database's
administrator and signs in with short-lived tokens, and put an internal load balancer on `ingress_ip_address`.
"""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.postgresql_flexible_server import (
    PostgresqlFlexibleServer,
    PostgresqlFlexibleServerAuthentication,
)
from cdktf_cdktf_provider_azurerm.postgresql_flexible_server_active_directory_administrator import (
    PostgresqlFlexibleServerActiveDirectoryAdministrator,
)
from cdktf_cdktf_provider_azurerm.postgresql_flexible_server_database import PostgresqlFlexibleServerDatabase
from cdktf_cdktf_provider_azurerm.private_dns_a_record import PrivateDnsARecord
from cdktf_cdktf_provider_azurerm.private_dns_zone import PrivateDnsZone
from cdktf_cdktf_provider_azurerm.private_dns_zone_virtual_network_link import PrivateDnsZoneVirtualNetworkLink
from constructs import Construct

from infra_cdktf.components.key_vault import EndpointPlace
from infra_cdktf.components.private_endpoint import PrivateEndpoint, PrivateEndpointConfig
from infra_cdktf.components.resource_group import Placement
from infra_cdktf.components.workload_identity import WorkloadIdentityOutputs

DATABASE = "prefect"
HOST = "prefect"
SERVER_VERSION = "16"
SERVER_SIZE = "B_Standard_B2s"
STORAGE_MB = 32_768
BACKUP_DAYS = 14


@dataclass(frozen=True, kw_only=True)
class PrefectServerConfig:
    """The database's names and place, who administers it, and the private name and address of the server."""

    placement: Placement
    server_name: str
    endpoint: EndpointPlace
    tenant_id: str
    identity_name: str
    identity: WorkloadIdentityOutputs
    network_id: str
    zone_name: str
    ingress_ip_address: str


@dataclass(frozen=True)
class PrefectServerOutputs:
    """What the manifests refer to."""

    database_host: str
    host_name: str


class PrefectServer(Construct):
    """A database that knows no passwords, and a name that resolves inside the network alone."""

    def __init__(self, scope: Construct, construct_id: str, config: PrefectServerConfig) -> None:
        """Create both."""
        super().__init__(scope, construct_id)
        self.outputs = PrefectServerOutputs(self._database(config), self._name(config))

    def _database(self, config: PrefectServerConfig) -> str:
        placement = config.placement
        server = PostgresqlFlexibleServer(
            self,
            "server",
            name=config.server_name,
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
            version=SERVER_VERSION,
            sku_name=SERVER_SIZE,
            storage_mb=STORAGE_MB,
            backup_retention_days=BACKUP_DAYS,
            public_network_access_enabled=False,
            authentication=PostgresqlFlexibleServerAuthentication(
                active_directory_auth_enabled=True, password_auth_enabled=False, tenant_id=config.tenant_id
            ),
        )
        # Azure chooses the zone; asking for another later would move the server.
        server.add_override("lifecycle.ignore_changes", ["zone"])
        administrator = PostgresqlFlexibleServerActiveDirectoryAdministrator(
            self,
            "administrator",
            server_name=server.name,
            resource_group_name=placement.resource_group_name,
            tenant_id=config.tenant_id,
            object_id=config.identity.principal_id,
            principal_name=config.identity_name,
            principal_type="ServicePrincipal",
        )
        # The server takes one change at a time.
        database = PostgresqlFlexibleServerDatabase(
            self, "database", name=DATABASE, server_id=server.id, depends_on=[administrator]
        )
        endpoint = PrivateEndpointConfig(
            placement=placement,
            name=config.endpoint.name,
            resource_id=server.id,
            subresource="postgresqlServer",
            subnet_id=config.endpoint.subnet_id,
            dns_zone_id=config.endpoint.dns_zone_id,
            after=(database,),
        )
        PrivateEndpoint(self, "endpoint", endpoint)
        return server.fqdn

    def _name(self, config: PrefectServerConfig) -> str:
        placement = config.placement
        zone = PrivateDnsZone(
            self,
            "zone",
            name=config.zone_name,
            resource_group_name=placement.resource_group_name,
            tags=placement.tags,
        )
        PrivateDnsZoneVirtualNetworkLink(
            self,
            "zone-link",
            name="network",
            resource_group_name=placement.resource_group_name,
            private_dns_zone_name=zone.name,
            virtual_network_id=config.network_id,
            registration_enabled=False,
            tags=placement.tags,
        )
        PrivateDnsARecord(
            self,
            "host",
            name=HOST,
            zone_name=zone.name,
            resource_group_name=placement.resource_group_name,
            ttl=300,
            records=[config.ingress_ip_address],
            tags=placement.tags,
        )
        return f"{HOST}.{config.zone_name}"
