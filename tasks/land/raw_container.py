"""The Raw container as landing needs it: blobs that appear whole, once, and never change.

Only here and in `tasks.file_stores` is the Blob API spoken. Permission to create and to read suffices: nothing is
overwritten or deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Self

from azure.core import MatchConditions
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.identity import DefaultAzureCredential
from azure.storage.blob import BlobBlock, ContainerClient, ExponentialRetry, StorageErrorCode

from tasks.errors import AccessRefused, LoadLost, StorageUnavailable

_ONLY_BLOCK = "00000000"
_RETRIES = ExponentialRetry(initial_backoff=1, increment_base=2, retry_total=5)
"""Waits of about 3 to 33 s, with jitter; the SDK's own default starts at 15 s, too slow to notice a wrong address."""

_FORBIDDEN = 403


class RawContainer:
    """Write-once blobs in one container."""

    def __init__(self, client: ContainerClient) -> None:
        """Wrap a client that may create and read blobs in the container."""
        self._client = client

    @classmethod
    def connect(cls, container: str, *, connection_string: str | None, account_url: str | None) -> Self:
        """Open the container with a connection string, or else as the workload's own Entra identity."""
        if connection_string:
            return cls(ContainerClient.from_connection_string(connection_string, container, retry_policy=_RETRIES))
        return cls(
            ContainerClient(str(account_url), container, credential=DefaultAzureCredential(), retry_policy=_RETRIES)
        )

    def stage(self, name: str, content: bytes) -> None:
        """Upload the content without making the blob visible; Azure drops what is not published within a week.

        See https://learn.microsoft.com/rest/api/storageservices/put-block.
        """
        with _translated_errors(f"write {name}"):
            self._client.get_blob_client(name).stage_block(_ONLY_BLOCK, content)

    def publish(self, name: str, metadata: Mapping[str, str]) -> bool:
        """Make a staged blob visible; False if it already was.

        Raises:
            LoadLost: nothing is staged under this name, or no longer.
        """
        client = self._client.get_blob_client(name)
        with _translated_errors(f"publish {name}"):
            try:
                blocks = [BlobBlock(_ONLY_BLOCK)]
                client.commit_block_list(blocks, metadata=dict(metadata), match_condition=MatchConditions.IfMissing)
            except ResourceExistsError:
                return False
            except HttpResponseError as error:
                if _code(error) != StorageErrorCode.INVALID_BLOCK_LIST:
                    raise
                if client.exists():
                    return False
                raise LoadLost(f"{name} was staged but never published, and Azure has dropped it since") from None
        return True

    def create(self, name: str, content: bytes) -> bool:
        """Write a whole blob if there is none of that name; False if there is."""
        with _translated_errors(f"create {name}"):
            try:
                self._client.upload_blob(name, content, overwrite=False)
            except ResourceExistsError:
                return False
        return True

    def read(self, name: str) -> bytes:
        """The blob's content.

        Raises:
            StorageUnavailable: there is no such blob.
        """
        with _translated_errors(f"read {name}"):
            return self._client.download_blob(name).readall()

    def metadata(self, name: str) -> dict[str, str] | None:
        """The blob's metadata, or None if it is not there (staged blobs are not)."""
        with _translated_errors(f"look up {name}"):
            try:
                return dict(self._client.get_blob_client(name).get_blob_properties().metadata)
            except ResourceNotFoundError:
                return None

    def names(self, prefix: str, page_names: int = 5000) -> Iterator[str]:
        """Names of the visible blobs that start with the prefix, in lexical order, so many with each request."""
        with _translated_errors(f"list {prefix}"):
            yield from self._client.list_blob_names(name_starts_with=prefix, results_per_page=page_names)

    def first(self, prefix: str) -> str | None:
        """The first of these names, None if there is none; one request, however many there are."""
        return next(self.names(prefix, page_names=1), None)


@contextmanager
def _translated_errors(action: str) -> Iterator[None]:
    """Azure's errors as ours: request headers and signed URLs stay out of messages and tracebacks."""
    try:
        yield
    except ClientAuthenticationError as error:
        raise AccessRefused(f"the storage account refuses to {action}: {_code(error)}") from None
    except HttpResponseError as error:
        if error.status_code == _FORBIDDEN:
            raise AccessRefused(f"the storage account refuses to {action}: {_code(error)}") from None
        raise StorageUnavailable(f"cannot {action}: {error.status_code} {_code(error)}") from None
    except AzureError as error:
        raise StorageUnavailable(f"cannot {action}: {type(error).__name__}") from None


def _code(error: HttpResponseError) -> str | None:
    """Azure Storage's own code, which the SDK's type does not declare."""
    code = getattr(error, "error_code", None)
    return code.value if isinstance(code, StorageErrorCode) else code
