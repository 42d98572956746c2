"""Asks a JSON API for one page at a time, and asks again where that can help: busy, failing, slow or cut-off answers.

Redirects are followed within the API's own origin only: nobody else gets to know the credentials.
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
from tasks.extract.api.authentication import usable_credentials
from tasks.extract.api.connection import open_client, usable_url
from tasks.extract.api.errors import PassingAnswer, answer_error, reason_of, transport_error
from tasks.extract.api.page import NotAPage, NotJson, Page, PageShape, empty_page, read_page
from tasks.extract.api.requests import PageRequest
from tasks.extract.api.tokens import ClientCredentials
from tasks.extract.api.transport import is_same_origin, read_body

MOST_PAGE_BYTES = 2**28
"""Of one page, decompressed: what is larger could take the whole run's memory."""

MOST_BROKEN_ANSWERS = 3
"""So often in a row a page may come whole and yet be no JSON, before that is the API's way and not chance."""

MOST_REDIRECTS = 5

_PAGES = {httpx.codes.OK, httpx.codes.NO_CONTENT}

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


@dataclass(frozen=True)
class _Answer:
    """An answer of the source's own origin, its body up to somewhat more than `MOST_PAGE_BYTES`."""

    response: httpx.Response
    body: bytes


class ApiClient:
    """A connection to one API, to be used as a context manager."""

    def __init__(
        self, source: ApiSource, url: str, credentials: Mapping[str, str], retries: RetryPolicy | None = None
    ) -> None:
        """Prepare a connection to the API at `url`, without asking it anything yet; the credentials are by role.

        Raises:
            AccessRefused: a credential is missing.
            MisconfiguredError: URL, credentials or the environment's certificates or proxies cannot be used.
        """
        self.source = source
        self._retries = retries or RetryPolicy()
        self.url = usable_url(source, url)
        self._credentials = usable_credentials(source, credentials)
        self._client = open_client(source, self._credentials, self._retries.read_seconds)
        self._shape = PageShape.of(source)
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

    def get(self, asked: PageRequest, where: str) -> Page:
        """The page that answers the request; errors call it `where`.

        Raises:
            SourceUnavailable: no good answer until the deadline.
            AccessRefused: the API rejects the credentials.
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
        page, bodies = Page(), _Bodies(where, self._shape)
        try:
            for attempt in retries:
                with attempt:
                    page = bodies.read(self._ask(asked, deadline))
        except PassingAnswer as error:
            raise SourceUnavailable(
                f"{self.source.name} gave no good answer within {policy.deadline_seconds:g} s: {error}; "
                "run again when the API is well"
            ) from None
        return page

    def _ask(self, asked: PageRequest, deadline: float) -> _Answer:
        self._keep_pace()
        try:
            answer = self._send(asked, deadline)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
            raise transport_error(self.source, error) from None
        status, access = answer.response.status_code, self._client.auth
        if status == httpx.codes.UNAUTHORIZED and isinstance(access, ClientCredentials) and access.drop():
            raise PassingAnswer("the token is not taken any more; a new one is asked for")
        if status not in _PAGES:
            reason = reason_of(answer.body, self._secrets())
            raise answer_error(self.source, status, answer.response.headers, reason, has_cursor=asked.has_cursor)
        if len(answer.body) > MOST_PAGE_BYTES:
            raise StructureError(
                f"a page of {self.source.name} has more than {MOST_PAGE_BYTES} bytes; lower the contract's pageRows"
            )
        return answer

    def _send(self, asked: PageRequest, deadline: float) -> _Answer:
        """The answer to the request, or to what it is redirected to within the same origin by the same method."""
        request = self._client.build_request(
            asked.method, asked.url, params=asked.query or None, json=asked.body if asked.method == "POST" else None
        )
        for _ in range(MOST_REDIRECTS + 1):
            response = self._client.send(request, stream=True)
            try:
                body = read_body(response, deadline, MOST_PAGE_BYTES)
            finally:
                response.close()
            redirected = response.next_request
            stays = redirected and is_same_origin(redirected.url, request.url) and redirected.method == request.method
            if redirected is None or not stays:
                break
            request = redirected
        return _Answer(response, body)

    def _secrets(self) -> set[str]:
        access = self._client.auth
        token = {access.token} if isinstance(access, ClientCredentials) else set()
        return {value for role, value in self._credentials.items() if role not in {"user", "token_url"}} | token - {""}

    def _keep_pace(self) -> None:
        wait_seconds = self._next_request_at - time.monotonic()
        if wait_seconds > 0:
            time.sleep(wait_seconds)
        self._next_request_at = time.monotonic() + self._retries.pace_seconds


class _Bodies:
    """Reads the answers to one request as pages, and knows when those that are none are no accident any more."""

    def __init__(self, where: str, shape: PageShape) -> None:
        self._where = where
        self._shape = shape
        self._broken = 0

    def read(self, answer: _Answer) -> Page:
        response, body = answer.response, answer.body
        if response.status_code == httpx.codes.NO_CONTENT:
            return empty_page(self._shape, response)
        try:
            return read_page(body, self._shape, response)
        except NotAPage as error:
            raise StructureError(f"{self._where} {error}") from None
        except NotJson as error:
            self._broken = self._broken + 1 if error.is_whole else 0
            if self._broken >= MOST_BROKEN_ANSWERS:
                raise StructureError(f"{self._where} {error}, {self._broken} times in a row") from None
            raise PassingAnswer(f"a page of {len(body)} bytes {error}") from None


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
