"""Counts the rows that a look-back finds behind the overlap, where loads without one would never have met them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime

import polars as pl

from tasks.extract.chunks import CURSOR
from tasks.land.manifests import LateRows, Manifest


class LateRowsCounter:
    """Counts new rows that changed before the overlap began, since all that was landed is remembered."""

    def __init__(self, began: Manifest | None, horizon: datetime | None) -> None:
        """Count none so far.

        Args:
            began: the load before the look-back, behind whose watermark rows are late.
            horizon: where the overlap of that load began.
        """
        so_far = began.read_so_far if began else None
        self._watermark = so_far.watermark if so_far else None
        self._since = so_far.looked_back.remembered_since if so_far and so_far.looked_back else None
        self._until = horizon
        self.rows = LateRows()

    def counted(self, chunks: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """The same chunks, counted as they pass."""
        for chunk in chunks:
            self.rows += self._late(chunk[CURSOR])
            yield chunk

    def _late(self, times: pl.Series) -> LateRows:
        if not (self._since and self._until and self._watermark):
            return LateRows()
        late = times.filter((times >= self._since) & (times < self._until))
        first = late.min()
        seconds = (self._watermark - first).total_seconds() if isinstance(first, datetime) else 0
        return LateRows(rows=len(late), most_seconds=math.ceil(seconds))
