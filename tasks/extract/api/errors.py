"""Says what a failed request to an API means: it may pass, or somebody must act. No message holds the key or a row."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from contracts.sources.api import ApiSource
from tasks.errors import AccessRefused, MisconfiguredError, PipelineError, StructureError

_LONGEST_REASON = 200
_PERSONAL = re.compile(r"\S+@\S+|[0-9](?:[ ./-]?[0-9]){5,}")
"""What may be an e-mail address, a document's or a card's number."""

_CURSOR_REJECTIONS = {
    httpx.codes.BAD_REQUEST,
    httpx.codes.NOT_FOUND,
    httpx.codes.CONFLICT,
    httpx.codes.GONE,
    httpx.codes.PRECONDITION_FAILED,
    httpx.codes.UNPROCESSABLE_ENTITY,
}
"""What APIs answer to a cursor that they no longer know."""


class PassingAnswer(Exception):
    """A failure that may be over a moment later; the server may have asked to wait `wait_seconds`."""

    def __init__(self, reason: str, wait_seconds: float | None = None) -> None:
        """Keep the wait for the retry."""
        super().__init__(reason)
        self.wait_seconds = wait_seconds


class CursorRejected(StructureError):
    """Raised when an API rejects a request with a cursor that it gave out itself: the cursor may have expired."""


def transport_error(source: ApiSource, error: Exception) -> PassingAnswer | PipelineError:
    """What it means that no complete answer came."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return MisconfiguredError(
            f"the certificate of {source.name} is not trusted; let SSL_CERT_FILE name a bundle with its authority"
        )
    if isinstance(error, httpx.DecodingError):
        return PassingAnswer("the answer's compression is corrupt")
    passes = isinstance(error, httpx.TransportError | OSError)
    # what this side must not send, it cannot send the next time either
    if passes and not isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return PassingAnswer(f"the answer did not come or broke off ({type(error).__name__})")
    return MisconfiguredError(f"{source.name} cannot be asked: {type(error).__name__}; check its URL")


def answer_error(
    source: ApiSource, status: int, headers: Mapping[str, str], body: bytes, *, has_cursor: bool = False
) -> PassingAnswer | PipelineError:
    """What an answer other than 200 to a request with or without a cursor means."""
    if (
        status in {httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS}
        or status >= httpx.codes.INTERNAL_SERVER_ERROR
    ):
        return PassingAnswer(f"status {status}", retry_after_seconds(headers.get("Retry-After"), datetime.now(UTC)))
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return AccessRefused(f"{source.name} rejects the key (status {status}); set {source.connection.key}")
    if has_cursor and status in _CURSOR_REJECTIONS:
        return CursorRejected(f"{source.name} rejects a cursor that it gave (status {status}{_reason(body)})")
    says = "rejects the request" if status >= httpx.codes.BAD_REQUEST else "answers with something else than a page"
    return StructureError(
        f"{source.name} {says} (status {status}{_reason(body)}); check its URL and the contract's path"
    )


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """The wait that a `Retry-After` header asks for (RFC 9110, 10.2.3): seconds or a date; None if it says nothing.

    A date that no calendar has (its years have four digits) says nothing.
    """
    if value is None:
        return None
    if value.strip().isdecimal() and value.isascii():
        return float(value)
    try:
        date = parsedate_to_datetime(value)
        # a date without a zone is one in UTC, wherever this runs
        return max(0.0, (date.replace(tzinfo=date.tzinfo or UTC) - now).total_seconds())
    except (ValueError, OverflowError):
        return None


def _reason(body: bytes) -> str:
    """The API's own `error`, shortened, on one line and without what may identify a person."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    reason = content.get("error") if isinstance(content, dict) else None
    if not isinstance(reason, str):
        return ""
    shown = "".join(letter if letter.isprintable() else " " for letter in reason[:_LONGEST_REASON])
    return f": {_PERSONAL.sub('***', shown)}"
