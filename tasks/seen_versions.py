"""Remembers which versions of rows were landed lately, so that re-reading an overlap lands none of them twice.

A version is a row's key and the time of its last change. Versions are kept as long as the next extraction may meet
them again: those at or after the watermark minus the overlap, and those without a readable time.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from io import BytesIO

import polars as pl

from tasks.extraction import CURSOR, CURSOR_TYPE, KEY

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
