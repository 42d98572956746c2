"""Tokens of the workload's own Entra identity: federated on AKS, else a managed one, or a person's by `az login`."""

from __future__ import annotations

from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.identity import DefaultAzureCredential

_LONGEST_REASON = 200


class NoToken(Exception):
    """Raised when Entra ID gives the identity no token; the text is its reason, in one line."""


class NoAnswer(Exception):
    """Raised when Entra ID does not answer; the text is the reason, in one line."""


class EntraTokens:
    """azure-identity keeps each token, and renews it five minutes before it expires."""

    def __init__(self) -> None:
        """Nothing is asked yet."""
        self._credential = DefaultAzureCredential()

    def token(self, scope: str) -> str:
        """An access token for the scope, such as `https://management.azure.com/.default`.

        Raises:
            NoToken: Entra ID gives none.
            NoAnswer: Entra ID does not answer.
        """
        try:
            return self._credential.get_token(scope).token
        except ClientAuthenticationError as error:
            raise NoToken(_reason(error)) from None
        except AzureError as error:
            raise NoAnswer(_reason(error)) from None


def _reason(error: AzureError) -> str:
    """Without the lines on each kind of identity that was tried, and why it was not there."""
    return str(error.message).strip().splitlines()[0][:_LONGEST_REASON]
