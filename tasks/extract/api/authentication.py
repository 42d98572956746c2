"""Shows an API who asks, as the contract declares it. Secrets get into requests, and into no text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import httpx

from contracts.sources.api import ApiSource
from contracts.sources.authentication import ApiKey, Http, OAuth2
from tasks.errors import AccessRefused, MisconfiguredError
from tasks.extract.api.tokens import ClientCredentials

AUTHORIZATION = "Authorization"


def authentication(source: ApiSource, credentials: Mapping[str, str], client: httpx.Client) -> httpx.Auth:
    """What has each of the client's requests show who asks; a token is asked for with the same client."""
    match source.authentication:
        case ApiKey(place="header", name=name):
            return _HeaderKey(name, credentials["key"])
        case ApiKey(name=name):
            return _QueryKey(name, credentials["key"])
        case Http(scheme="bearer"):
            return _HeaderKey(AUTHORIZATION, f"Bearer {credentials['key']}")
        case Http():
            return httpx.BasicAuth(credentials["user"], credentials["password"])
        case OAuth2():
            return ClientCredentials(source, source.authentication, credentials, client)
    return httpx.Auth()


def usable_credentials(source: ApiSource, credentials: Mapping[str, str]) -> dict[str, str]:
    """What the source's way of access needs, by role, without the blanks around it.

    Raises:
        AccessRefused: a credential is missing.
        MisconfiguredError: a credential has letters that cannot be sent.
    """
    given = {role: credentials.get(role, "").strip() for role in source.authentication.roles}
    for role, value in given.items():
        said, variable = role.replace("_", " "), source.connection.variables[role]
        if not value:
            raise AccessRefused(f"{source.name} has no {said}; set {variable}")
        if not value.isprintable() or (role == "key" and not value.isascii()):
            raise MisconfiguredError(
                f"the {said} of {source.name} has letters in it that no header holds (line breaks, or not ASCII); "
                f"set {variable}"
            )
    return given


class _HeaderKey(httpx.Auth):
    def __init__(self, name: str, value: str) -> None:
        self._name, self._value = name, value

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        request.headers[self._name] = self._value
        yield request


class _QueryKey(httpx.Auth):
    """Puts the key in place of any that an API's own URLs (of a next page, of a redirect) may repeat."""

    def __init__(self, name: str, value: str) -> None:
        self._name, self._value = name, value

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        request.url = request.url.copy_set_param(self._name, self._value)
        yield request
