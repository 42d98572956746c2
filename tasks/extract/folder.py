"""The folder that a files source drops its files into: which are complete, and what each is as it was found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from pydantic import BaseModel, ConfigDict

from contracts.sources import FilesSource
from tasks.errors import MisconfiguredError, SourceUnavailable, StructureError


class SourceFile(BaseModel):
    """A file as it was found: name, size, time of last change, and SHA-256 (hex) of its content."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    bytes: int
    modified_ns: int
    sha256: str


def csv_files(source: FilesSource, url: str) -> list[Path]:
    """The complete files in the folder, the oldest first; one that is being written does not end in `.csv` yet.

    Raises:
        SourceUnavailable: the folder cannot be listed.
        MisconfiguredError: the URL is not that of a folder.
    """
    folder, setting = _folder(source, url), source.connection.url
    try:
        files = [path for path in folder.iterdir() if path.suffix.lower() == ".csv" and path.is_file()]
        return sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name))
    except OSError as error:
        raise SourceUnavailable(f"cannot list the folder of {source.name}: {error.strerror}; check {setting}") from None


def describe(path: Path) -> SourceFile:
    """The file as it is now, with the hash of its content."""
    found = path.stat()
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
    return SourceFile(name=path.name, bytes=found.st_size, modified_ns=found.st_mtime_ns, sha256=digest)


@contextmanager
def translated_file_errors(path: Path) -> Iterator[None]:
    """A file that cannot be read, or is gone since it was listed, as an error of ours."""
    try:
        yield
    except OSError as error:
        raise SourceUnavailable(f"cannot read {path.name}: {error.strerror}") from None


def check_unchanged(path: Path, file: SourceFile) -> None:
    """Raise StructureError if the file is not the one that was described."""
    found = path.stat()
    if (found.st_size, found.st_mtime_ns) != (file.bytes, file.modified_ns):
        raise StructureError(
            f"{path.name} changed while it was read; give it another suffix than .csv until it is complete"
        )


def _folder(source: FilesSource, url: str) -> Path:
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
        raise MisconfiguredError(f"{source.connection.url} of {source.name} must be a folder's URL, file:///…")
    return Path(url2pathname(parts.path))
