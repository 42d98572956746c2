"""Asks a JSON API for one page at a time, and asks again where that can help: busy, failing, slow or cut-off answers.

The key goes into a header and nowhere else.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

import httpx
import stamina

from contracts.sources.api import ApiSource
from tasks.deadlines import PAGE_SECONDS
from tasks.errors import SourceUnavailable, StructureError
from tasks.extract.api.connection import open_client, usable_url
from tasks.extract.api.errors import PassingAnswer, answer_error, transport_error
from tasks.extract.api.page import NotAPage, NotJson, Page, read_page

MOST_PAGE_BYTES = 2**28
"""Of one page, decompressed: what is larger could take the whole run's memory."""

MOST_BROKEN_ANSWERS = 3
"""So often in a row a page may come whole and yet be no JSON, before that is the API's way and not chance."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class RetryPolicy:
    """How long a page is asked for: `read_seconds` for the next bytes of one try, `deadline_seconds` for all tries.

    Requests begin at least `pace_seconds` apart, whatever the API says.
    """

    deadline_seconds: float = PAGE_SECONDS
    read_seconds: float = 30
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 30
    pace_seconds: float = 0.05


class ApiClient:
    """A connection to one API, to be used as a context manager."""

    def __init__(self, source: ApiSource, url: str, key: str, retries: RetryPolicy | None = None) -> None:
        """Prepare a connection to the API at `url`, without asking it anything yet.

        Raises:
            MisconfiguredError: URL, key or the environment's certificates or proxies cannot be used.
        """
        self.source = source
        self._retries = retries or RetryPolicy()
        self._url = usable_url(source, url)
        self._client = open_client(source, key, self._retries.read_seconds)
        self._next_request_at = 0.0

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the connection."""
        self._client.close()

    def now(self) -> datetime:
        """The time, of which an API's own times should not be ahead."""
        return datetime.now(UTC)

    def get(self, parameters: Mapping[str, str], where: str) -> Page:
        """The page that answers a request with these query parameters; errors call it `where`.

        Raises:
            SourceUnavailable: no good answer until the deadline.
            AccessRefused: the API rejects the key.
            MisconfiguredError: the API cannot be asked, or its certificate is not trusted.
            CursorRejected: the API rejects the request, which has a cursor.
            StructureError: the API rejects the request, or answers something that is no page.
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
        page, bodies = Page(), _Bodies(where)
        try:
            for attempt in retries:
                with attempt:
                    page = bodies.read(self._ask(parameters, deadline))
        except PassingAnswer as error:
            raise SourceUnavailable(
                f"{self.source.name} gave no good answer within {policy.deadline_seconds:g} s: {error}; "
                "run again when the API is well"
            ) from None
        return page

    def _ask(self, parameters: Mapping[str, str], deadline: float) -> bytes:
        self._keep_pace()
        try:
            with self._client.stream("GET", self._url, params=parameters) as response:
                body = _body(response, deadline)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            raise transport_error(self.source, error) from None
        if response.status_code != httpx.codes.OK:
            raise answer_error(
                self.source, response.status_code, response.headers, body, has_cursor="cursor" in parameters
            )
        if len(body) > MOST_PAGE_BYTES:
            raise StructureError(
                f"a page of {self.source.name} has more than {MOST_PAGE_BYTES} bytes; lower the contract's pageRows"
            )
        return body

    def _keep_pace(self) -> None:
        wait_seconds = self._next_request_at - time.monotonic()
        if wait_seconds > 0:
            time.sleep(wait_seconds)
        self._next_request_at = time.monotonic() + self._retries.pace_seconds


class _Bodies:
    """Reads the answers to one request as pages, and knows when those that are none are no accident any more."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._broken = 0

    def read(self, body: bytes) -> Page:
        try:
            return read_page(body)
        except NotAPage as error:
            raise StructureError(f"{self._where} {error}") from None
        except NotJson as error:
            self._broken = self._broken + 1 if error.is_whole else 0
            if self._broken >= MOST_BROKEN_ANSWERS:
                raise StructureError(f"{self._where} {error}, {self._broken} times in a row") from None
            raise PassingAnswer(f"a page of {len(body)} bytes {error}") from None


def _body(response: httpx.Response, deadline: float) -> bytes:
    """The body, as far as it may be large; a server that sends it drop by drop does not outlast the deadline."""
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if time.monotonic() > deadline:
            raise PassingAnswer(f"a page was not complete after {len(body)} bytes")
        if len(body) > MOST_PAGE_BYTES:
            break
    return bytes(body)


def _wait_until(deadline: float, source: ApiSource) -> Callable[[Exception], bool | float]:
    """Whether to try again after an error, and after how many seconds where the server says so."""

    def wait(error: Exception) -> bool | float:
        if not isinstance(error, PassingAnswer):
            return False
        logger.warning("%s: %s; asking again until the deadline", source.name, error)
        if not error.wait_seconds:
            return True  # "at once" is no leave to ask without a pause
        return error.wait_seconds if time.monotonic() + error.wait_seconds < deadline else False

    return wait
