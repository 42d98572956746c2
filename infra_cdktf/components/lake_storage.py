"""The lake's storage account with its containers, reachable from inside the network and with Entra only."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_azurerm.role_assignment import RoleAssignment
from cdktf_cdktf_provider_azurerm.storage_account import (
    StorageAccount,
    StorageAccountBlobProperties,
    StorageAccountBlobPropertiesContainerDeleteRetentionPolicy,
    StorageAccountBlobPropertiesDeleteRetentionPolicy,
    StorageAccountCustomerManagedKey,
    StorageAccountIdentity,
    StorageAccountNetworkRules,
)
from cdktf_cdktf_provider_azurerm.storage_container import StorageContainer
from constructs import Construct

from contracts.lake_terms import Layer
from infra_cdktf.checkov_skips import skip_checks
from infra_cdktf.components.resource_group import Placement
from infra_cdktf.environment_settings import LakeSettings
from infra_cdktf.lake_containers import SideContainer


@dataclass(frozen=True)
class EncryptionUser:
    """A user-assigned identity, and the assignment that lets it use the key, which must exist first."""

    identity_id: str
    assignment: RoleAssignment


@dataclass(frozen=True, kw_only=True)
class LakeStorageConfig:
    """The account is encrypted with the key at `key_uri`.

    `protects_data` makes Terraform refuse any plan that destroys the account or a container.
    """

    placement: Placement
    account_name: str
    lake: LakeSettings
    key_uri: str
    key_user: EncryptionUser
    protects_data: bool


@dataclass(frozen=True)
class LakeStorageOutputs:
    """The account, and each container's id and `abfss://` URL."""

    account_id: str
    account_name: str
    container_ids: dict[Layer | SideContainer, str]
    urls: dict[Layer | SideContainer, str]

    @property
    def lake_url(self) -> str:
        """`LAKE_URL` as flows and jobs know it."""
        return f"abfss://{self.account_name}.dfs.core.windows.net"


class LakeStorage(Construct):
    """A hierarchical-namespace account with soft delete, without keys and without a public address."""

    def __init__(self, scope: Construct, construct_id: str, config: LakeStorageConfig) -> None:
        """Create the account and its containers."""
        super().__init__(scope, construct_id)
        lifecycle = TerraformResourceLifecycle(prevent_destroy=True) if config.protects_data else None
        account = self._account(config, lifecycle)
        skip_checks(
            account,
            {
                "CKV_AZURE_206": "Geo-replication would copy personal data out of Brazil; zones protect within it.",
                "CKV_AZURE_33": "The account has no queues.",
            },
        )
        containers = {name: self._container(name, account.id, lifecycle) for name in (*Layer, *SideContainer)}
        self.outputs = LakeStorageOutputs(
            account_id=account.id,
            account_name=account.name,
            container_ids={name: container.id for name, container in containers.items()},
            urls={
                name: f"abfss://{container.name}@{account.name}.dfs.core.windows.net/"
                for name, container in containers.items()
            },
        )

    def _container(
        self, name: Layer | SideContainer, account_id: str, lifecycle: TerraformResourceLifecycle | None
    ) -> StorageContainer:
        container = StorageContainer(
            self,
            f"container-{name}",
            name=name.value,
            storage_account_id=account_id,
            container_access_type="private",
            lifecycle=lifecycle,
        )
        skip_checks(container, {"CKV2_AZURE_21": "Reads are logged by the account's diagnostics, which need no key."})
        return container

    def _account(self, config: LakeStorageConfig, lifecycle: TerraformResourceLifecycle | None) -> StorageAccount:
        days = config.lake.soft_delete_days
        return StorageAccount(
            self,
            "account",
            name=config.account_name,
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
            account_kind="StorageV2",
            account_tier="Standard",
            account_replication_type=config.lake.replication,
            is_hns_enabled=True,
            min_tls_version="TLS1_2",
            https_traffic_only_enabled=True,
            shared_access_key_enabled=False,
            default_to_oauth_authentication=True,
            public_network_access_enabled=False,
            allow_nested_items_to_be_public=False,
            cross_tenant_replication_enabled=False,
            allowed_copy_scope="PrivateLink",
            local_user_enabled=False,
            sftp_enabled=False,
            infrastructure_encryption_enabled=True,
            identity=StorageAccountIdentity(type="UserAssigned", identity_ids=[config.key_user.identity_id]),
            customer_managed_key=StorageAccountCustomerManagedKey(
                key_vault_key_id=config.key_uri, user_assigned_identity_id=config.key_user.identity_id
            ),
            network_rules=StorageAccountNetworkRules(default_action="Deny", bypass=["AzureServices"]),
            blob_properties=StorageAccountBlobProperties(
                delete_retention_policy=StorageAccountBlobPropertiesDeleteRetentionPolicy(days=days),
                container_delete_retention_policy=StorageAccountBlobPropertiesContainerDeleteRetentionPolicy(days=days),
            ),
            lifecycle=lifecycle,
            depends_on=[config.key_user.assignment],
        )
