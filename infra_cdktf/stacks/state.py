"""Stack 1: the remote state of all other stacks. Deployed once, before any environment."""

from __future__ import annotations

from cdktf import AzurermBackend, TerraformStack
from cdktf_cdktf_provider_azurerm.user_assigned_identity import UserAssignedIdentity
from constructs import Construct

from infra_cdktf.accounts import Accounts
from infra_cdktf.components.encryption_key import EncryptionKey, EncryptionKeyConfig
from infra_cdktf.components.key_vault import KeyVault, KeyVaultConfig
from infra_cdktf.components.lake_storage import EncryptionUser
from infra_cdktf.components.resource_group import Placement, ResourceGroup, ResourceGroupConfig
from infra_cdktf.components.state_store import CustomerKey, StateStore, StateStoreConfig
from infra_cdktf.names import StateNames
from infra_cdktf.stacks.environment_stack import azure_provider


class StateStack(TerraformStack):
    """The state store. While it does not exist (`bootstrap`), the stack keeps its own state in a local file."""

    def __init__(
        self,
        scope: Construct,
        accounts: Accounts,
        *,
        location: str,
        environments: tuple[str, ...],
        bootstrap: bool,
    ) -> None:
        """Create the store for `environments` in `location`."""
        names = StateNames(prefix=accounts.prefix, suffix=accounts.unique_suffix)
        super().__init__(scope, names.stack)
        if not bootstrap:
            self._keep_state_in_the_store(accounts, names)
        azure_provider(self, str(accounts.subscriptions.state), str(accounts.tenant_id))
        group = ResourceGroup(
            self,
            "resource-group",
            ResourceGroupConfig(
                name=names.resource_group,
                location=location,
                tags={"project": accounts.prefix, "environment": "state", "managed-by": "terraform"},
            ),
        )
        store = StateStore(
            self,
            "store",
            StateStoreConfig(
                placement=group.placement,
                account_name=names.storage_account,
                containers=("state", *environments),
                deployer_ip_ranges=accounts.deployer_ip_ranges,
                customer_key=self._key(accounts, names, group.placement) if accounts.state_customer_key else None,
            ),
        )
        self.outputs = store.outputs

    def _key(self, accounts: Accounts, names: StateNames, placement: Placement) -> CustomerKey:
        vault = KeyVaultConfig(
            placement=placement, name=names.key_vault, tenant_id=str(accounts.tenant_id), endpoint=None
        )
        key = EncryptionKey(
            self, "key", EncryptionKeyConfig(vault=KeyVault(self, "key-vault", vault).outputs, name="state")
        )
        identity = UserAssignedIdentity(
            self,
            "key-user",
            name=names.identity,
            resource_group_name=placement.resource_group_name,
            location=placement.location,
            tags=placement.tags,
        )
        return CustomerKey(key.outputs.uri, EncryptionUser(identity.id, key.usable_by("state", identity.principal_id)))

    def _keep_state_in_the_store(self, accounts: Accounts, names: StateNames) -> None:
        AzurermBackend(
            self,
            resource_group_name=names.resource_group,
            storage_account_name=names.storage_account,
            container_name="state",
            key=f"{names.stack}.tfstate",
            subscription_id=str(accounts.subscriptions.state),
            tenant_id=str(accounts.tenant_id),
            use_azuread_auth=True,
        )
