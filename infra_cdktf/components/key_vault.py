"""The vault of the platform's secrets. Their names stand here; their values never do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cdktf_cdktf_provider_azurerm.key_vault import KeyVault as AzureKeyVault
from cdktf_cdktf_provider_azurerm.key_vault import KeyVaultNetworkAcls
from constructs import Construct

from infra_cdktf.checkov_skips import skip_checks
from infra_cdktf.components.private_endpoint import PrivateEndpoint, PrivateEndpointConfig
from infra_cdktf.components.resource_group import Placement

DELETED_KEPT_DAYS = 90


class SecretName(StrEnum):
    """The secrets that an operator sets with `az keyvault secret set`."""

    SOURCE_DATABASE = "DB-KEY"
    SOURCE_API = "API-KEY"
    PII_HASH = "PII-HASH-KEY"
    PREFECT_API = "PREFECT-API-KEY"


@dataclass(frozen=True)
class EndpointPlace:
    """Name, subnet and zone of a private endpoint."""

    name: str
    subnet_id: str
    dns_zone_id: str


@dataclass(frozen=True, kw_only=True)
class KeyVaultConfig:
    """The vault's worldwide name and its private endpoint's place; a vault of nothing but a key needs none."""

    placement: Placement
    name: str
    tenant_id: str
    endpoint: EndpointPlace | None


@dataclass(frozen=True)
class KeyVaultOutputs:
    """The vault, and each secret's resource id, which role assignments are scoped to."""

    placement: Placement
    name: str
    vault_id: str
    vault_uri: str
    secret_ids: dict[SecretName, str]


class KeyVault(Construct):
    """A vault in RBAC mode that cannot be purged and has no public address.

    Trusted Azure services may pass: Databricks' control plane reads the secret scope's secrets from outside.
    """

    def __init__(self, scope: Construct, construct_id: str, config: KeyVaultConfig) -> None:
        """Create the vault and its private endpoint."""
        super().__init__(scope, construct_id)
        vault = AzureKeyVault(
            self,
            "vault",
            name=config.name,
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
            tenant_id=config.tenant_id,
            sku_name="standard",
            rbac_authorization_enabled=True,
            purge_protection_enabled=True,
            soft_delete_retention_days=DELETED_KEPT_DAYS,
            public_network_access_enabled=False,
            network_acls=KeyVaultNetworkAcls(default_action="Deny", bypass="AzureServices"),
        )
        if config.endpoint:
            endpoint = PrivateEndpointConfig(
                placement=config.placement,
                name=config.endpoint.name,
                resource_id=vault.id,
                subresource="vault",
                subnet_id=config.endpoint.subnet_id,
                dns_zone_id=config.endpoint.dns_zone_id,
            )
            PrivateEndpoint(self, "endpoint", endpoint)
        else:
            reason = "Holds one encryption key, which Azure's storage reads as a trusted service and nobody else does."
            skip_checks(vault, {"CKV2_AZURE_32": reason})
        secret_ids = {name: f"{vault.id}/secrets/{name}" for name in SecretName}
        self.outputs = KeyVaultOutputs(config.placement, config.name, vault.id, vault.vault_uri, secret_ids)
