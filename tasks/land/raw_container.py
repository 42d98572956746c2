"""The Raw container as landing needs it: blobs that appear whole, once, and never change.

Here and in `tasks.file_stores` alone is the Blob API spoken. Permission to create and to read suffices: nothing is
overwritten or deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Self

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobBlock, ContainerClient, StorageErrorCode

from tasks.errors import AccessRefused, LoadLost, MisconfiguredError, StorageUnavailable
from tasks.storage_account import (
    PATIENCE,
    Patience,
    code_of,
    does_not_answer,
    has_no_container,
    open_container,
    reason_of,
    refuses,
)

_ONLY_BLOCK = "00000000"


class RawContainer:
    """Write-once blobs in one container."""

    def __init__(self, client: ContainerClient) -> None:
        """Wrap a client that may create and read blobs in the container."""
        self._client = client

    @classmethod
    def connect(
        cls, container: str, *, connection_string: str | None, account_url: str | None, patience: Patience = PATIENCE
    ) -> Self:
        """Open the container with a connection string, or else as the workload's own Entra identity.

        Raises:
            MisconfiguredError: the connection string is none.
        """
        return cls(open_container(container, connection_string, account_url, patience))

    def stage(self, name: str, content: bytes) -> None:
        """Upload the content without making the blob visible; Azure drops what is not published within a week.

        See https://learn.microsoft.com/rest/api/storageservices/put-block.
        """
        with self._translated_errors(f"write {name}"):
            self._client.get_blob_client(name).stage_block(_ONLY_BLOCK, content, validate_content="md5")

    def publish(self, name: str, metadata: Mapping[str, str]) -> bool:
        """Make a staged blob visible; False if it already was.

        Raises:
            LoadLost: nothing is staged under this name, or no longer.
        """
        client = self._client.get_blob_client(name)
        with self._translated_errors(f"publish {name}"):
            try:
                blocks = [BlobBlock(_ONLY_BLOCK)]
                client.commit_block_list(blocks, metadata=dict(metadata), match_condition=MatchConditions.IfMissing)
            except ResourceExistsError as error:
                if has_no_container(error):  # one that is about to be gone answers by the same kind of error
                    raise
                return False
            except HttpResponseError as error:
                if code_of(error) != StorageErrorCode.INVALID_BLOCK_LIST:
                    raise
                if client.exists():
                    return False
                raise LoadLost(f"{name} was staged but never published, and Azure has dropped it since") from None
        return True

    def create(self, name: str, content: bytes) -> bool:
        """Write a whole blob if there is none of that name; False if there is."""
        with self._translated_errors(f"create {name}"):
            try:
                self._client.upload_blob(name, content, overwrite=False)
            except ResourceExistsError as error:
                if has_no_container(error):
                    raise
                return False
        return True

    def read(self, name: str) -> bytes:
        """The blob's content.

        Raises:
            StorageUnavailable: there is no such blob.
        """
        with self._translated_errors(f"read {name}"):
            return self._client.download_blob(name).readall()

    def metadata(self, name: str) -> dict[str, str] | None:
        """The blob's metadata, or None if it is not there (staged blobs are not)."""
        with self._translated_errors(f"look up {name}"):
            try:
                return dict(self._client.get_blob_client(name).get_blob_properties().metadata)
            except ResourceNotFoundError as error:
                if has_no_container(error):
                    raise
                return None

    def names(self, prefix: str, page_names: int = 5000) -> Iterator[str]:
        """Names of the visible blobs that start with the prefix, in lexical order, so many with each request."""
        with self._translated_errors(f"list {prefix}"):
            yield from self._client.list_blob_names(name_starts_with=prefix, results_per_page=page_names)

    def first(self, prefix: str) -> str | None:
        """The first of these names, None if there is none; one request, however many there are."""
        return next(self.names(prefix, page_names=1), None)

    @contextmanager
    def _translated_errors(self, action: str) -> Iterator[None]:
        """Azure's errors as ours: request headers and signed URLs stay out of messages and tracebacks."""
        container = self._client.container_name
        try:
            yield
        except AzureError as error:
            reason = reason_of(error)
            if refuses(error):
                told = f"check the key, or give the identity Storage Blob Data Contributor on container {container}"
                raise AccessRefused(f"the storage account refuses to {action}: {reason}; {told}") from None
            if has_no_container(error):
                told = f"create container {container}, or name the account that has it"
                raise MisconfiguredError(f"cannot {action}: {reason}; {told}") from None
            told = "; run again when the storage account answers" if does_not_answer(error) else ""
            raise StorageUnavailable(f"cannot {action}: {reason}{told}") from None
