"""Every name that Azure or Databricks sees, derived once from prefix, environment and stack."""

from __future__ import annotations

from dataclasses import dataclass

DATASETS = "datasets"
"""Construct in a stack that holds a construct for each dataset, called by its slug."""


@dataclass(frozen=True, kw_only=True)
class StateNames:
    """Names of the remote state, one store for all environments with a container for each."""

    prefix: str
    suffix: str

    @property
    def stack(self) -> str:
        """Id of the stack that makes the store."""
        return f"{self.prefix}-state"

    @property
    def resource_group(self) -> str:
        """Resource group of the store."""
        return f"{self.prefix}-state"

    @property
    def storage_account(self) -> str:
        """Storage account of the store; unique worldwide."""
        return f"{self.prefix}state{self.suffix}"

    @property
    def key_vault(self) -> str:
        """Vault of the key that encrypts the store, where one is wanted."""
        return f"{self.prefix}-st-kv-{self.suffix}"

    @property
    def identity(self) -> str:
        """Identity by which the store uses that key."""
        return f"{self.prefix}-state-encryption"


@dataclass(frozen=True, kw_only=True)
class Names:
    """Names of one environment's resources.

    `suffix` stands in the names that must be unique worldwide.
    """

    prefix: str
    environment: str
    suffix: str

    def stack(self, stack: str) -> str:
        """Id of a stack, which `cdktf deploy 'datamaster-dev-*'` matches, and its state's key."""
        return f"{self.prefix}-{self.environment}-{stack}"

    def resource(self, kind: str) -> str:
        """Name of a resource that is unique in its resource group or subscription."""
        return f"{self.prefix}-{self.environment}-{kind}"

    def group(self, role: str) -> str:
        """Display name of a role's Entra group, in Databricks too."""
        return f"{self.prefix}-{self.environment}-{role}"

    @property
    def catalog(self) -> str:
        """Unity Catalog's catalog of the environment; needs no quoting in SQL."""
        return f"{self.prefix}_{self.environment}"

    @property
    def taggers(self) -> str:
        """Databricks group of every environment's pipeline; the tag that they may set is the account's."""
        return f"{self.prefix}-taggers"

    @property
    def lake_account(self) -> str:
        """Storage account of the lake."""
        return f"{self.prefix}{self.environment}lake{self.suffix}"

    @property
    def workspace_storage(self) -> str:
        """The Databricks workspace's own storage account."""
        return f"{self.prefix}{self.environment}dbx{self.suffix}"

    @property
    def registry(self) -> str:
        """Container registry."""
        return f"{self.prefix}{self.environment}acr{self.suffix}"

    @property
    def key_vault(self) -> str:
        """Key vault."""
        return f"{self.prefix}-{self.environment}-kv-{self.suffix}"

    @property
    def database_server(self) -> str:
        """Database of a Prefect server of one's own; unique worldwide."""
        return f"{self.prefix}-{self.environment}-pg-{self.suffix}"

    @property
    def private_zone(self) -> str:
        """Private DNS zone of what the environment itself serves inside its network."""
        return f"{self.prefix}-{self.environment}.internal"

    @property
    def runner(self) -> str:
        """Container job that deploys from inside, whose name Azure limits to 32 characters."""
        return f"{self.prefix}-{self.environment}-deploy"

    @property
    def grafana(self) -> str:
        """Managed Grafana, whose name Azure limits to 23 characters."""
        return f"{self.prefix}-{self.environment}-amg"
