"""The key of the keyed hash, read from the vault at a cluster's start and by the pipeline alone."""

from __future__ import annotations

from dataclasses import dataclass

from cdktf_cdktf_provider_databricks.secret_acl import SecretAcl
from cdktf_cdktf_provider_databricks.secret_scope import SecretScope as DatabricksSecretScope
from cdktf_cdktf_provider_databricks.secret_scope import SecretScopeKeyvaultMetadata
from constructs import Construct

from infra_cdktf.components.key_vault import KeyVaultOutputs, SecretName


@dataclass(frozen=True, kw_only=True)
class SecretScopeConfig:
    """The vault behind the scope, and the service principal that may read it."""

    name: str
    vault: KeyVaultOutputs
    reader: str


@dataclass(frozen=True)
class SecretScopeOutputs:
    """The scope's name."""

    name: str

    def reference(self, secret: SecretName) -> str:
        """What stands in a cluster's environment for the secret; Databricks fills in the value on the cluster."""
        return f"{{{{secrets/{self.name}/{secret}}}}}"


class SecretScope(Construct):
    """A scope backed by the key vault; nothing is stored in Databricks."""

    def __init__(self, scope: Construct, construct_id: str, config: SecretScopeConfig) -> None:
        """Create the scope and let the reader read."""
        super().__init__(scope, construct_id)
        secret_scope = DatabricksSecretScope(
            self,
            "scope",
            name=config.name,
            keyvault_metadata=SecretScopeKeyvaultMetadata(
                resource_id=config.vault.vault_id, dns_name=config.vault.vault_uri
            ),
        )
        SecretAcl(self, "reader", scope=secret_scope.name, principal=config.reader, permission="READ")
        self.outputs = SecretScopeOutputs(config.name)
