"""Where files lie, as extraction needs it: a place that can list them, hand out one of them, and put it elsewhere.

What opens a place that is not a folder of this machine stands in `tasks.file_stores`; here no cloud is known.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict

from contracts.sources.files import FilesSource
from tasks.errors import StructureError


@dataclass(frozen=True)
class FoundFile:
    """A file as a listing shows it.

    `name` is relative to the source's folder, with `/` between folders. `version` is what the store tells one content
    of that name from another by: an ETag, or else the time of last change.
    """

    name: str
    bytes: int
    modified_ns: int
    version: str

    @property
    def shown_name(self) -> str:
        """The name as messages, logs and records show it."""
        return shown_name(self.name)

    @property
    def fingerprint(self) -> str:
        """Size and version, by which a file that was read is known without reading it again."""
        return f"{self.bytes}-{self.version}"


class SourceFile(BaseModel):
    """A file as it was read: name, size, time of last change, and SHA-256 (hex) of its content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    bytes: int
    modified_ns: int
    sha256: str


@dataclass(frozen=True)
class FetchedFile:
    """A file whose bytes are at hand on this machine, at `path`, until it is given back."""

    path: Path
    described: SourceFile

    @property
    def shown_name(self) -> str:
        """The name as messages, logs and records show it."""
        return self.described.name


class FileStore(Protocol):
    """A source's folder, wherever it is; every method may raise `SourceUnavailable` or `AccessRefused`."""

    def files(self, folder: str, *, deep: bool, without: str | None = None) -> Iterator[FoundFile]:
        """The files in a folder below the source's own (`""`: in that), or in all that is below it too.

        A folder below that is not there has no files; the source's own has to be there. The folder `without`, which
        keeps what was landed, is not looked into on the way, however much is in it.
        """

    def look(self, name: str) -> FoundFile | None:
        """The file of that name as it is now, None if there is none."""

    def fetch(self, file: FoundFile) -> AbstractContextManager[FetchedFile]:
        """The file's bytes, read once and in blocks, with the hash of what was read."""

    def move(self, file: FoundFile, name: str) -> None:
        """Give the file another name below the source's folder, unless it changed; what has that name is replaced."""

    def close(self) -> None:
        """End what was opened; whoever asks again opens it again."""


def shown_name(name: str) -> str:
    r"""A file's name as messages show it: what cannot be printed or encoded is escaped.

    >>> shown_name("vendas\n.csv")
    'vendas\\n.csv'
    """
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def described(file: FoundFile, path: Path) -> SourceFile:
    """The file as it was read to, or lies at, that path; it is read once, in blocks."""
    with path.open("rb") as content:
        digest = file_digest(content, "sha256").hexdigest()
    return SourceFile(name=file.shown_name, bytes=file.bytes, modified_ns=file.modified_ns, sha256=digest)


def unlistable(source: FilesSource, reason: str | None) -> str:
    """What is told when a source's folder cannot be listed."""
    return f"cannot list the folder of {source.name}: {reason}; check {source.connection.url}"


def check_unchanged(store: FileStore, file: FoundFile) -> None:
    """Raise StructureError if the file is not the one that was listed."""
    found = store.look(file.name)
    if found is None or found.fingerprint != file.fingerprint:
        raise StructureError(
            f"{file.shown_name} changed while it was read; give it another suffix than .csv until it is complete"
        )
