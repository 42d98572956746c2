"""Azure Managed Grafana over the environment's logs and metrics."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_azurerm.dashboard_grafana import DashboardGrafana, DashboardGrafanaIdentity
from cdktf_cdktf_provider_azurerm.data_azurerm_client_config import DataAzurermClientConfig
from cdktf_cdktf_provider_azurerm.role_assignment import RoleAssignment
from constructs import Construct

from infra_cdktf.components.private_endpoint import PrivateEndpoint, PrivateEndpointConfig
from infra_cdktf.components.resource_group import Placement


@dataclass(frozen=True, kw_only=True)
class GrafanaConfig:
    """What it may read (`monitored`: resource ids by name), and the Entra groups that administer and view it."""

    placement: Placement
    name: str
    endpoint_name: str
    endpoints_subnet_id: str
    dns_zone_id: str
    monitored: dict[str, str]
    admins_object_id: str
    viewers_object_id: str


@dataclass(frozen=True)
class GrafanaOutputs:
    """Its name, and what must be done before the deployer can write to it."""

    name: str
    ready: tuple[ITerraformDependable, ...]


class Grafana(Construct):
    """One Grafana, reached from inside the network, which reads as its own identity."""

    def __init__(self, scope: Construct, construct_id: str, config: GrafanaConfig) -> None:
        """Create Grafana, its private endpoint and its role assignments."""
        super().__init__(scope, construct_id)
        grafana = DashboardGrafana(
            self,
            "grafana",
            name=config.name,
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
            grafana_major_version="11",
            sku="Standard",
            api_key_enabled=False,
            deterministic_outbound_ip_enabled=False,
            public_network_access_enabled=False,
            zone_redundancy_enabled=True,
            identity=DashboardGrafanaIdentity(type="SystemAssigned"),
        )
        endpoint = PrivateEndpoint(
            self,
            "endpoint",
            PrivateEndpointConfig(
                placement=config.placement,
                name=config.endpoint_name,
                resource_id=grafana.id,
                subresource="grafana",
                subnet_id=config.endpoints_subnet_id,
                dns_zone_id=config.dns_zone_id,
            ),
        )
        for name, resource_id in config.monitored.items():
            self._assign(
                f"reads-{name}", resource_id, "Monitoring Reader", grafana.identity.principal_id, "ServicePrincipal"
            )
        self._assign("admins", grafana.id, "Grafana Admin", config.admins_object_id, "Group")
        self._assign("viewers", grafana.id, "Grafana Viewer", config.viewers_object_id, "Group")
        whoever_deploys = DataAzurermClientConfig(self, "deployer")
        edit = self._assign("deployer-edits", grafana.id, "Grafana Editor", whoever_deploys.object_id, None)
        self.outputs = GrafanaOutputs(config.name, (edit, endpoint.resource))

    def _assign(
        self, construct_id: str, scope: str, role: str, principal_id: str, principal_type: str | None
    ) -> RoleAssignment:
        return RoleAssignment(
            self,
            construct_id,
            scope=scope,
            role_definition_name=role,
            principal_id=principal_id,
            principal_type=principal_type,
        )
