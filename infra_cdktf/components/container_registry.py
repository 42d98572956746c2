"""The registry of the flow images."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azurerm.container_registry import ContainerRegistry as AzureContainerRegistry
from constructs import Construct

from infra_cdktf.checkov_skips import skip_checks
from infra_cdktf.components.private_endpoint import PrivateEndpoint, PrivateEndpointConfig
from infra_cdktf.components.resource_group import Placement

UNTAGGED_KEPT_DAYS = 30


@dataclass(frozen=True, kw_only=True)
class ContainerRegistryConfig:
    """The registry's worldwide name, and the subnet and zone of its private endpoint."""

    placement: Placement
    name: str
    endpoint_name: str
    endpoints_subnet_id: str
    dns_zone_id: str


@dataclass(frozen=True)
class ContainerRegistryOutputs:
    """Resource id, and the host name that image references start with."""

    registry_id: str
    login_server: str


class ContainerRegistry(Construct):
    """A premium registry: reachable from inside the network only, without an admin user."""

    def __init__(self, scope: Construct, construct_id: str, config: ContainerRegistryConfig) -> None:
        """Create the registry and its private endpoint."""
        super().__init__(scope, construct_id)
        registry = AzureContainerRegistry(
            self,
            "registry",
            name=config.name,
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
            sku="Premium",
            admin_enabled=False,
            anonymous_pull_enabled=False,
            public_network_access_enabled=False,
            export_policy_enabled=False,
            network_rule_bypass_option="None",
            data_endpoint_enabled=True,
            zone_redundancy_enabled=True,
            quarantine_policy_enabled=False,
            retention_policy_in_days=UNTAGGED_KEPT_DAYS,
        )
        skip_checks(
            registry,
            {
                "CKV_AZURE_164": "Azure retires content trust and refuses it on new registries.",
                "CKV_AZURE_165": "One region: images are built again from source faster than a replica is paid for.",
                "CKV_AZURE_166": "Quarantine needs a scanner that releases images; Defender scans them where bought.",
            },
        )
        PrivateEndpoint(
            self,
            "endpoint",
            PrivateEndpointConfig(
                placement=config.placement,
                name=config.endpoint_name,
                resource_id=registry.id,
                subresource="registry",
                subnet_id=config.endpoints_subnet_id,
                dns_zone_id=config.dns_zone_id,
            ),
        )
        self.outputs = ContainerRegistryOutputs(registry.id, registry.login_server)
