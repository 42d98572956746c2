"""As whom Azure is asked: the deployer's or the workload's own Entra identity, or a person's by `az login`."""

from __future__ import annotations

import base64
import json
from typing import Any

from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.identity import DefaultAzureCredential

from tasks.errors import AccessRefused, TransientError

_LONGEST_REASON = 200


class AzureIdentity:
    """Tokens of the identity, which azure-identity keeps while they are good."""

    def __init__(self) -> None:
        """Nothing is asked yet."""
        self._credential = DefaultAzureCredential()

    def token(self, resource: str) -> str:
        """An access token for the resource, such as `https://management.azure.com`.

        Raises:
            AccessRefused: Entra ID gives none.
            TransientError: Entra ID does not answer.
        """
        try:
            return self._credential.get_token(f"{resource}/.default").token
        except ClientAuthenticationError as error:
            raise AccessRefused(f"Entra ID gives no token for {resource} ({_reason(error)}): sign in first") from None
        except AzureError as error:
            raise TransientError(f"Entra ID does not answer ({_reason(error)}): try again") from None

    def claims(self, resource: str) -> dict[str, Any]:
        """What that token says of the identity: `oid` is its object id, `scp` is there for a person only.

        It is not verified: Entra ID itself has just given it to us over TLS.
        """
        payload = self.token(resource).split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return claims


def _reason(error: AzureError) -> str:
    """Without the lines on each kind of identity that was tried, and why it was not there."""
    return str(error.message).strip().splitlines()[0][:_LONGEST_REASON]
