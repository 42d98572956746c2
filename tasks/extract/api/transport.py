"""What every exchange with an API keeps to: bounded answers, its own origin, nothing secret in the libraries' logs."""

from __future__ import annotations

import logging
import time

import httpx

from tasks.extract.api.errors import PassingAnswer


def read_body(response: httpx.Response, deadline: float, most_bytes: int) -> bytes:
    """The body, up to somewhat more than `most_bytes`; one that comes drop by drop does not outlast the deadline.

    Raises:
        PassingAnswer: it was not complete at the deadline (of `time.monotonic`).
    """
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if time.monotonic() > deadline:
            raise PassingAnswer(f"an answer was not complete after {len(body)} bytes")
        if len(body) > most_bytes:
            break
    return bytes(body)


def is_same_origin(url: httpx.URL, other: httpx.URL) -> bool:
    """Whether scheme, host and port are the same (RFC 6454, 5)."""
    return _origin(url) == _origin(other)


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


class _WithoutQueries(logging.Filter):
    """Takes the queries out of the URLs in a record's arguments: a key may be in them."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                argument.copy_with(query=None) if isinstance(argument, httpx.URL) else argument
                for argument in record.args
            )
        return True


_WITHOUT_QUERIES = _WithoutQueries()


def keep_secrets_out_of_logs() -> None:
    """Have httpx log its requests without queries, and httpcore no headers (cookies, URLs of the next page)."""
    logging.getLogger("httpx").addFilter(_WITHOUT_QUERIES)
    logging.getLogger("httpcore").setLevel(logging.INFO)
