"""What all stacks of an environment have in common: the azurerm provider and the remote state."""

from __future__ import annotations

from cdktf import AzurermBackend, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_azurerm.provider import (
    AzurermProvider,
    AzurermProviderFeatures,
    AzurermProviderFeaturesStorage,
    AzurermProviderFeaturesTemplateDeployment,
)
from cdktf_cdktf_provider_databricks.provider import DatabricksProvider
from constructs import Construct

from contracts.contract import Contract
from infra_cdktf.environment import Environment
from infra_cdktf.names import DATASETS
from infra_cdktf.resource_providers import RESOURCE_PROVIDERS

DATABRICKS_ACCOUNTS = "https://accounts.azuredatabricks.net"
AZURERM_VERSION = "4.81.0"
"""Newer than the prebuilt package's own 4.55: versions before 4.56 refuse a workspace key that follows rotation.

The argument names are the same, which the test of the fork shows.
"""


class EnvironmentStack(TerraformStack):
    """A stack of one environment, with its own state in the environment's container."""

    def __init__(self, scope: Construct, environment: Environment, kind: str) -> None:
        """Name the stack after prefix, environment and `kind`, and give it backend and provider."""
        stack_name = environment.names.stack(kind)
        super().__init__(scope, stack_name)
        self.environment = environment
        AzurermBackend(
            self,
            resource_group_name=environment.state.resource_group,
            storage_account_name=environment.state.storage_account,
            container_name=environment.settings.name,
            key=f"{stack_name}.tfstate",
            subscription_id=str(environment.accounts.subscriptions.state),
            tenant_id=str(environment.accounts.tenant_id),
            use_azuread_auth=True,
        )
        azure_provider(self, environment.subscription_id, str(environment.accounts.tenant_id))
        self._datasets: dict[str, Construct] = {}

    def of_dataset(self, contract: Contract) -> Construct:
        """Scope of what the stack holds for one dataset, where no dataset's slug meets the id of anything else."""
        if not self._datasets:
            scope = Construct(self, DATASETS)
            datasets = self.environment.contracts.datasets
            self._datasets = {dataset.slug: Construct(scope, dataset.slug) for dataset in datasets}
        return self._datasets[contract.slug]

    def publish(self, values: dict[str, str]) -> None:
        """What operators look up after a deployment (`cdktf output`); never a secret."""
        for name, value in values.items():
            TerraformOutput(self, f"output-{name}", value=value).override_logical_id(name)

    def account_provider(self) -> DatabricksProvider:
        """Databricks' account-level API, which needs no workspace."""
        return DatabricksProvider(
            self,
            "databricks-account",
            host=DATABRICKS_ACCOUNTS,
            account_id=str(self.environment.accounts.databricks_account_id),
            azure_tenant_id=str(self.environment.accounts.tenant_id),
        )

    def workspace_provider(self, workspace_url: str, workspace_resource_id: str) -> DatabricksProvider:
        """The API of a workspace that an earlier stack created."""
        return DatabricksProvider(
            self,
            "databricks",
            host=f"https://{workspace_url}",
            azure_workspace_resource_id=workspace_resource_id,
            azure_tenant_id=str(self.environment.accounts.tenant_id),
        )


def azure_provider(stack: TerraformStack, subscription_id: str, tenant_id: str) -> None:
    """Azure's provider, signed in with Entra; storage is configured through Azure's management plane only.

    It registers the resource providers that the subscription lacks, which needs no more than *Contributor*.

    The lake's account has neither keys nor a public address, so a deployer outside the network could not reach its
    data plane, and need not.
    """
    AzurermProvider(
        stack,
        "azurerm",
        subscription_id=subscription_id,
        tenant_id=tenant_id,
        storage_use_azuread=True,
        # Exactly what the stacks use, rather than one of azurerm's sets, of which none holds all of it.
        resource_provider_registrations="none",
        resource_providers_to_register=list(RESOURCE_PROVIDERS),
        features=[
            AzurermProviderFeatures(
                storage=[AzurermProviderFeaturesStorage(data_plane_available=False)],
                # Azure's management plane makes keys but does not delete them: that is left to the vault.
                template_deployment=[
                    AzurermProviderFeaturesTemplateDeployment(delete_nested_items_during_deletion=False)
                ],
            )
        ],
    )
    stack.add_override("terraform.required_providers.azurerm.version", AZURERM_VERSION)
