"""Remembers what was landed, so that what is read again is landed once: versions of rows, and contents of files.

A version is a row's key, the time of its last change and its content, as a hash. Versions are kept as long as the
next extraction may meet them again: those at or after the watermark minus the overlap, and those without a readable
time.

A file counts by its content: the same under another name is landed once, unless what that name said last was landed
later. Each file leaves a small blob `_seen/…/‹number›-‹id of its name›-‹fingerprint›-‹SHA-256›-landed.json`, or
`-known.json` where its content was landed before. The fingerprint of name, size and time of last change saves reading
a file again that is still lying there.
"""

from __future__ import annotations

import os
import re
from collections import deque
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import polars as pl

from tasks.extract.chunks import CURSOR, CURSOR_TYPE, KEY, LOCATION
from tasks.extract.folder import SourceFile
from tasks.land.manifests import RawFile
from tasks.land.raw_container import RawContainer

CONTENT = "_content"
_SCHEMA = {KEY: pl.String(), CURSOR: CURSOR_TYPE, CONTENT: pl.UInt64()}
_FIRST_TIME = datetime.min.replace(tzinfo=UTC)


class SeenVersions:
    """The versions of a source that the loads have met, and the watermark they amount to.

    Frames are chunks (`tasks.extract.chunks`). Memory is bounded by what changed within the overlap.
    """

    def __init__(self, *, overlap: timedelta, latest_possible: datetime, watermark: datetime | None) -> None:
        """Nothing seen yet. The watermark never passes `latest_possible`, whatever times a source's rows claim."""
        self._overlap = overlap
        self._latest_possible = latest_possible
        self._earlier = pl.DataFrame(schema=_SCHEMA)
        self._timeless: list[pl.DataFrame] = []
        self._recent: deque[pl.DataFrame] = deque()
        self.watermark = watermark

    def load(self, parquet: bytes) -> None:
        """Take over the versions that the load before recorded."""
        recorded = pl.read_parquet(BytesIO(parquet))
        self._earlier = pl.concat([pl.DataFrame(schema=_SCHEMA), recorded], how="diagonal")

    @property
    def horizon(self) -> datetime | None:
        """The time from which on versions are kept, and from which on the next load reads."""
        return max(self.watermark, _FIRST_TIME + self._overlap) - self._overlap if self.watermark else None

    def unseen(self, chunk: pl.DataFrame) -> pl.DataFrame:
        """The chunk's rows whose version no earlier load recorded, in their order."""
        rows = chunk.with_columns(_content())
        on = list(_SCHEMA)
        return rows.join(self._earlier, on=on, how="anti", nulls_equal=True, maintain_order="left").drop(CONTENT)

    def remember(self, chunk: pl.DataFrame, *, advance: bool) -> None:
        """Record the versions of all of the chunk's rows; with `advance` the watermark moves up to the latest."""
        versions = chunk.select(KEY, CURSOR, _content())
        latest = versions[CURSOR].max()
        if advance and isinstance(latest, datetime):
            latest = min(latest, self._latest_possible)
            self.watermark = max(latest, self.watermark or latest)
        is_timeless = pl.col(CURSOR).is_null()
        self._timeless.append(versions.filter(is_timeless))
        self._recent.append(versions.filter(~is_timeless))
        # sources deliver in order of change, so the oldest frames are the ones to forget
        while self._recent and self._within_horizon(self._recent[0]).is_empty():
            self._recent.popleft()

    def to_parquet(self) -> bytes:
        """The versions to keep, as `load` takes them: of a key and time what this load met, or else one before it.

        So a row that returns to what it said before, within the same second, is a new version again.
        """
        met = pl.concat([pl.DataFrame(schema=_SCHEMA), *self._timeless, *self._recent]).unique(maintain_order=True)
        earlier = self._earlier.join(met, on=[KEY, CURSOR], how="anti", nulls_equal=True, maintain_order="left")
        versions = pl.concat([earlier, met])
        buffer = BytesIO()
        self._within_horizon(versions).write_parquet(buffer)
        return buffer.getvalue()

    def _within_horizon(self, versions: pl.DataFrame) -> pl.DataFrame:
        if self.horizon is None:
            return versions
        return versions.filter(pl.col(CURSOR).is_null() | (pl.col(CURSOR) >= self.horizon))


def _content() -> pl.Expr:
    """A hash of what each row says; where another polars computes another one, what the overlap holds lands again."""
    return pl.struct(pl.exclude(KEY, CURSOR, LOCATION)).hash().alias(CONTENT)


class SeenFiles:
    """What the files of a folder have said so far: which contents were landed, and what each name said last."""

    def __init__(self, raw: RawContainer, prefix: str) -> None:
        """Look up the blobs whose names start with the prefix."""
        self._raw = raw
        self._prefix = prefix
        self._statements = 0
        self._said_last: dict[str, _Statement] = {}
        self._landed: dict[str, int] = {}
        found = map(_STATEMENT.fullmatch, (name.removeprefix(prefix) for name in raw.names(prefix)))
        for statement in sorted(_Statement(*match.groups()) for match in found if match):
            self._take_over(statement)

    def knows_fingerprint(self, path: Path) -> bool:
        """Whether this very file is what its name said last, as far as can be told without reading it."""
        said = self._said_last.get(_name_id(path))
        return said is not None and said.fingerprint == _fingerprint(path)

    def is_new(self, path: Path, file: SourceFile) -> bool:
        """Whether the content was never landed, or what the name said last was landed after it."""
        landed, said = self._landed.get(file.sha256), self._said_last.get(_name_id(path))
        return landed is None or (said is not None and self._landed[said.sha256] > landed)

    def record(self, path: Path, file: SourceFile) -> None:
        """Note that the name now says what was landed before."""
        self._raw.create(self._next_name(path, file, "known"), file.model_dump_json().encode())

    def stage_record(self, path: Path, file: SourceFile) -> RawFile:
        """Stage the record of the file, to be published with its load."""
        name, content = self._next_name(path, file, "landed"), file.model_dump_json().encode()
        self._raw.stage(name, content)
        return RawFile(name=name, rows=0, bytes=len(content), sha256=sha256(content).hexdigest())

    def _next_name(self, path: Path, file: SourceFile, how: str) -> str:
        number = f"{self._statements + 1:08d}"
        statement = _Statement(number, _name_id(path), _fingerprint(path), file.sha256, how)
        self._take_over(statement)
        return f"{self._prefix}{'-'.join(statement)}.json"

    def _take_over(self, statement: _Statement) -> None:
        self._statements = int(statement.number)
        self._said_last[statement.name_id] = statement
        if statement.how == "landed":
            self._landed[statement.sha256] = int(statement.number)


class _Statement(NamedTuple):
    """What the name of a record tells, in the order of its parts."""

    number: str
    name_id: str
    fingerprint: str
    sha256: str
    how: str


_STATEMENT = re.compile(r"([0-9]{8})-([0-9a-f]{16})-([0-9a-f]{32})-([0-9a-f]{64})-(landed|known)\.json")


def _name_id(path: Path) -> str:
    return sha256(os.fsencode(path.name)).hexdigest()[:16]


def _fingerprint(path: Path) -> str:
    found = path.stat()
    return sha256(b"%s\0%d\0%d" % (os.fsencode(path.name), found.st_size, found.st_mtime_ns)).hexdigest()[:32]
