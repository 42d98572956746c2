"""The secrets, which an administrator sets from inside: their values stand in the vault and nowhere else."""

from __future__ import annotations

from infra_cdktf.bootstrap.script import Step
from infra_cdktf.components.key_vault import SecretName
from infra_cdktf.environment import Environment

ADMINISTRATOR = "member of data_admins, from inside the network"
ASKED_FOR = {
    SecretName.SOURCE_DATABASE: "the store database's URL",
    SecretName.SOURCE_API: "the customers API's key",
    SecretName.PREFECT_API: "the Prefect API key",
}


def make_hash_key(environment: Environment) -> Step:
    """The key of the keyed hash, made once: another one gives other hashes, which join with none of the old."""
    vault, name = environment.names.key_vault, SecretName.PII_HASH
    return Step(
        "Make the key of the hashes, and its backup",
        ADMINISTRATOR,
        "The backup can be restored into a vault of the same subscription and geography only, and is of no use "
        "elsewhere. Keep it where the vault is not. The tag tells which version hashed the tables.",
        (
            f"az keyvault secret show --vault-name {vault} --name {name} --query id --output tsv 2>/dev/null || "
            f'az keyvault secret set --vault-name {vault} --name {name} --value "$(openssl rand -hex 32)" '
            "--tags version=1 --query id --output tsv",
            f"az keyvault secret backup --vault-name {vault} --name {name} --file {vault}-{name}.backup",
        ),
    )


def set_secrets(environment: Environment) -> Step:
    """The secrets that come from others; a new value is a new version, read by the next run."""
    vault = environment.names.key_vault
    commands = []
    for name, what in ASKED_FOR.items():
        commands += [
            f'read -r -s -p "{what}: " value </dev/tty && echo >&2',
            f'az keyvault secret set --vault-name {vault} --name {name} --value "$value" --output none',
        ]
    return Step(
        "Set the secrets that others give",
        ADMINISTRATOR,
        "Asked for here, so that no shell remembers them.",
        tuple(commands),
    )
