"""Who may read which secret: one role assignment per secret, none on the vault as a whole for workloads."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_azuread.data_azuread_service_principal import DataAzureadServicePrincipal
from cdktf_cdktf_provider_azurerm.role_assignment import RoleAssignment
from constructs import Construct

from infra_cdktf.components.key_vault import KeyVaultOutputs, SecretName

DATABRICKS_APPLICATION_ID = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d"
"""Azure Databricks' first-party application, the same in every tenant; it reads on behalf of secret scopes."""
READER_ROLE = "Key Vault Secrets User"
OFFICER_ROLE = "Key Vault Secrets Officer"


@dataclass(frozen=True, kw_only=True)
class SecretAccessConfig:
    """The vault, its administrators' group, and the identities of Prefect's worker and the flows."""

    vault: KeyVaultOutputs
    admins_object_id: str
    worker_principal_id: str
    flows_principal_id: str


class SecretAccess(Construct):
    """Administrators set the secrets; each workload reads the ones it uses."""

    def __init__(self, scope: Construct, construct_id: str, config: SecretAccessConfig) -> None:
        """Assign the roles."""
        super().__init__(scope, construct_id)
        databricks = DataAzureadServicePrincipal(self, "databricks", client_id=DATABRICKS_APPLICATION_ID)
        readers = {
            ("worker", SecretName.PREFECT_API): config.worker_principal_id,
            ("flows", SecretName.PREFECT_API): config.flows_principal_id,
            ("flows", SecretName.SOURCE_DATABASE): config.flows_principal_id,
            ("flows", SecretName.SOURCE_API): config.flows_principal_id,
            ("databricks", SecretName.PII_HASH): databricks.object_id,
        }
        for (reader, secret), principal_id in readers.items():
            RoleAssignment(
                self,
                f"{reader}-reads-{secret.lower()}",
                scope=config.vault.secret_ids[secret],
                role_definition_name=READER_ROLE,
                principal_id=principal_id,
                principal_type="ServicePrincipal",
            )
        RoleAssignment(
            self,
            "admins-set-secrets",
            scope=config.vault.vault_id,
            role_definition_name=OFFICER_ROLE,
            principal_id=config.admins_object_id,
            principal_type="Group",
        )
