"""One reader a kind of source, each opened with what locates and opens the source."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from types import MappingProxyType

import polars as pl

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from contracts.sources.database import CursorFormat, DatabaseSource, LookBack
from contracts.sources.files import FilesSource
from contracts.sources.source import BaseSource
from tasks.extract.api.client import ApiClient, RetryPolicy
from tasks.extract.api.fields import FieldsMet
from tasks.extract.api.rows import extract_api
from tasks.extract.chunks import Window
from tasks.extract.database.keys import open_keys
from tasks.extract.database.rows import changes_span, extract_database
from tasks.extract.database.split import split_changes
from tasks.extract.files.folder import FolderStore
from tasks.extract.files.listing import found_files
from tasks.extract.files.rows import extract_file
from tasks.extract.files.store import FetchedFile, FileStore, FoundFile
from tasks.extract.keys import KeysAtSource
from tasks.extract.shards import Shard, Split


@dataclass(frozen=True)
class Sharding:
    """Splits a window, or finds that one run is to read it (None), and reads a shard as `extract` reads all."""

    split: Callable[[Window], Split | None]
    extract: Callable[[Window, Shard], Iterator[pl.DataFrame]]


@dataclass(frozen=True)
class ChangesReader:
    """Reads a source that tells when each row last changed; `extract` gives chunks of a window's rows.

    The source may show a change later than it is dated, by `overlap`; what comes later still is found by a `look_back`.
    `met` tells which columns the last extraction has met, where a source's rows need not have every field. `span` finds
    the first and the last time of change in a window, of a source that can be read in smaller ones. Where rows are not
    `is_dated`, what stands for times is a number that grows. `keys` opens the keys of all rows that are there, by which
    it is found out what was deleted; a larger share than `max_deleted_ratio` cannot be. By `sharding` several runs read
    one window.
    """

    overlap: timedelta
    extract: Callable[[Window], Iterator[pl.DataFrame]]
    met: FieldsMet | None = None
    look_back: LookBack | None = None
    span: Callable[[Window], tuple[datetime, datetime] | None] | None = None
    is_dated: bool = True
    keys: Callable[[], AbstractContextManager[KeysAtSource]] | None = None
    max_deleted_ratio: float = 0
    sharding: Sharding | None = None


@dataclass(frozen=True)
class FilesReader:
    """Reads a folder in a store: the complete files of a day, the oldest first, and chunks of one file's rows."""

    store: FileStore
    list_files: Callable[[date], list[FoundFile]]
    extract: Callable[[FetchedFile], Iterator[pl.DataFrame]]


Reader = ChangesReader | FilesReader


def open_reader(
    contract: Contract,
    source: BaseSource,
    url: str,
    credentials: Mapping[str, str] = MappingProxyType({}),
    retries: RetryPolicy | None = None,
) -> Reader:
    """The reader of a source that lies at `url` and opens with these credentials, by role; nothing is asked yet.

    Files lie in a folder of this machine; those that lie elsewhere are read by `files_reader`.
    """
    return _READERS[type(source)](contract, source, url, credentials, retries)


def _database(contract: Contract, source: DatabaseSource, url: str, *_: object) -> Reader:
    return database_reader(contract, source, lambda: url)


def database_reader(contract: Contract, source: DatabaseSource, url_for_login: Callable[[], str]) -> ChangesReader:
    """The reader of a database; `url_for_login` is asked before each connection, as a password may be a token."""
    sharding = Sharding(
        split=lambda window: split_changes(contract, source, url_for_login(), window),
        extract=lambda window, shard: extract_database(contract, source, url_for_login(), window, shard),
    )
    return ChangesReader(
        source.overlap,
        lambda window: extract_database(contract, source, url_for_login(), window),
        look_back=source.look_back,
        span=lambda window: changes_span(contract, source, url_for_login(), window),
        is_dated=source.cursor_format is not CursorFormat.NUMBER,
        keys=(lambda: open_keys(contract, source, url_for_login())) if source.snapshot else None,
        max_deleted_ratio=source.tolerated_deleted_ratio,
        sharding=sharding if source.shards > 1 else None,
    )


def _api(
    contract: Contract, source: ApiSource, url: str, credentials: Mapping[str, str], retries: RetryPolicy | None
) -> Reader:
    met = FieldsMet(contract, source)

    def extract(window: Window) -> Iterator[pl.DataFrame]:
        with ApiClient(source, url, credentials, retries) as client:
            yield from extract_api(contract, client, window, met)

    return ChangesReader(timedelta(seconds=source.overlap_seconds), extract, met)


def _files(contract: Contract, source: FilesSource, url: str, *_: object) -> Reader:
    return files_reader(contract, source, FolderStore(source, url))


def files_reader(contract: Contract, source: FilesSource, store: FileStore) -> FilesReader:
    """The reader of a source whose files lie in that store."""
    return FilesReader(store, partial(found_files, source, store), partial(extract_file, contract, source))


_READERS: dict[type[BaseSource], Callable[..., Reader]] = {
    DatabaseSource: _database,
    ApiSource: _api,
    FilesSource: _files,
}
