"""One reading of a source: from where on, what of it is new, and what later loads have to remember of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from tasks.extract.chunks import Window
from tasks.extract.readers import ChangesReader
from tasks.land.late_rows import LateRowsCounter
from tasks.land.load import Landing, StagedRows, stage
from tasks.land.manifests import LateRows, Manifest, RawFile
from tasks.land.seen_versions import SeenVersions

_LAST_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class ReadRows:
    """What was read: its new rows, staged; the versions of all rows; the new ones that lay behind the overlap."""

    staged: StagedRows
    seen: SeenVersions
    late: LateRows


@dataclass(frozen=True)
class Reading:
    """One reading of a source, in one load or several; `began` is the load before all of them."""

    landing: Landing
    reader: ChangesReader
    backfill: Window | None
    began: Manifest | None

    @property
    def looks_back(self) -> bool:
        """Whether a look-back is due; the first load of all looks at everything."""
        look_back = self.reader.look_back
        if look_back is None or self.backfill:
            return False
        last = self.began.read_so_far.looked_back if self.began else None
        return last is None or self.landing.now - last.at >= look_back.interval

    @property
    def window(self) -> Window:
        """From where on the source is read."""
        seen = self._seen(self.began, [])
        return Window(since=seen.reach if self.looks_back else seen.horizon)

    def seen_until(self, previous: Manifest | None, last_change: datetime | None = None) -> SeenVersions:
        """What the loads up to `previous` have seen and may meet again; the watermark will not pass the last change."""
        records = previous.read_so_far.records if previous else ()
        return self._seen(previous, records if self.looks_back else records[:1], last_change)

    def stage_new(
        self,
        previous: Manifest | None,
        chunks: Iterator[pl.DataFrame],
        name: str,
        last_change: datetime | None = None,
    ) -> ReadRows:
        """Stage the chunks' rows that no load up to `previous` has landed, under names that begin with that name."""
        seen = self.seen_until(previous, last_change)
        late = LateRowsCounter(self.began if self.looks_back else None, self._seen(self.began, []).horizon)
        new_rows = late.counted(_new_rows(chunks, seen, is_backfill=self.backfill is not None))
        return ReadRows(staged=stage(self.landing, name, new_rows), seen=seen, late=late.rows)

    def _seen(
        self, previous: Manifest | None, records: Collection[RawFile], last_change: datetime | None = None
    ) -> SeenVersions:
        latest_possible = self.landing.now if self.reader.is_dated else _LAST_TIME
        seen = SeenVersions(
            overlap=self.reader.overlap,
            look_back=self.reader.look_back.distance if self.reader.look_back else None,
            latest_possible=min(latest_possible, last_change or latest_possible),
            watermark=previous.read_so_far.watermark if previous else None,
        )
        for record in records:
            seen.load(self.landing.raw.read(record.name))
        return seen


def _new_rows(chunks: Iterator[pl.DataFrame], seen: SeenVersions, *, is_backfill: bool) -> Iterator[pl.DataFrame]:
    """The chunks' rows that are new to the source's loads, recorded as seen; a backfill's rows all count as new."""
    for chunk in chunks:
        new = chunk if is_backfill else seen.unseen(chunk)
        seen.remember(chunk, advance=not is_backfill)
        if not new.is_empty():
            yield new
