"""A key of ours that a service encrypts its data with: taking the key away takes the data away."""

from __future__ import annotations

import json
from dataclasses import dataclass

from cdktf import Fn, Token
from cdktf_cdktf_provider_azurerm.resource_group_template_deployment import ResourceGroupTemplateDeployment
from cdktf_cdktf_provider_azurerm.role_assignment import RoleAssignment
from constructs import Construct

from infra_cdktf.components.key_vault import KeyVaultOutputs

TEMPLATE_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
KEYS = "Microsoft.KeyVault/vaults/keys"
KEYS_API_VERSION = "2023-07-01"
KEY_BITS = 3072
ROTATED_AFTER, EXPIRES_AFTER = "P1Y", "P2Y"
"""A version is a year old when its successor comes, and is used no more long before it expires."""
WRAP_KEYS = "Key Vault Crypto Service Encryption User"


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyConfig:
    """The vault and the key's name in it."""

    vault: KeyVaultOutputs
    name: str


@dataclass(frozen=True)
class EncryptionKeyOutputs:
    """The key's address, without a version: services then follow its rotation."""

    uri: str


class EncryptionKey(Construct):
    """An RSA key, made through Azure's management plane, because the vault's own address is a private one."""

    def __init__(self, scope: Construct, construct_id: str, config: EncryptionKeyConfig) -> None:
        """Create the key."""
        super().__init__(scope, construct_id)
        self._key_id = f"{config.vault.vault_id}/keys/{config.name}"
        deployment = ResourceGroupTemplateDeployment(
            self,
            "key",
            name=f"key-{config.name}",
            resource_group_name=config.vault.placement.resource_group_name,
            deployment_mode="Incremental",
            template_content=json.dumps(_template(config), sort_keys=True),
            tags=config.vault.placement.tags,
        )
        made = Fn.jsondecode(deployment.output_content)
        self.outputs = EncryptionKeyOutputs(uri=Token.as_string(Fn.lookup_nested(made, ["uri", "value"])))
        self._deployment = deployment

    def usable_by(self, user: str, principal_id: str) -> RoleAssignment:
        """Let the service identity `principal_id` encrypt with this key and no other; `user` names it here."""
        return RoleAssignment(
            self,
            f"used-by-{user}",
            scope=self._key_id,
            role_definition_name=WRAP_KEYS,
            principal_id=principal_id,
            principal_type="ServicePrincipal",
            depends_on=[self._deployment],
        )


def _template(config: EncryptionKeyConfig) -> dict[str, object]:
    name = f"{config.vault.name}/{config.name}"
    reference = f"reference(resourceId('{KEYS}', '{config.vault.name}', '{config.name}'))"
    return {
        "$schema": TEMPLATE_SCHEMA,
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": KEYS,
                "apiVersion": KEYS_API_VERSION,
                "name": name,
                "properties": {
                    "kty": "RSA",
                    "keySize": KEY_BITS,
                    "keyOps": ["wrapKey", "unwrapKey"],
                    "rotationPolicy": _rotation(),
                },
            }
        ],
        "outputs": {"uri": {"type": "string", "value": f"[{reference}.keyUri]"}},
    }


def _rotation() -> dict[str, object]:
    # Old versions stay in the vault and unwrap what they wrapped, so nothing is encrypted anew and nothing is lost.
    return {
        "lifetimeActions": [{"trigger": {"timeAfterCreate": ROTATED_AFTER}, "action": {"type": "rotate"}}],
        "attributes": {"expiryTime": EXPIRES_AFTER},
    }
