"""Remembers which versions of rows were landed, so that what is read again is landed once.

A version is a row's key, the time of its last change and its content, as a hash. Versions are kept as long as the
next extraction may meet them again: those at or after the watermark minus the overlap, and those without a readable
time. Where a source is looked back at, older ones are kept too, in records of their own: only a look-back reads them.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta
from io import BytesIO

import polars as pl

from contracts.raw_layout import UNDECLARED
from tasks.extract.chunks import CURSOR, CURSOR_TYPE, KEY, LOCATION

CONTENT = "_content"
_SCHEMA = {KEY: pl.String(), CURSOR: CURSOR_TYPE, CONTENT: pl.UInt64()}
_FIRST_TIME = datetime.min.replace(tzinfo=UTC)


class SeenVersions:
    """The versions of a source that the loads have met, and the watermark they amount to.

    Frames are chunks (`tasks.extract.chunks`). Memory is bounded by what changed within the overlap.
    """

    def __init__(
        self,
        *,
        overlap: timedelta,
        latest_possible: datetime,
        watermark: datetime | None,
        look_back: timedelta | None = None,
    ) -> None:
        """Nothing seen yet. Times after `latest_possible` move no watermark: they are a source's odd rows."""
        self._overlap = overlap
        self._look_back = look_back or overlap
        self._latest_possible = latest_possible
        self._earlier = pl.DataFrame(schema=_SCHEMA)
        self._timeless: list[pl.DataFrame] = []
        self._recent: deque[pl.DataFrame] = deque()
        self.watermark = watermark

    def load(self, parquet: bytes) -> None:
        """Take over the versions of a record of the loads before."""
        self._earlier = pl.concat([self._earlier, pl.read_parquet(BytesIO(parquet))], how="diagonal")

    @property
    def horizon(self) -> datetime | None:
        """The time from which on the next load reads."""
        return self._before_watermark(self._overlap)

    @property
    def reach(self) -> datetime | None:
        """The time from which on versions are kept, and from which on a look-back reads."""
        return self._before_watermark(self._look_back)

    def unseen(self, chunk: pl.DataFrame) -> pl.DataFrame:
        """The chunk's rows whose version no earlier load recorded, in their order."""
        if self._earlier.is_empty():
            return chunk
        rows = chunk.with_columns(_content())
        on = list(_SCHEMA)
        return rows.join(self._earlier, on=on, how="anti", nulls_equal=True, maintain_order="left").drop(CONTENT)

    def remember(self, chunk: pl.DataFrame, *, advance: bool) -> None:
        """Record the versions of all of the chunk's rows; with `advance` the watermark moves up to the latest."""
        self.take(chunk.select(KEY, CURSOR, _content()), advance=advance)

    def take(self, versions: pl.DataFrame, *, advance: bool) -> None:
        """Record these versions, as `met` gives those of a shard, in the order of the shards."""
        times = versions[CURSOR]
        latest = times.filter(times <= self._latest_possible).max()
        if advance and isinstance(latest, datetime):
            self.watermark = max(latest, self.watermark or latest)
        is_timeless = pl.col(CURSOR).is_null()
        self._timeless.append(versions.filter(is_timeless))
        # a backfill, which does not move the watermark, may read much that lies before it
        self._recent.append(_since(self.reach, versions.filter(~is_timeless)))
        # sources deliver in order of change, so that the oldest frames are the ones to forget
        while self._recent and _since(self.reach, self._recent[0]).is_empty():
            self._recent.popleft()

    def met(self) -> pl.DataFrame:
        """The versions that this load has met and that a later one may meet again."""
        met = pl.concat([pl.DataFrame(schema=_SCHEMA), *self._timeless, *self._recent])
        return met.unique(maintain_order=True)

    def to_parquet(self) -> bytes:
        """The versions that the next load may meet again, as `load` takes them."""
        return _parquet(_since(self.horizon, self._versions()))

    def aged_parquet(self) -> bytes | None:
        """The versions that only a look-back meets again; None if there is none."""
        if self.horizon is None or self.reach == self.horizon:
            return None
        aged = _since(self.reach, self._versions()).filter(pl.col(CURSOR) < self.horizon)
        return None if aged.is_empty() else _parquet(aged)

    def _versions(self) -> pl.DataFrame:
        """Of a key and time what this load met, or else what was recorded before it.

        So a row that returns to what it said before, within the same second, is a new version again.
        """
        met = self.met()
        earlier = self._earlier.join(met, on=[KEY, CURSOR], how="anti", nulls_equal=True, maintain_order="left")
        return pl.concat([earlier, met])

    def _before_watermark(self, distance: timedelta) -> datetime | None:
        return max(self.watermark, _FIRST_TIME + distance) - distance if self.watermark else None


def _since(time: datetime | None, versions: pl.DataFrame) -> pl.DataFrame:
    """The versions from that time on, and those without a time."""
    return versions.filter(pl.col(CURSOR).is_null() | (pl.col(CURSOR) >= time)) if time else versions


def _parquet(versions: pl.DataFrame) -> bytes:
    buffer = BytesIO()
    versions.write_parquet(buffer)
    return buffer.getvalue()


def _content() -> pl.Expr:
    """A hash of what each row says; where another polars computes another one, what the overlap holds lands again.

    What the contract does not know is no part of it: a column that comes or goes lands no row again.
    """
    return pl.struct(pl.exclude(KEY, CURSOR, LOCATION, UNDECLARED)).hash().alias(CONTENT)
