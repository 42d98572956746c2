"""As whom Azure is asked: the deployer's or the workload's own Entra identity, or a person's by `az login`."""

from __future__ import annotations

import base64
import json
from typing import Any

from tasks.entra_tokens import EntraTokens, NoAnswer, NoToken
from tasks.errors import AccessRefused, TransientError


class AzureIdentity:
    """What the identity is given, for whoever asks Azure in REST."""

    def __init__(self) -> None:
        """Nothing is asked yet."""
        self._tokens = EntraTokens()

    def token(self, resource: str) -> str:
        """An access token for the resource, such as `https://management.azure.com`.

        Raises:
            AccessRefused: Entra ID gives none.
            TransientError: Entra ID does not answer.
        """
        try:
            return self._tokens.token(f"{resource}/.default")
        except NoToken as error:
            raise AccessRefused(f"Entra ID gives no token for {resource} ({error}): sign in first") from None
        except NoAnswer as error:
            raise TransientError(f"Entra ID does not answer ({error}): try again") from None

    def claims(self, resource: str) -> dict[str, Any]:
        """What that token says of the identity: `oid` is its object id, `scp` is there for a person only.

        It is not verified: Entra ID itself has just given it to us over TLS.
        """
        payload = self.token(resource).split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return claims
