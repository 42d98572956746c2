"""Places that CSV files are dropped into: a folder of this machine, or one of a storage account's container."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import ContainerClient


class DropPlace(Protocol):
    """A place where a file appears under its name only when it is complete, and is left alone from then on."""

    def prepare(self) -> None:
        """Make the place, if it is not there yet."""

    def has(self, name: str) -> bool:
        """Whether a file of that name is there."""

    def drop(self, name: str, content: bytes) -> None:
        """Drop a file, unless there is one of that name."""


@dataclass(frozen=True)
class DropFolder:
    """A folder of this machine."""

    folder: Path

    def prepare(self) -> None:
        """As `DropPlace` says."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def has(self, name: str) -> bool:
        """As `DropPlace` says."""
        return (self.folder / name).exists()

    def drop(self, name: str, content: bytes) -> None:
        """As `DropPlace` says."""
        part = self.folder / f"{name}.part"
        part.write_bytes(content)
        part.rename(self.folder / name)


@dataclass(frozen=True)
class DropContainer:
    """A folder in the container of an account that a connection string opens; blobs appear whole."""

    connection_string: str
    container: str
    folder: str

    def prepare(self) -> None:
        """A container has no folders of its own, and is made with the account."""

    def has(self, name: str) -> bool:
        """As `DropPlace` says."""
        with self._client() as client:
            return client.get_blob_client(f"{self.folder}/{name}").exists()

    def drop(self, name: str, content: bytes) -> None:
        """As `DropPlace` says."""
        with self._client() as client:
            try:
                client.upload_blob(f"{self.folder}/{name}", content, overwrite=False)
            except ResourceExistsError:
                return

    def _client(self) -> ContainerClient:
        return ContainerClient.from_connection_string(self.connection_string, self.container)
