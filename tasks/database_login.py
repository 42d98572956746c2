"""Logs in to Azure's PostgreSQL as the workload itself: a token of Entra is the password, for a connection at a time.

See https://learn.microsoft.com/azure/postgresql/flexible-server/security-entra-configure.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from contracts.sources.database import DatabaseSource
from tasks.entra_tokens import EntraTokens, NoAnswer, NoToken
from tasks.errors import AccessRefused, MisconfiguredError, SourceUnavailable
from tasks.extract.database.connection import checked_url

DATABASE_SCOPE = "https://ossrdbms-aad.database.windows.net/.default"
"""Azure's databases of PostgreSQL, as the resource that a token is for; the same in every tenant."""


class EntraLogin:
    """The source's URL with a token as its password; azure-identity keeps it and renews it before it expires."""

    def __init__(self, source: DatabaseSource, url: str) -> None:
        """Take the URL, which names the user and no password; Entra is asked when it is called."""
        self._source, self._url = source, url
        self._tokens = EntraTokens()

    def __call__(self) -> str:
        """The URL for the next connection.

        Raises:
            MisconfiguredError: the URL names no user, or has a password of its own.
            AccessRefused: Entra gives the workload no token.
            SourceUnavailable: Entra does not answer.
        """
        url = checked_url(self._source, self._url)
        user, at, rest = urlsplit(url).netloc.rpartition("@")
        if not at or not user or ":" in user:
            raise MisconfiguredError(
                f"{self._source.name} logs in by Entra (login: entra), so its URL has to name a user and no password; "
                f"set {self._source.connection.url} to postgresql://‹name of the identity›@‹host›/‹database›"
            )
        return url.replace(f"{user}@{rest}", f"{user}:{quote(self._token(), safe='')}@{rest}", 1)

    def _token(self) -> str:
        cannot = f"Entra ID gives no token for {self._source.name}"
        try:
            return self._tokens.token(DATABASE_SCOPE)
        except NoToken:
            told = "check that the workload's identity is known to the database server as this user"
            raise AccessRefused(f"{cannot}; {told}") from None
        except NoAnswer:
            raise SourceUnavailable(f"{cannot}: it does not answer; run again") from None
