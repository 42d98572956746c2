"""A container of a storage account (`abfss://‹container›@‹account›.dfs.core.windows.net/‹folder›`) as a file store.

Permission to read suffices, unless the source has landed files moved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import unquote, urlsplit

import stamina
from azure.core import MatchConditions
from azure.core.exceptions import AzureError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import BlobClient, BlobProperties, ContainerClient

from contracts.sources.files import FilesSource
from tasks.errors import AccessRefused, MisconfiguredError, SourceUnavailable, StructureError
from tasks.extract.files.store import FetchedFile, FoundFile, described, unlistable
from tasks.storage_account import has_no_container, open_container, reason_of, refuses

COPY_SECONDS = 600
"""How long a copy within the account may take; it takes milliseconds, as no byte is sent."""

_LOCATION = re.compile(r"(?P<container>[a-z0-9-]+)@(?P<account>[a-z0-9]+)\.dfs\.core\.windows\.net")


class ContainerStore:
    """Files below a folder of a container; one is read as the version that was listed, or not at all."""

    def __init__(self, source: FilesSource, client: ContainerClient, folder: str) -> None:
        """Wrap a client that may list and read blobs; the folder has no `/` around it."""
        self._source, self._client, self._root = source, client, f"{folder}/" if folder else ""

    @classmethod
    def at(cls, source: FilesSource, url: str, connection_string: str | None) -> ContainerStore:
        """The folder of a URL, opened by a connection string or else as the workload's own Entra identity.

        Raises:
            MisconfiguredError: the URL names no container, or the connection string is none.
        """
        account, container, folder = location(source, url)
        client = open_container(container, connection_string, f"https://{account}.blob.core.windows.net")
        return cls(source, client, folder)

    def files(self, folder: str, *, deep: bool, without: str | None = None) -> Iterator[FoundFile]:
        """As `FileStore` says; 5000 names come with each request."""
        below = self._root + (f"{folder}/" if folder else "")
        skipped = f"{self._root}{without}/" if without else None
        with _translated(partial(unlistable, self._source)):
            for blob in self._blobs(below, deep=deep, skipped=skipped):
                if not _is_folder(blob):
                    yield self._found(blob)

    def look(self, name: str) -> FoundFile | None:
        """As `FileStore` says."""
        with _translated(lambda reason: f"cannot look at {name}: {reason}"):
            try:
                return self._found(self._client.get_blob_client(self._root + name).get_blob_properties())
            except ResourceNotFoundError as error:
                if has_no_container(error):
                    raise
                return None

    @contextmanager
    def fetch(self, file: FoundFile) -> Iterator[FetchedFile]:
        """As `FileStore` says."""
        with TemporaryDirectory(prefix="datamaster-") as folder:
            path = Path(folder) / "file"
            with _translated(lambda reason: f"cannot read {file.shown_name}: {reason}"):
                self._download(file, path)
            yield FetchedFile(path, described(file, path))

    def move(self, file: FoundFile, name: str) -> None:
        """As `FileStore` says: a copy within the account, then the file is deleted if it is still the one copied."""
        source = self._client.get_blob_client(self._root + file.name)
        target = self._client.get_blob_client(self._root + name)
        with _translated(lambda reason: f"cannot move {file.shown_name} to {name}: {reason}"):
            try:
                target.start_copy_from_url(
                    source.url, source_etag=_quoted(file), source_match_condition=MatchConditions.IfNotModified
                )
                _await_copy(target, file.shown_name)
                source.delete_blob(etag=_quoted(file), match_condition=MatchConditions.IfNotModified)
            except (ResourceModifiedError, ResourceNotFoundError) as error:
                if has_no_container(error):
                    raise

    def close(self) -> None:
        """The client's connections are the process's."""

    def _blobs(self, below: str, *, deep: bool, skipped: str | None) -> Iterator[BlobProperties]:
        """Those below; on the way to a folder that is skipped, each folder beside it takes a request of its own."""
        if deep and not (skipped and skipped.startswith(below)):
            yield from self._client.list_blobs(name_starts_with=below, include=["metadata"])
            return
        for item in self._client.walk_blobs(name_starts_with=below, include=["metadata"]):
            if isinstance(item, BlobProperties):
                yield item
            elif deep and item.name != skipped:
                yield from self._blobs(item.name, deep=True, skipped=skipped)

    def _download(self, file: FoundFile, path: Path) -> None:
        try:
            stream = self._client.download_blob(
                self._root + file.name, etag=_quoted(file), match_condition=MatchConditions.IfNotModified
            )
            with path.open("wb") as target:
                target.writelines(stream.chunks())
        except ResourceModifiedError:
            told = f"{file.shown_name} changed while it was read; give it another suffix until it is complete"
            raise StructureError(told) from None

    def _found(self, blob: BlobProperties) -> FoundFile:
        name, modified = str(blob.name).removeprefix(self._root), blob.last_modified
        return FoundFile(name, blob.size, _nanoseconds(modified), str(blob.etag).strip('"'))


def location(source: FilesSource, url: str) -> tuple[str, str, str]:
    """Account, container and folder of a container's URL.

    Raises:
        MisconfiguredError: it is none.
    """
    parts = urlsplit(url)
    found = _LOCATION.fullmatch(parts.netloc)
    if parts.scheme not in {"abfs", "abfss"} or not found:
        told = "must be abfss://‹container›@‹account›.dfs.core.windows.net/‹folder›"
        raise MisconfiguredError(f"{source.connection.url} of {source.name} {told}")
    return found["account"], found["container"], unquote(parts.path).strip("/")


@contextmanager
def _translated(message: Callable[[str | None], str]) -> Iterator[None]:
    """Azure's errors as ours, with a message made of the reason: no header and no signed URL gets into one."""
    try:
        yield
    except AzureError as error:
        told = message(reason_of(error))
        if refuses(error):
            raise AccessRefused(told) from None
        raise (MisconfiguredError if has_no_container(error) else SourceUnavailable)(told) from None


def _await_copy(target: BlobClient, name: str) -> None:
    for attempt in stamina.retry_context(on=_CopyPending, timeout=COPY_SECONDS, attempts=None, wait_max=5):
        with attempt:
            status = target.get_blob_properties().copy.status
            if status == "pending":
                raise _CopyPending
    if status != "success":
        raise SourceUnavailable(f"cannot move {name}: the copy ended as {status}")


class _CopyPending(Exception):
    """Raised while a copy is under way."""


def _is_folder(blob: BlobProperties) -> bool:
    """A hierarchical namespace lists folders as blobs of no bytes."""
    return (blob.metadata or {}).get("hdi_isfolder") == "true"


def _nanoseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000_000


def _quoted(file: FoundFile) -> str:
    return f'"{file.version}"'
