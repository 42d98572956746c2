"""The folder that a files source drops its files into: which are complete, and what each is as it was found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pydantic import BaseModel, ConfigDict

from contracts.sources.files import FilesSource
from tasks.errors import MisconfiguredError, SourceUnavailable, StructureError


class SourceFile(BaseModel):
    """A file as it was found: name, size, time of last change, and SHA-256 (hex) of its content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    bytes: int
    modified_ns: int
    sha256: str


def shown_name(path: Path) -> str:
    r"""The file's name as messages, logs and records show it: what cannot be printed or encoded is escaped.

    >>> shown_name(Path("vendas\n.csv"))
    'vendas\\n.csv'
    """
    name = os.fsencode(path.name).decode("utf-8", "backslashreplace")
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in name)


def csv_files(source: FilesSource, url: str) -> list[Path]:
    """The complete files in the folder, the oldest first; one that is being written does not end in `.csv` yet.

    Raises:
        SourceUnavailable: the folder cannot be listed.
        MisconfiguredError: the URL is not that of a folder.
    """
    folder, setting = _folder(source, url), source.connection.url
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() == ".csv" and path.is_file()]
    except OSError as error:
        raise SourceUnavailable(f"cannot list the folder of {source.name}: {error.strerror}; check {setting}") from None
    return sorted(files, key=lambda path: (_modified_ns(path), path.name))


def describe(path: Path) -> SourceFile:
    """The file as it is now, with the hash of its content."""
    found = path.stat()
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return SourceFile(name=shown_name(path), bytes=found.st_size, modified_ns=found.st_mtime_ns, sha256=digest)


@contextmanager
def translated_file_errors(path: Path) -> Iterator[None]:
    """A file that cannot be read, or is gone since it was listed, as an error of ours."""
    try:
        yield
    except OSError as error:
        raise SourceUnavailable(f"cannot read {shown_name(path)}: {error.strerror}") from None


def check_unchanged(path: Path, file: SourceFile) -> None:
    """Raise StructureError if the file is not the one that was described."""
    found = path.stat()
    if (found.st_size, found.st_mtime_ns) != (file.bytes, file.modified_ns):
        raise StructureError(
            f"{shown_name(path)} changed while it was read; give it another suffix than .csv until it is complete"
        )


def _modified_ns(path: Path) -> int:
    """When the file last changed; one that is gone meanwhile comes first, and is told when it is read."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _folder(source: FilesSource, url: str) -> Path:
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
        raise MisconfiguredError(f"{source.connection.url} of {source.name} must be a folder's URL, file:///…")
    return Path(url2pathname(parts.path))
