"""Says what a failed request to an API means: it may pass, or somebody must act. No message holds the key or a row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from contracts.sources import ApiSource
from tasks.errors import AccessRefused, MisconfiguredError, PipelineError, StructureError

_LONGEST_REASON = 200


class PassingAnswer(Exception):
    """A failure that may be over a moment later; the server may have asked to wait `wait_seconds`."""

    def __init__(self, reason: str, wait_seconds: float | None = None) -> None:
        """Keep the wait for the retry."""
        super().__init__(reason)
        self.wait_seconds = wait_seconds


def transport_error(source: ApiSource, error: httpx.HTTPError) -> PassingAnswer | PipelineError:
    """What it means that no complete answer came."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return MisconfiguredError(
            f"the certificate of {source.name} is not trusted; let SSL_CERT_FILE name a bundle with its authority"
        )
    if isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol):
        return PassingAnswer(f"the answer did not come or broke off ({type(error).__name__})")
    return MisconfiguredError(f"{source.name} cannot be asked: {type(error).__name__}; check its URL")


def answer_error(
    source: ApiSource, status: int, headers: Mapping[str, str], body: bytes
) -> PassingAnswer | PipelineError:
    """What an answer other than 200 means."""
    if (
        status in {httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS}
        or status >= httpx.codes.INTERNAL_SERVER_ERROR
    ):
        return PassingAnswer(f"status {status}", retry_after_seconds(headers.get("Retry-After"), datetime.now(UTC)))
    if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        return AccessRefused(f"{source.name} rejects the key (status {status}); set {source.connection.key}")
    return StructureError(
        f"{source.name} rejects the request (status {status}{_reason(body)}); check its URL and the contract's path"
    )


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """The wait that a `Retry-After` header asks for (RFC 9110, 10.2.3): seconds or a date; None if it says nothing."""
    if value is None:
        return None
    if value.strip().isdecimal() and value.isascii():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value).astimezone(UTC) - now).total_seconds())
    except ValueError:
        return None


def _reason(body: bytes) -> str:
    """The API's own `error`, shortened."""
    try:
        content = json.loads(body)
    except ValueError:
        return ""
    reason = content.get("error") if isinstance(content, dict) else None
    return f": {reason[:_LONGEST_REASON]}" if isinstance(reason, str) else ""
