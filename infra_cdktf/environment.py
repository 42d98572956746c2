"""What every stack of one environment is given: identifiers, settings, names and the data contracts."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.folder import Contracts
from infra_cdktf.accounts import Accounts, Deployer
from infra_cdktf.environment_settings import EnvironmentSettings
from infra_cdktf.names import Names, StateNames
from infra_cdktf.roles import RoleNames


@dataclass(frozen=True, kw_only=True)
class Environment:
    """One environment to synthesize. `version` is the project's, which the job's wheel carries."""

    accounts: Accounts
    settings: EnvironmentSettings
    contracts: Contracts
    version: str

    @property
    def names(self) -> Names:
        """Names of the environment's resources."""
        return Names(prefix=self.accounts.prefix, environment=self.settings.name, suffix=self.accounts.unique_suffix)

    @property
    def state(self) -> StateNames:
        """Names of the remote state."""
        return StateNames(prefix=self.accounts.prefix, suffix=self.accounts.unique_suffix)

    @property
    def state_account_id(self) -> str:
        """Resource id of the storage account of all remote state."""
        group = f"/subscriptions/{self.accounts.subscriptions.state}/resourceGroups/{self.state.resource_group}"
        return f"{group}/providers/Microsoft.Storage/storageAccounts/{self.state.storage_account}"

    @property
    def subscription_id(self) -> str:
        """Subscription that everything of the environment lies in."""
        return self.accounts.subscriptions.of(self.settings.name)

    @property
    def deployer(self) -> Deployer:
        """Who deploys the environment."""
        return self.accounts.deployers.of(self.settings.name)

    @property
    def roles(self) -> RoleNames:
        """The roles that the bootstrap script defines for the environment."""
        return RoleNames(
            tenant_id=str(self.accounts.tenant_id),
            subscription_id=self.subscription_id,
            prefix=self.names.resource("data"),
        )

    @property
    def tags(self) -> dict[str, str]:
        """Tags of every Azure resource; the budget and cost reports group by them."""
        return {"project": self.accounts.prefix, "environment": self.settings.name, "managed-by": "terraform"}
