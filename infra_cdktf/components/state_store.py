"""The storage account that holds Terraform's remote state, with one container per environment."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_azurerm.management_lock import ManagementLock
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

from infra_cdktf.checkov_skips import skip_checks
from infra_cdktf.components.lake_storage import EncryptionUser
from infra_cdktf.components.resource_group import Placement

KEPT_DAYS = 90
NO_KEY = "State holds no personal data and no secret; Azure's own keys encrypt it twice."


@dataclass(frozen=True)
class CustomerKey:
    """A key's address, and the identity that uses it for the account."""

    uri: str
    user: EncryptionUser


@dataclass(frozen=True, kw_only=True)
class StateStoreConfig:
    """`containers` are named after environments. From outside Azure only `deployer_ip_ranges` reach the account.

    From inside, each environment's network has a private endpoint to it: a firewall's address rules have no effect on
    traffic from the same region.
    """

    placement: Placement
    account_name: str
    containers: tuple[str, ...]
    deployer_ip_ranges: tuple[str, ...]
    customer_key: CustomerKey | None


@dataclass(frozen=True)
class StateStoreOutputs:
    """Resource ids of the account and of each environment's container."""

    account_id: str
    container_ids: dict[str, str]


class StateStore(Construct):
    """Versioned and soft-deleted state: a bad write or a deletion can be undone for 90 days.

    The account keeps a public address behind a firewall, because state must exist before any private network does.
    """

    def __init__(self, scope: Construct, construct_id: str, config: StateStoreConfig) -> None:
        """Create the account, its containers and a lock that keeps it from being deleted."""
        super().__init__(scope, construct_id)
        account = self._account(config)
        skip_checks(
            account,
            {
                "CKV_AZURE_59": "State exists before any private network; its firewall admits the deployer alone.",
                "CKV2_AZURE_33": "Its endpoints stand in the environments' networks, which state comes before.",
                "CKV_AZURE_33": "The account has no queues.",
            }
            | ({} if config.customer_key else {"CKV2_AZURE_1": NO_KEY}),
        )
        containers = {name: self._container(name, account.id) for name in config.containers}
        ManagementLock(
            self,
            "lock",
            name="keep-state",
            scope=account.id,
            lock_level="CanNotDelete",
            notes="Without its state Terraform no longer knows what it manages.",
        )
        self.outputs = StateStoreOutputs(account.id, {name: made.id for name, made in containers.items()})

    def _container(self, name: str, account_id: str) -> StorageContainer:
        container = StorageContainer(
            self,
            f"container-{name}",
            name=name,
            storage_account_id=account_id,
            container_access_type="private",
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
        )
        skip_checks(container, {"CKV2_AZURE_21": "Storage insights read with the account's key, which is disabled."})
        return container

    def _account(self, config: StateStoreConfig) -> StorageAccount:
        key = config.customer_key
        return StorageAccount(
            self,
            "account",
            name=config.account_name,
            resource_group_name=config.placement.resource_group_name,
            location=config.placement.location,
            tags=config.placement.tags,
            account_tier="Standard",
            account_replication_type="GRS",
            min_tls_version="TLS1_2",
            https_traffic_only_enabled=True,
            shared_access_key_enabled=False,
            default_to_oauth_authentication=True,
            allow_nested_items_to_be_public=False,
            local_user_enabled=False,
            infrastructure_encryption_enabled=True,
            network_rules=StorageAccountNetworkRules(
                default_action="Deny", bypass=["AzureServices"], ip_rules=list(config.deployer_ip_ranges)
            ),
            identity=StorageAccountIdentity(type="UserAssigned", identity_ids=[key.user.identity_id]) if key else None,
            customer_managed_key=StorageAccountCustomerManagedKey(
                key_vault_key_id=key.uri, user_assigned_identity_id=key.user.identity_id
            )
            if key
            else None,
            depends_on=[key.user.assignment] if key else None,
            blob_properties=StorageAccountBlobProperties(
                versioning_enabled=True,
                change_feed_enabled=True,
                delete_retention_policy=StorageAccountBlobPropertiesDeleteRetentionPolicy(days=KEPT_DAYS),
                container_delete_retention_policy=StorageAccountBlobPropertiesContainerDeleteRetentionPolicy(
                    days=KEPT_DAYS
                ),
            ),
            lifecycle=TerraformResourceLifecycle(prevent_destroy=True),
        )
