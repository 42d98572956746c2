"""The Databricks workspace: in our network, without public addresses, reached through private link."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import ITerraformDependable, Token
from cdktf_cdktf_provider_azurerm.databricks_workspace import (
    DatabricksWorkspace as AzureDatabricksWorkspace,
)
from cdktf_cdktf_provider_azurerm.databricks_workspace import DatabricksWorkspaceCustomParameters
from cdktf_cdktf_provider_azurerm.databricks_workspace_root_dbfs_customer_managed_key import (
    DatabricksWorkspaceRootDbfsCustomerManagedKey,
)
from constructs import Construct

from infra_cdktf.components.encryption_key import EncryptionKey
from infra_cdktf.components.private_endpoint import PrivateEndpoint, PrivateEndpointConfig
from infra_cdktf.components.resource_group import Placement
from infra_cdktf.components.virtual_network import VirtualNetworkOutputs

OWN_STORAGE_SERVICES = ("blob", "dfs")
SUBRESOURCES = ("databricks_ui_api", "browser_authentication")
STORAGE_ACCOUNTS = "Microsoft.Storage/storageAccounts"


@dataclass(frozen=True, kw_only=True)
class DatabricksWorkspaceConfig:
    """Network with the two delegated subnets, and connector and key of the workspace's own storage.

    A public front end lets browsers in from the internet, past the list of addresses that the catalog stack sets; the
    clusters' own way to Databricks is private in any case.
    """

    placement: Placement
    name: str
    managed_resource_group_name: str
    network: VirtualNetworkOutputs
    access_connector_id: str
    own_storage_name: str
    dns_zone_ids: dict[str, str]
    key: EncryptionKey
    has_public_front_end: bool


@dataclass(frozen=True)
class DatabricksWorkspaceOutputs:
    """Azure's resource id, Databricks' own number, and the host name."""

    resource_id: str
    workspace_id: str
    url: str

    @property
    def workspace_number(self) -> float:
        """`workspace_id` where Terraform wants a number."""
        return float(Token.as_number(self.workspace_id))


class DatabricksWorkspace(Construct):
    """A premium workspace with private endpoints for API and browser sign-in, and for its own firewalled storage."""

    def __init__(self, scope: Construct, construct_id: str, config: DatabricksWorkspaceConfig) -> None:
        """Create workspace and endpoints."""
        super().__init__(scope, construct_id)
        workspace = AzureDatabricksWorkspace(
            self,
            "workspace",
            name=config.name,
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
            sku="premium",
            managed_resource_group_name=config.managed_resource_group_name,
            public_network_access_enabled=config.has_public_front_end,
            network_security_group_rules_required="NoAzureDatabricksRules",
            infrastructure_encryption_enabled=True,
            customer_managed_key_enabled=True,
            default_storage_firewall_enabled=True,
            access_connector_id=config.access_connector_id,
            custom_parameters=_custom_parameters(config),
        )
        own_storage = f"{workspace.managed_resource_group_id}/providers/{STORAGE_ACCOUNTS}/{config.own_storage_name}"
        endpoints = [(workspace.id, part, config.dns_zone_ids["databricks"]) for part in SUBRESOURCES]
        endpoints += [(own_storage, service, config.dns_zone_ids[service]) for service in OWN_STORAGE_SERVICES]
        # Each of these updates the workspace, which answers ConcurrentUpdateError to a second update.
        before: ITerraformDependable = self._encrypt_own_storage(workspace, config.key)
        for resource_id, subresource, dns_zone_id in endpoints:
            before = self._endpoint(config, (resource_id, subresource, dns_zone_id), before)
        self.outputs = DatabricksWorkspaceOutputs(workspace.id, workspace.workspace_id, workspace.workspace_url)

    def _endpoint(
        self, config: DatabricksWorkspaceConfig, of: tuple[str, str, str], after: ITerraformDependable
    ) -> ITerraformDependable:
        resource_id, subresource, dns_zone_id = of
        kind = subresource.replace("_", "-")
        endpoint = PrivateEndpointConfig(
            placement=config.placement,
            name=f"{config.name}-{kind}",
            resource_id=resource_id,
            subresource=subresource,
            subnet_id=config.network.subnet_ids["endpoints"],
            dns_zone_id=dns_zone_id,
            after=(after,),
        )
        return PrivateEndpoint(self, kind, endpoint).resource

    def _encrypt_own_storage(
        self, workspace: AzureDatabricksWorkspace, key: EncryptionKey
    ) -> DatabricksWorkspaceRootDbfsCustomerManagedKey:
        identity = workspace.storage_account_identity.get(0).principal_id
        # Without a version, so that the workspace follows the key's rotation.
        return DatabricksWorkspaceRootDbfsCustomerManagedKey(
            self,
            "root-encryption",
            workspace_id=workspace.id,
            key_vault_key_id=key.outputs.uri,
            depends_on=[key.usable_by("workspace", identity)],
        )


def _custom_parameters(config: DatabricksWorkspaceConfig) -> DatabricksWorkspaceCustomParameters:
    network = config.network
    # Azure calls the host subnet "public" and the container subnet "private"; with no_public_ip neither is public.
    return DatabricksWorkspaceCustomParameters(
        no_public_ip=True,
        virtual_network_id=network.network_id,
        public_subnet_name=network.subnet_names["databricks-host"],
        private_subnet_name=network.subnet_names["databricks-container"],
        public_subnet_network_security_group_association_id=network.security_group_association_ids["databricks-host"],
        private_subnet_network_security_group_association_id=network.security_group_association_ids[
            "databricks-container"
        ],
        storage_account_name=config.own_storage_name,
        storage_account_sku_name="Standard_ZRS",
    )
