"""How long and how often a storage account is asked, and what its errors are about.

No header of a request and no signed URL gets into a text that is made here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.identity import DefaultAzureCredential
from azure.storage.blob import ContainerClient, ExponentialRetry, StorageErrorCode

from tasks.deadlines import STORAGE_ANSWER_SECONDS, STORAGE_CALL_SECONDS
from tasks.errors import MisconfiguredError

_TRIES_AGAIN = 5
_FORBIDDEN = 403
_SERVER_AT_FAULT = 500
_NO_CONTAINER = {StorageErrorCode.CONTAINER_NOT_FOUND.value, StorageErrorCode.CONTAINER_BEING_DELETED.value}


@dataclass(frozen=True)
class Patience:
    """How an account is waited for: for one try, for all tries of a request, and between tries.

    `answer_seconds` is the wait until it is connected, and between two parts of its answer. The first wait between
    tries is of about `wait_seconds`, each next one of that many times the last, up to 34 s with 2 s.
    """

    answer_seconds: float = STORAGE_ANSWER_SECONDS
    call_seconds: float = STORAGE_CALL_SECONDS
    wait_seconds: int = 2


PATIENCE = Patience()


def open_container(
    container: str, connection_string: str | None, account_url: str | None, patience: Patience = PATIENCE
) -> ContainerClient:
    """A client for the container with a connection string, or else as the workload's own Entra identity.

    Raises:
        MisconfiguredError: the connection string is none.
    """
    options: dict[str, Any] = {
        "retry_policy": _Retries(patience),
        "connection_timeout": patience.answer_seconds,
        "read_timeout": patience.answer_seconds,
    }
    if not connection_string:
        return ContainerClient(str(account_url), container, DefaultAzureCredential(), **options)
    try:
        return ContainerClient.from_connection_string(connection_string, container, **options)
    except ValueError:
        told = f"the connection string of the account with container {container} cannot be used"
        raise MisconfiguredError(f"{told}; copy it from the account's access keys") from None


class _Retries(ExponentialRetry):
    """Asks again for what may pass, whatever the kind of failure, within a deadline.

    The SDK's own asks for three tries again of each kind, knows no deadline, and asks as often for credentials that the
    workload cannot have.
    """

    def __init__(self, patience: Patience) -> None:
        again, wait = _TRIES_AGAIN, patience.wait_seconds
        super().__init__(
            initial_backoff=0,
            increment_base=wait,
            random_jitter_range=wait,
            retry_total=again,
            retry_connect=again,
            retry_read=again,
            retry_status=again,
        )
        self._call_seconds = patience.call_seconds

    def configure_retries(self, request: PipelineRequest[Any]) -> dict[str, Any]:
        return super().configure_retries(request) | {"deadline": time.monotonic() + self._call_seconds}

    def increment(
        self,
        settings: dict[str, Any],
        request: PipelineRequest[Any],
        response: PipelineResponse[Any, Any] | None = None,
        error: AzureError | None = None,
    ) -> bool:
        if isinstance(error, ClientAuthenticationError) or time.monotonic() >= settings["deadline"]:
            return False
        return super().increment(settings, request, response, error)


def refuses(error: AzureError) -> bool:
    """Whether the credentials are missing, wrong or not sufficient."""
    is_forbidden = isinstance(error, HttpResponseError) and error.status_code == _FORBIDDEN
    return is_forbidden or isinstance(error, ClientAuthenticationError)


def has_no_container(error: AzureError) -> bool:
    """Whether the container is not there, or about to be gone."""
    return isinstance(error, HttpResponseError) and code_of(error) in _NO_CONTAINER


def does_not_answer(error: AzureError) -> bool:
    """Whether there was no answer, or one that says that the account is at fault."""
    return not isinstance(error, HttpResponseError) or (error.status_code or 0) >= _SERVER_AT_FAULT


def reason_of(error: AzureError) -> str:
    """Status and Azure Storage's own code, or the kind of failure where there was no answer."""
    code = code_of(error)
    return f"{error.status_code} {code}" if isinstance(error, HttpResponseError) and code else type(error).__name__


def code_of(error: AzureError) -> str | None:
    """Azure Storage's own code, which the SDK's types do not declare."""
    code = getattr(error, "error_code", None)
    return code.value if isinstance(code, StorageErrorCode) else code
