"""The files of a branch folder, and which of them were landed before: a file counts by its content, whatever its name.

Each landed content leaves a small blob `_seen/…/<fingerprint>-<SHA-256>.json`. The fingerprint of name, size and
time of last change saves reading a file again that is still lying there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest, sha256
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from contracts.model import Source
from tasks.blob_storage import RawContainer
from tasks.errors import SourceUnavailable, StructureError
from tasks.manifests import RawFile, SourceFile


def csv_files(source: Source, url: str) -> list[Path]:
    """The complete files in the folder, the oldest first; one that is being written does not end in `.csv` yet.

    Raises:
        SourceUnavailable: the URL is not that of a folder that can be listed.
    """
    folder, setting = _folder(source, url), source.connection.get("url")
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
def clear_file_errors(path: Path) -> Iterator[None]:
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


class SeenFiles:
    """Which contents of a source were landed, and under which fingerprints they lie in the folder."""

    def __init__(self, raw: RawContainer, prefix: str) -> None:
        """Look up the blobs whose names start with the prefix."""
        self._raw = raw
        self._prefix = prefix
        names = [name.removeprefix(prefix).removesuffix(".json") for name in raw.names(prefix)]
        self._fingerprints = {name.partition("-")[0] for name in names}
        self._contents = {name.partition("-")[2] for name in names}

    def knows_fingerprint(self, path: Path) -> bool:
        """Whether this very file was landed, as far as can be told without reading it."""
        found = path.stat()
        return _fingerprint(path.name, found.st_size, found.st_mtime_ns) in self._fingerprints

    def knows_content(self, file: SourceFile) -> bool:
        """Whether the content was landed, under any name."""
        return file.sha256 in self._contents

    def record(self, file: SourceFile) -> None:
        """Note that this file's content lies in Raw already."""
        name, content = self._record(file)
        self._raw.create(name, content)

    def stage_record(self, file: SourceFile) -> RawFile:
        """Stage the record of the file, to be published with its load."""
        name, content = self._record(file)
        self._raw.stage(name, content)
        self._contents.add(file.sha256)
        return RawFile(name=name, rows=0, bytes=len(content), sha256=sha256(content).hexdigest())

    def _record(self, file: SourceFile) -> tuple[str, bytes]:
        fingerprint = _fingerprint(file.name, file.bytes, file.modified_ns)
        return f"{self._prefix}{fingerprint}-{file.sha256}.json", file.model_dump_json().encode()


def _fingerprint(name: str, size: int, modified_ns: int) -> str:
    return sha256(f"{name}\0{size}\0{modified_ns}".encode()).hexdigest()[:32]


def _folder(source: Source, url: str) -> Path:
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
        raise SourceUnavailable(f"{source.connection.get('url')} of {source.name} must be a folder's URL, file:///…")
    return Path(url2pathname(parts.path))
