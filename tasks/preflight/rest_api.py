"""Asks a REST API that is not ours: what it answers, page by page, and what its refusals mean to who must act."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import httpx
import stamina

from tasks.errors import AccessRefused, MisconfiguredError, PipelineError, TransientError

ANSWER_SECONDS = 20
"""Until it is connected, and between two parts of an answer."""

_TRIES = 3
_MOST_PAGES = 1000
_MAY_PASS = (408, 425, 429, 500, 502, 503, 504)

NextPage = Callable[[httpx.Response, Any], str | None]
"""The address of the page after an answer, from the answer and its content; None after the last."""


class NotFound(MisconfiguredError):
    """Raised when the API has nothing at that address, or shows nothing to us."""


class RestApi:
    """One API, asked as one identity."""

    def __init__(
        self, name: str, url: str, headers: Mapping[str, str] | None = None, remedies: Mapping[int, str] | None = None
    ) -> None:
        """Nothing is asked yet.

        Args:
            name: What messages call it.
            url: Where it is; addresses of questions begin behind it.
            headers: Of every request, the token among them.
            remedies: What to do about each status that it may refuse with.
        """
        self.name = name
        self.remedies = remedies or {}
        self._url = httpx.URL(url)
        self._client = httpx.Client(base_url=url, headers=dict(headers or {}), timeout=ANSWER_SECONDS)

    def ask(self, method: str, address: str, **options: Any) -> httpx.Response:  # noqa: ANN401 (httpx's own)
        """The answer, asked for again where that can help.

        Raises:
            AccessRefused: 401 or 403.
            NotFound: 404.
            MisconfiguredError: another refusal, or an address elsewhere.
            TransientError: no answer, or none that says anything, in three tries.
        """
        where = self._url.join(address)
        if (where.scheme, where.host, where.port) != (self._url.scheme, self._url.host, self._url.port):
            raise MisconfiguredError(f"{self.name} names a page at {where.host}: what answers is not {self.name}")
        retrying = stamina.retry_context(on=TransientError, attempts=_TRIES, timeout=ANSWER_SECONDS)
        for attempt in retrying:
            with attempt:
                return self._answer(method, address, options)
        raise AssertionError("stamina raises what the last try raised")

    def get(self, address: str, **params: str) -> Any:  # noqa: ANN401 (whatever the API answers)
        """The JSON that stands there."""
        return self.content(self.ask("GET", address, params=params))

    def pages(self, address: str, items: str, next_page: NextPage, **params: str) -> Iterator[dict[str, Any]]:
        """Every item of a list, from all its pages.

        Args:
            address: Of the first page.
            items: The field of a page's content that holds its items.
            next_page: What finds the page after one.
            params: Of the first page; the addresses of others have their own.
        """
        following: str | None = address
        for number in range(_MOST_PAGES):
            answer = self.ask("GET", str(following), params=params if number == 0 else None)
            content = self.content(answer)
            yield from content[items] if isinstance(content, dict) else content
            following = next_page(answer, content)
            if following is None:
                return
        raise MisconfiguredError(f"{self.name} has more than {_MOST_PAGES} pages at {address.partition('?')[0]}")

    def content(self, answer: httpx.Response) -> Any:  # noqa: ANN401 (whatever the API answers)
        """What an answer says in JSON.

        Raises:
            MisconfiguredError: it is no JSON: somebody else answers.
        """
        try:
            return answer.json()
        except ValueError:
            told = f"what answers at {self._url.host} is not {self.name}, whose answers are JSON: check its address"
            raise MisconfiguredError(told) from None

    def _answer(self, method: str, address: str, options: Mapping[str, Any]) -> httpx.Response:
        path = address.partition("?")[0]
        try:
            answer = self._client.request(method, address, **options)
        except httpx.TransportError as error:
            raise TransientError(
                f"{self.name} does not answer ({type(error).__name__}): is {self._url.host} reachable from here?"
            ) from None
        if answer.is_success:
            return answer
        status, what = answer.status_code, f"{self.name} answers {answer.status_code} to {path}"
        otherwise = "try again later" if status in _MAY_PASS else "that is no answer of its own: check its address"
        raise _refusal(status)(f"{what}: {self.remedies.get(status, otherwise)}")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _refusal(status: int) -> type[PipelineError]:
    if status in _MAY_PASS:
        return TransientError
    known: dict[int, type[PipelineError]] = {401: AccessRefused, 403: AccessRefused, 404: NotFound}
    return known.get(status, MisconfiguredError)


def linked_page(answer: httpx.Response, _content: object) -> str | None:
    """The next page by the header `Link` (RFC 8288)."""
    found = answer.links.get("next", {}).get("url")
    return str(found) if found else None


def named_page(field: str) -> NextPage:
    """What finds the next page by a field of the content that holds its whole address."""
    return lambda _answer, content: content.get(field) or None
