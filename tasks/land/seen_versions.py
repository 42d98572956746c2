"""Remembers which versions of rows were landed, so that what is read again is landed once.

A version is a row's key, the time of its last change and its content, as a hash. Versions are kept as long as the
next extraction may meet them again: those at or after the watermark minus the overlap, and those without a readable
time.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from io import BytesIO

import polars as pl

from tasks.extract.chunks import CURSOR, CURSOR_TYPE, KEY, LOCATION

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
        if self._earlier.is_empty():
            return chunk
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
        # a backfill, which does not move the watermark, may read much that lies before it
        self._recent.append(self._within_horizon(versions.filter(~is_timeless)))
        # sources deliver in order of change, so that the oldest frames are the ones to forget
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
