"""Opens the connection to an API from settings that people have typed or pasted, each of which may be wrong.

Whatever cannot work is told before the first request: a request that can never be sent is not tried again.
"""

from __future__ import annotations

import os
from urllib.parse import SplitResult, urlsplit

import httpx

from contracts.sources.api import ApiSource
from tasks.errors import AccessRefused, MisconfiguredError

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_LONGEST_LABEL = 63


def open_client(source: ApiSource, key: str, timeout_seconds: float) -> httpx.Client:
    """A client that sends the key with each request. TLS is verified against the system's or SSL_CERT_FILE's CAs.

    Raises:
        MisconfiguredError: the key cannot be sent, or the environment names no usable certificates or proxies.
    """
    headers = {"X-API-Key": _usable_key(source, key), "Accept": "application/json"}
    try:
        return httpx.Client(headers=headers, timeout=timeout_seconds)
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


def usable_url(source: ApiSource, url: str) -> str:
    """The URL of the source's rows, without the blanks around what the environment gives.

    Raises:
        MisconfiguredError: the URL is malformed, or would send the key unencrypted over a network.
    """
    url, name = url.strip(), source.connection.url
    parts = _parts(url)
    if parts is None or parts.scheme not in {"http", "https"}:
        raise MisconfiguredError(f"the URL of {source.name} is not an https:// URL; set {name}")
    if parts.query or parts.fragment:
        raise MisconfiguredError(
            f"the URL of {source.name} has a ? or #, behind which no path can follow; set {name} without it"
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise MisconfiguredError(
            f"{source.name} at {parts.hostname} would get its key unencrypted; set {name} to an https:// URL"
        )
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


def _usable_key(source: ApiSource, key: str) -> str:
    key, name = key.strip(), source.connection.key
    if not key:
        raise AccessRefused(f"{source.name} has no key; set {name}")
    if not (key.isascii() and key.isprintable()):
        raise MisconfiguredError(
            f"the key of {source.name} has letters in it that no header holds (line breaks, or not ASCII); set {name}"
        )
    return key
