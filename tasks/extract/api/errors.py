"""Says what a failed request to an API means: it may pass, or somebody must act. No message holds the key or a row."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
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


def passing_answer(status: int, headers: Mapping[str, str]) -> PassingAnswer | None:
    """What an answer says that may be another one a moment later; None for any other."""
    passing = {httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS}
    if status not in passing and status < httpx.codes.INTERNAL_SERVER_ERROR:
        return None
    return PassingAnswer(f"status {status}", retry_after_seconds(headers.get("Retry-After"), datetime.now(UTC)))


def answer_error(
    source: ApiSource, status: int, headers: Mapping[str, str], reason: str, *, has_cursor: bool = False
) -> PassingAnswer | PipelineError:
    """What an answer without a page to a request with or without a cursor means; `reason` is the API's own."""
    if passing := passing_answer(status, headers):
        return passing
    told = f"status {status}{': ' if reason else ''}{reason}"
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return _access_refused(source, status)
    if has_cursor and status in _CURSOR_REJECTIONS:
        return CursorRejected(f"{source.name} rejects a cursor that it gave ({told})")
    if httpx.codes.is_redirect(status):
        return StructureError(
            f"{source.name} redirects elsewhere than within its own origin, or again and again ({told}); check its URL "
            "and the contract's path"
        )
    says = "rejects the request" if status >= httpx.codes.BAD_REQUEST else "answers with something else than a page"
    return StructureError(f"{source.name} {says} ({told}); check its URL and the contract's path")


def _access_refused(source: ApiSource, status: int) -> AccessRefused:
    opening = {role: name for role, name in source.connection.variables.items() if role not in {"url", "token_url"}}
    if not opening:
        return AccessRefused(f"{source.name} asks for credentials (status {status}); declare its authentication")
    what = "the key" if opening.keys() == {"key"} else "the credentials"
    return AccessRefused(f"{source.name} rejects {what} (status {status}); set {' and '.join(opening.values())}")


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


def reason_of(body: bytes, secrets: Collection[str]) -> str:
    """The API's own `error`, shortened, on one line and without secrets or what may identify a person; else empty."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    reason = content.get("error") if isinstance(content, dict) else None
    if not isinstance(reason, str):
        return ""
    for secret in secrets:
        reason = reason.replace(secret, "***")
    shown = "".join(letter if letter.isprintable() else " " for letter in reason[:_LONGEST_REASON])
    return _PERSONAL.sub("***", shown)
