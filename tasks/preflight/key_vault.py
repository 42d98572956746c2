"""Whether Key Vault has the secrets that a deployment needs, by their names alone."""

from __future__ import annotations

from pathlib import PurePosixPath

from blocks.documents import SourceConnection
from tasks.errors import MisconfiguredError
from tasks.preflight.rest_api import RestApi, named_page

PLATFORM_SECRETS = frozenset({"PREFECT-API-KEY", "PII-HASH-KEY"})
"""Those of no source: Prefect's worker and flows, and the job, read them."""


def secret_names(connections: list[SourceConnection]) -> set[str]:
    """The secrets of the platform and of the sources; a secret's file is named as the secret."""
    files = [file for connection in connections for file in connection.secret_files.values()]
    return {*PLATFORM_SECRETS, *(PurePosixPath(file).name for file in files)}


def require_secrets(api: RestApi, subscription: str, vault: str, names: set[str]) -> None:
    """That the vault has secrets of those names; Azure's management plane tells names and never a value.

    Raises:
        MisconfiguredError: the subscription has no such vault, or it lacks some of them.
    """
    key_vaults = api.pages(
        f"/subscriptions/{subscription}/resources",
        "value",
        named_page("nextLink"),
        **{"api-version": "2021-04-01", "$filter": "resourceType eq 'Microsoft.KeyVault/vaults'"},
    )
    address = next((str(one["id"]) for one in key_vaults if str(one["name"]).lower() == vault.lower()), None)
    if address is None:
        raise MisconfiguredError(f"subscription {subscription} shows no key vault {vault}: deploy the stack platform")
    secrets = api.pages(f"{address}/secrets", "value", named_page("nextLink"), **{"api-version": "2023-07-01"})
    present = {str(one["name"]) for one in secrets}
    if missing := sorted(names - present):
        raise MisconfiguredError(
            f"key vault {vault} lacks {', '.join(missing)}: set them as docs/infrastructure.md says (Keys)"
        )
