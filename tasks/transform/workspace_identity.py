"""As whom a flow asks Databricks: the sandbox's personal access token, or the workload's Entra identity."""

from __future__ import annotations

from collections.abc import Callable

from databricks.sdk.config import Config
from databricks.sdk.credentials_provider import CredentialsStrategy

from blocks.documents import DATABRICKS_DOCUMENT
from tasks.entra_tokens import EntraTokens, NoAnswer, NoToken
from tasks.errors import AccessRefused, DatabricksUnavailable

DATABRICKS_SCOPE = "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d/.default"
"""Azure Databricks, as the resource that a token of Entra is for; the same in every tenant."""

Headers = Callable[[], dict[str, str]]


class PersonalAccessToken(CredentialsStrategy):
    """A token that does not change."""

    remedy = f"check the token in block {DATABRICKS_DOCUMENT}"

    def __init__(self, token: str) -> None:
        """Ask with this token."""
        self._token = token

    def auth_type(self) -> str:
        """The SDK's name for it."""
        return "pat"

    def __call__(self, _config: Config) -> Headers:
        """What every request brings."""
        return lambda: {"Authorization": f"Bearer {self._token}"}


class EntraIdentity(CredentialsStrategy):
    """The workload's own identity: federated on AKS, a managed one elsewhere in Azure, or a person's by `az login`."""

    remedy = "check that the workload's Entra identity is in the workspace and may manage runs of the job"

    def auth_type(self) -> str:
        """The SDK's name for it."""
        return "azure-identity"

    def __call__(self, _config: Config) -> Headers:
        """What every request brings: a token that is good for five minutes at least."""
        tokens = EntraTokens()

        def headers() -> dict[str, str]:
            try:
                token = tokens.token(DATABRICKS_SCOPE)
            except NoToken as error:
                raise AccessRefused(f"Entra ID gives no token for Databricks: {error}") from None
            except NoAnswer as error:
                raise DatabricksUnavailable(f"Entra ID does not answer: {error}") from None
            return {"Authorization": f"Bearer {token}"}

        return headers
