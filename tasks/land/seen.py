"""Remembers what was landed, so that what is read again is landed once: versions of rows, and contents of files.

A version is a row's key and the time of its last change. Versions are kept as long as the next extraction may meet
them again: those at or after the watermark minus the overlap, and those without a readable time.

A file counts by its content, whatever its name. Each landed content leaves a small blob
`_seen/…/‹fingerprint›-‹SHA-256›.json`. The fingerprint of name, size and time of last change saves reading a file again
that is still lying there.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import polars as pl

from tasks.extract.chunks import CURSOR, CURSOR_TYPE, KEY
from tasks.extract.folder import SourceFile
from tasks.land.manifests import RawFile
from tasks.land.raw_container import RawContainer

_SCHEMA = {KEY: pl.String(), CURSOR: CURSOR_TYPE}


class SeenVersions:
    """The versions of a source that were landed or quarantined, and the watermark they amount to.

    Frames hold `_key` (string) and `_cursor` (UTC, microseconds). Memory is bounded by what changed within the overlap.
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
        self._earlier = pl.read_parquet(BytesIO(parquet), schema=_SCHEMA)

    @property
    def horizon(self) -> datetime | None:
        """The time from which on versions are kept, and from which on the next load reads."""
        return self.watermark - self._overlap if self.watermark else None

    def unseen(self, chunk: pl.DataFrame) -> pl.DataFrame:
        """The chunk's rows whose version no earlier load recorded, in their order."""
        return chunk.join(self._earlier, on=[KEY, CURSOR], how="anti", nulls_equal=True, maintain_order="left")

    def remember(self, chunk: pl.DataFrame, *, advance: bool) -> None:
        """Record the chunk's versions; with `advance` the watermark moves up to the latest of them."""
        versions = chunk.select(_SCHEMA.keys())
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
        """The versions to keep, as `load` takes them."""
        versions = pl.concat([self._earlier, *self._timeless, *self._recent])
        buffer = BytesIO()
        self._within_horizon(versions).write_parquet(buffer)
        return buffer.getvalue()

    def _within_horizon(self, versions: pl.DataFrame) -> pl.DataFrame:
        if self.horizon is None:
            return versions
        return versions.filter(pl.col(CURSOR).is_null() | (pl.col(CURSOR) >= self.horizon))


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
