"""Asks a JSON API for one page at a time, and asks again where that can help: busy, failing, slow or cut-off answers.

TLS is verified against the system's or `SSL_CERT_FILE`'s authorities. The key goes into a header and nowhere else.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import stamina

from contracts.sources import ApiSource
from tasks.deadlines import PAGE_SECONDS
from tasks.errors import MisconfiguredError, SourceUnavailable
from tasks.extract.api_errors import PassingAnswer, answer_error, transport_error

logger = logging.getLogger(__name__)

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How long a page is asked for: `read_seconds` for the next bytes of one try, `deadline_seconds` for all tries."""

    deadline_seconds: float = PAGE_SECONDS
    read_seconds: float = 30
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 30


class ApiClient:
    """A connection to one API, to be used as a context manager."""

    def __init__(self, source: ApiSource, url: str, key: str, retries: RetryPolicy | None = None) -> None:
        """Prepare a connection to the API at `url`, without asking it anything yet.

        Raises:
            MisconfiguredError: the URL is malformed, or would send the key unencrypted over a network.
        """
        self.source = source
        self._retries = retries or RetryPolicy()
        self._url = f"{_checked(source, url).rstrip('/')}{source.path}"
        headers = {"X-API-Key": key, "Accept": "application/json"}
        self._client = httpx.Client(headers=headers, timeout=self._retries.read_seconds)

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the connection."""
        self._client.close()

    def get(self, parameters: Mapping[str, str]) -> Any:  # noqa: ANN401 - whatever the JSON is
        """The JSON answer to a request with these query parameters; numbers are texts, as they were written.

        Raises:
            SourceUnavailable: no good answer until the deadline.
            AccessRefused: the API rejects the key.
            MisconfiguredError: the API cannot be asked, or its certificate is not trusted.
            StructureError: the API rejects the request.
        """
        policy = self._retries
        deadline = time.monotonic() + policy.deadline_seconds
        retries = stamina.retry_context(
            on=_wait_until(deadline, self.source),
            attempts=None,
            timeout=policy.deadline_seconds,
            wait_initial=policy.first_wait_seconds,
            wait_max=policy.longest_wait_seconds,
            wait_jitter=policy.first_wait_seconds,
        )
        answer = None
        try:
            for attempt in retries:
                with attempt:
                    answer = self._ask(parameters, deadline)
        except PassingAnswer as error:
            raise SourceUnavailable(
                f"{self.source.name} gave no good answer within {policy.deadline_seconds:g} s: {error}; "
                "run again when the API is well"
            ) from None
        return answer

    def _ask(self, parameters: Mapping[str, str], deadline: float) -> Any:  # noqa: ANN401 - whatever the JSON is
        try:
            with self._client.stream("GET", self._url, params=parameters) as response:
                body = _body(response, deadline)
        except httpx.HTTPError as error:
            raise transport_error(self.source, error) from None
        if response.status_code != httpx.codes.OK:
            raise answer_error(self.source, response.status_code, response.headers, body)
        try:
            return json.loads(body, parse_int=str, parse_float=str, parse_constant=str)
        except (ValueError, RecursionError):
            raise PassingAnswer(f"a page of {len(body)} bytes is not JSON, or cut off") from None


def _body(response: httpx.Response, deadline: float) -> bytes:
    """The whole body; a server that sends it drop by drop does not outlast the deadline."""
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if time.monotonic() > deadline:
            raise PassingAnswer(f"a page was not complete after {len(body)} bytes")
    return bytes(body)


def _wait_until(deadline: float, source: ApiSource) -> Callable[[Exception], bool | float]:
    """Whether to try again after an error, and after how many seconds where the server says so."""

    def wait(error: Exception) -> bool | float:
        if not isinstance(error, PassingAnswer):
            return False
        logger.warning("%s: %s; asking again until the deadline", source.name, error)
        if error.wait_seconds is None:
            return True
        return error.wait_seconds if time.monotonic() + error.wait_seconds < deadline else False

    return wait


def _checked(source: ApiSource, url: str) -> str:
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = None, None
    name = source.connection.url
    if parts is None or host is None or parts.scheme not in {"http", "https"}:
        raise MisconfiguredError(f"the URL of {source.name} is not an https:// URL; set {name}")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise MisconfiguredError(
            f"{source.name} at {host} would get its key unencrypted; set {name} to an https:// URL"
        )
    return url
