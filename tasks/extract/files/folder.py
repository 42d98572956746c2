"""A folder of this machine (`file://…`) as the place that files are dropped into."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from contracts.sources.files import FilesSource
from tasks.errors import MisconfiguredError, SourceUnavailable
from tasks.extract.files.store import FetchedFile, FoundFile, described, unlistable

FOLDER_URLS = "file:///…, abfss://‹container›@‹account›.dfs.core.windows.net/… or sftp://‹user›@‹host›/…"


class FolderStore:
    """Files below a folder; they are read where they lie."""

    def __init__(self, source: FilesSource, url: str) -> None:
        """The folder of a source's URL; nothing is looked at yet.

        Raises:
            MisconfiguredError: the URL is not that of a folder.
        """
        parts, setting = urlsplit(url), source.connection.url
        if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
            raise MisconfiguredError(f"{setting} of {source.name} must be a folder's URL, {FOLDER_URLS}")
        self._source, self._folder = source, Path(url2pathname(parts.path))

    def files(self, folder: str, *, deep: bool, without: str | None = None) -> Iterator[FoundFile]:
        """As `FileStore` says."""
        root = self._folder / folder
        if folder and not root.exists():
            return
        try:
            for path in _below(root, self._folder / without if without else None) if deep else root.iterdir():
                if path.is_file() and (found := self._found(path)):
                    yield found
        except OSError as error:
            raise SourceUnavailable(unlistable(self._source, error.strerror)) from None

    def look(self, name: str) -> FoundFile | None:
        """As `FileStore` says."""
        return self._found(self._folder / name)

    @contextmanager
    def fetch(self, file: FoundFile) -> Iterator[FetchedFile]:
        """As `FileStore` says; what cannot be read later on is an error of the same kind."""
        path = self._folder / file.name
        try:
            yield FetchedFile(path, described(file, path))
        except OSError as error:
            raise SourceUnavailable(f"cannot read {file.shown_name}: {error.strerror}") from None

    def move(self, file: FoundFile, name: str) -> None:
        """As `FileStore` says; a file that changes between a look and the move is moved as it has become."""
        target = self._folder / name
        if self.look(file.name) != file:
            return
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            (self._folder / file.name).replace(target)
        except OSError as error:
            raise SourceUnavailable(f"cannot move {file.shown_name} to {name}: {error.strerror}") from None

    def close(self) -> None:
        """Nothing is open."""

    def _found(self, path: Path) -> FoundFile | None:
        try:
            found = path.stat()
        except OSError:
            return None
        name = os.fspath(path.relative_to(self._folder))
        return FoundFile(name.replace(os.sep, "/"), found.st_size, found.st_mtime_ns, str(found.st_mtime_ns))


def _below(folder: Path, without: Path | None) -> Iterator[Path]:
    """All that is below a folder but in that one; one that cannot be looked into is an error, and no empty one."""
    for root, folders, names in os.walk(folder, onerror=_raise):
        folders[:] = [name for name in folders if Path(root, name) != without]
        yield from (Path(root, name) for name in names)


def _raise(error: OSError) -> None:
    raise error
