"""Gets tokens by the client credentials grant (RFC 6749, 4.4), and new ones before they expire or once one is refused.

oauthlib writes the request and reads the answer; both go the way of every other request.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Mapping
from typing import Any
from urllib.parse import quote

import httpx
from oauthlib.oauth2 import BackendApplicationClient, MissingTokenError, OAuth2Error

from contracts.sources.api import ApiSource
from contracts.sources.authentication import OAuth2
from tasks.errors import AccessRefused, MisconfiguredError
from tasks.extract.api.errors import PassingAnswer, passing_answer, transport_error
from tasks.extract.api.transport import read_body

MOST_TOKEN_BYTES = 2**16

TOKEN_SECONDS = 30
"""Until an answer with a token is complete."""

RENEWAL_SECONDS = 60
"""So long before its end a token is renewed, or after half its life if that is shorter."""

_CLIENT_REJECTIONS = {httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}
_CODE = re.compile(r"[a-z_]{1,40}")


class ClientCredentials(httpx.Auth):
    """Has each request show a token that is valid; it is asked for when the first request needs it.

    `token` is the one at hand, empty while there is none.
    """

    def __init__(self, source: ApiSource, way: OAuth2, credentials: Mapping[str, str], client: httpx.Client) -> None:
        """Keep what a token is asked for with; the credentials are by role."""
        self._source, self._way, self._client = source, way, client
        self._url, self._secret = credentials["token_url"], credentials["client_secret"]
        self._grant = BackendApplicationClient(credentials["client_id"])
        self.token = ""
        self._renew_at = 0.0
        self._was_taken = False

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token.

        Raises:
            PassingAnswer: the token server gave no good answer.
            AccessRefused: it rejects the client.
            MisconfiguredError: it cannot be asked, or what it gives is no bearer token.
        """
        if not self.token or time.monotonic() >= self._renew_at:
            self._renew()
        request.headers["Authorization"] = f"Bearer {self.token}"
        response = yield request
        self._was_taken = self._was_taken or response.status_code != httpx.codes.UNAUTHORIZED

    def drop(self) -> bool:
        """Forget the token, which was refused, and say whether another may do: this one had been taken before."""
        self.token = ""
        return self._was_taken

    def _renew(self) -> None:
        asked_at = time.monotonic()
        try:
            with self._client.stream("POST", self._url, **self._request()) as response:
                body = read_body(response, asked_at + TOKEN_SECONDS, MOST_TOKEN_BYTES)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            raise transport_error(self._source, error) from None
        answer = self._read(response, body[:MOST_TOKEN_BYTES])
        lifetime = answer.get("expires_in")
        seconds = float(lifetime) if isinstance(lifetime, int) else float("inf")
        self.token, self._was_taken = self._usable(answer), False
        self._renew_at = asked_at + seconds - min(RENEWAL_SECONDS, seconds / 2)

    def _request(self) -> dict[str, Any]:
        in_body = self._way.client_authentication == "client_secret_post"
        secret = {"client_secret": self._secret} if in_body else {}
        body = self._grant.prepare_request_body(
            scope=list(self._way.scopes) or None, include_client_id=in_body, **secret, **self._way.parameters
        )
        # id and secret are form-encoded before they become user and password (RFC 6749, 2.3.1)
        basic = httpx.BasicAuth(quote(self._grant.client_id, safe=""), quote(self._secret, safe=""))
        return {
            "content": body.encode(),
            "headers": {"Content-Type": "application/x-www-form-urlencoded"},
            "auth": None if in_body else basic,
        }

    def _read(self, response: httpx.Response, body: bytes) -> Mapping[str, object]:
        """What the token server answers, if it is no refusal; empty if it is no answer of such a server."""
        variables, status = self._source.connection.variables, response.status_code
        if passing := passing_answer(status, response.headers):
            raise passing
        code, answer = "", dict[str, object]()
        try:
            answer = self._grant.parse_request_body_response(body.decode())
        except (MissingTokenError, ValueError, TypeError, AttributeError, KeyError, RecursionError):
            pass  # no answer of a token server, whatever it is
        except OAuth2Error as error:
            code = str(error.error or "")
        if status in _CLIENT_REJECTIONS:
            told = f", {code}" if _CODE.fullmatch(code) else ""
            raise AccessRefused(
                f"the token server of {self._source.name} rejects the client (status {status}{told}); set "
                f"{variables['client_id']} and {variables['client_secret']}, and check the contract's scopes"
            )
        if status != httpx.codes.OK:
            raise MisconfiguredError(
                f"the token server of {self._source.name} answers with status {status}; check {variables['token_url']}"
            )
        return answer

    def _usable(self, answer: Mapping[str, object]) -> str:
        token = answer.get("access_token")
        if not (isinstance(token, str) and token and token.isascii() and token.isprintable()):
            raise PassingAnswer("the token server's answer has no access_token")
        if str(answer.get("token_type", "bearer")).lower() != "bearer":
            raise MisconfiguredError(f"the token server of {self._source.name} gives tokens that are no bearer tokens")
        return token
