"""What the failures of a question to Databricks mean: which may pass, and who must act on the others."""

from __future__ import annotations

import requests
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.errors.platform import STATUS_CODE_MAPPING

from blocks.documents import DATABRICKS_DOCUMENT
from tasks.errors import AccessRefused, DatabricksUnavailable, MisconfiguredError, PipelineError, TransientError

_LONGEST_REASON = 200
_NO_ACCESS = (401, 403)
_TOO_MANY, _SERVER_ERROR = 429, 500


class TryAgain(Exception):
    """Raised in place of the SDK's own wait, which would have been `seconds`; its `__context__` is what failed."""

    def __init__(self, seconds: float) -> None:
        """Keep how long the SDK would have waited."""
        super().__init__(seconds)
        self.seconds = seconds

    @property
    def is_asked_for(self) -> bool:
        """Whether Databricks itself asked to wait so long (`Retry-After`)."""
        return getattr(self.__context__, "retry_after_secs", None) is not None


def may_pass(error: Exception) -> bool:
    """Whether the same question may be answered in a moment."""
    if isinstance(error, TryAgain):
        return not _is_of_certificate(error.__context__)
    if isinstance(error, DatabricksError):
        return _may_pass(_status(error))
    if isinstance(error, TransientError):  # of the identity
        return True
    # an answer that breaks off; what is no JSON at all is no answer of Databricks, and stays none
    return isinstance(error, requests.RequestException) and not isinstance(
        error, (requests.JSONDecodeError, ValueError)
    )


def failure(what: str, error: Exception, remedy: str) -> PipelineError:
    """What to raise for a failed question, without any token in it.

    Args:
        what: the endpoint that was asked.
        error: what the last try raised.
        remedy: what to do when access is refused, which depends on who asked.
    """
    cause = error.__context__ if isinstance(error, TryAgain) else error
    if isinstance(cause, DatabricksError):
        return _refusal(what, cause, remedy)
    if _is_of_certificate(cause):
        return MisconfiguredError(
            f"the certificate of Databricks is not trusted: check the host in block {DATABRICKS_DOCUMENT}, or let "
            "REQUESTS_CA_BUNDLE name the authority's certificate"
        )
    if not may_pass(error) and not isinstance(error, TryAgain):
        return MisconfiguredError(
            f"what answers to {what} is no Databricks workspace: check the host in block {DATABRICKS_DOCUMENT}"
        )
    return DatabricksUnavailable(
        f"Databricks does not answer ({type(cause).__name__}): check the host in block {DATABRICKS_DOCUMENT}"
    )


def _refusal(what: str, error: DatabricksError, remedy: str) -> PipelineError:
    status = _status(error)
    if status in _NO_ACCESS:
        # the SDK appends its configuration, which is of no use here: there is none but the block's
        reason = _first_line(error).partition(". Config: ")[0]
        return AccessRefused(f"Databricks answers {status} to {what} ({reason}): {remedy}")
    if _may_pass(status):
        return DatabricksUnavailable(f"Databricks keeps answering {status or 'an error'} to {what}; run again later")
    return MisconfiguredError(f"Databricks refuses {what} with {status}: {_first_line(error)}")


def _status(error: DatabricksError) -> int | None:
    """The HTTP status that the SDK made this error of; None for one it has no class for, such as 502."""
    return next((status for status, kind in STATUS_CODE_MAPPING.items() if isinstance(error, kind)), None)


def _may_pass(status: int | None) -> bool:
    return status is None or status == _TOO_MANY or status >= _SERVER_ERROR


def _is_of_certificate(error: BaseException | None) -> bool:
    return isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error)


def _first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), "")[:_LONGEST_REASON]
