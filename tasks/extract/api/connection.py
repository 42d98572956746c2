"""Opens the connection to an API from settings that people have typed or pasted, each of which may be wrong.

Whatever cannot work is told before the first request: a request that can never be sent is not tried again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

import httpx

from contracts.sources.api import ApiSource
from tasks.errors import MisconfiguredError
from tasks.extract.api.authentication import authentication
from tasks.extract.api.transport import keep_secrets_out_of_logs

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_LONGEST_LABEL = 63


def open_client(source: ApiSource, credentials: Mapping[str, str], timeout_seconds: float) -> httpx.Client:
    """A client whose requests show who asks; TLS is verified against the system's or SSL_CERT_FILE's CAs.

    Raises:
        MisconfiguredError: the token URL is malformed, or the environment names no usable certificates or proxies.
    """
    keep_secrets_out_of_logs()
    try:
        client = httpx.Client(headers={"Accept": "application/json"}, timeout=timeout_seconds)
    except OSError as error:  # ssl's errors are among them
        bundle = os.environ.get("SSL_CERT_FILE", "")
        raise MisconfiguredError(
            f"{source.name} cannot be asked: SSL_CERT_FILE ({bundle}) is no readable bundle of certificates "
            f"({type(error).__name__})"
        ) from None
    except (httpx.InvalidURL, ValueError, ImportError) as error:
        # the text of the error may quote a proxy's password
        raise MisconfiguredError(
            f"{source.name} cannot be asked: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY or NO_PROXY of the environment cannot "
            f"be read ({type(error).__name__}); NO_PROXY takes hosts and addresses, but no IPv6 ranges or brackets"
        ) from None
    opening = dict(credentials)
    if "token_url" in opening:
        opening["token_url"] = usable_url(source, opening["token_url"], "token_url")
    client.auth = authentication(source, opening, client)
    return client


def usable_url(source: ApiSource, url: str, role: str = "url") -> str:
    """The URL without the blanks around what the environment gives, with the path of the source's rows if it is theirs.

    Raises:
        MisconfiguredError: the URL is malformed, or would send credentials unencrypted over a network.
    """
    url, name = url.strip(), source.connection.variables[role]
    parts, what = _parts(url), f"the {role.replace('_', ' ').removesuffix('url')}URL of {source.name}"
    if parts is None or parts.scheme not in {"http", "https"}:
        raise MisconfiguredError(f"{what} is not an https:// URL; set {name}")
    if parts.username is not None or parts.password is not None:
        raise MisconfiguredError(
            f"{what} has credentials in it; set {name} without them, and declare the source's authentication"
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise MisconfiguredError(
            f"{source.name} at {parts.hostname} would get its key unencrypted; set {name} to an https:// URL"
        )
    if role != "url":
        return url
    if parts.query or parts.fragment:
        raise MisconfiguredError(f"{what} has a ? or #, behind which no path can follow; set {name} without it")
    return f"{url.rstrip('/')}{source.path}"


def _parts(url: str) -> SplitResult | None:
    """The URL's parts; None for what is no URL with a host (`urlsplit` alone leaves out line breaks)."""
    if not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
        httpx.URL(url)
    except (ValueError, httpx.InvalidURL):
        return None
    labels = (host or "").removesuffix(".").split(".")
    return parts if all(0 < len(label) <= _LONGEST_LABEL for label in labels) else None
