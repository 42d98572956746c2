"""Loads what changed at a source since the last load: from the watermark minus an overlap, less what was seen there.

Once in a while, where the contract says so, a load looks back much further for what came later than the overlap allows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from contracts.raw_layout import SEEN
from tasks.errors import MisconfiguredError, ReadingStopped
from tasks.extract.chunks import Window
from tasks.extract.readers import ChangesReader
from tasks.land.late_rows import LateRowsCounter
from tasks.land.load import Landing, land
from tasks.land.manifests import LookedBack, Manifest, RawFile, ReadSoFar
from tasks.land.parts import stage_content
from tasks.land.seen_versions import SeenVersions
from tasks.land.windows import Windows

_LAST_TIME = datetime.max.replace(tzinfo=UTC)


def land_changes(
    landing: Landing, previous: Manifest | None, reader: ChangesReader, backfill: Window | None
) -> Iterator[Manifest]:
    """Land what the reader finds from the watermark on, or in the backfill window; nothing if nothing is new.

    Sources commit late: a change may show up behind the watermark, which is why the contract's overlap is read again.
    A backfill lands its rows whether they were landed before or not, and leaves the watermark where it is. It is one
    load; any other reading that the source stops is landed in several, by smaller windows.

    Raises:
        StructureError: fields are gone from the source's rows (`tasks.extract.api.fields`); nothing is landed.
        ReadingStopped: the source stops small windows too.
        MisconfiguredError: a backfill is asked for of a source whose changes are numbered, not dated.
    """
    if backfill and not reader.is_dated:
        raise MisconfiguredError(f"{landing.source.name} has no times of change: it cannot be read again by time")
    if previous and backfill and (previous.run_id, previous.read_so_far.backfill) == (landing.run_id, backfill):
        return  # this very run was interrupted after it had landed the window
    reading = _Reading(landing, reader, backfill, previous)
    windows = Windows(backfill or reading.window, None if backfill else reader.span)
    while windows.current:
        try:
            manifest = reading.land(windows.current, previous, is_last=windows.is_last)
        except ReadingStopped:
            if not windows.narrow():
                raise
            continue
        windows.advance()
        if manifest:
            previous = manifest
            yield manifest


@dataclass(frozen=True)
class _Reading:
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

    def land(self, window: Window, previous: Manifest | None, *, is_last: bool) -> Manifest | None:
        """Land what is new in the window as the load after `previous`; None if nothing is."""
        reader, so_far = self.reader, previous.read_so_far if previous else None
        records = so_far.records if so_far else ()
        seen = self._seen(previous, records if self.looks_back else records[:1])
        known = frozenset(so_far.columns_met if so_far else ())
        late = LateRowsCounter(self.began if self.looks_back else None, self._seen(self.began, []).horizon)
        new_rows = late.counted(_new_rows(reader.extract(window), seen, is_backfill=self.backfill is not None))
        ends_look_back = self.looks_back and is_last

        def read_so_far(load_name: str) -> ReadSoFar:
            columns_met = known | (reader.met.columns if reader.met else known)
            return ReadSoFar(
                seen=self._staged(seen, load_name),
                seen_before=() if self.looks_back or not reader.look_back else records[1:],
                watermark=seen.watermark,
                backfill=self.backfill,
                columns_met=tuple(sorted(columns_met)),
                looked_back=self._looked_back(seen, so_far, ends_now=ends_look_back),
                late=late.rows,
                snapshot=so_far.snapshot if so_far and reader.keys else None,
            )

        even_if_empty = ends_look_back and previous is not None  # else the next run would look back again
        return land(self.landing, previous, _checked(reader, new_rows, known), read_so_far, even_if_empty=even_if_empty)

    def _looked_back(self, seen: SeenVersions, so_far: ReadSoFar | None, *, ends_now: bool) -> LookedBack | None:
        if ends_now:
            return LookedBack(at=self.landing.now, remembered_since=seen.reach)
        return so_far.looked_back if so_far and self.reader.look_back else None

    def _seen(self, previous: Manifest | None, records: Collection[RawFile]) -> SeenVersions:
        seen = SeenVersions(
            overlap=self.reader.overlap,
            look_back=self.reader.look_back.distance if self.reader.look_back else None,
            latest_possible=self.landing.now if self.reader.is_dated else _LAST_TIME,
            watermark=previous.read_so_far.watermark if previous else None,
        )
        for record in records:
            seen.load(self.landing.raw.read(record.name))
        return seen

    def _staged(self, seen: SeenVersions, load_name: str) -> tuple[RawFile, ...]:
        """The record that each load reads, and the one that look-backs read beside it."""
        place = f"{SEEN}/{self.landing.path}/{load_name}"
        recent = stage_content(self.landing.raw, place, "parquet", seen.to_parquet())
        aged = seen.aged_parquet()
        return (recent, stage_content(self.landing.raw, f"{place}-aged", "parquet", aged)) if aged else (recent,)


def _checked(
    reader: ChangesReader, chunks: Iterator[pl.DataFrame], known_columns: Collection[str]
) -> Iterator[pl.DataFrame]:
    """The chunks; at their end it is known what the source's rows lack, before anything of the load is committed."""
    yield from chunks
    if reader.met:
        reader.met.check(known_columns)


def _new_rows(chunks: Iterator[pl.DataFrame], seen: SeenVersions, *, is_backfill: bool) -> Iterator[pl.DataFrame]:
    """The chunks' rows that are new to the source's loads, recorded as seen; a backfill's rows all count as new."""
    for chunk in chunks:
        new = chunk if is_backfill else seen.unseen(chunk)
        seen.remember(chunk, advance=not is_backfill)
        if not new.is_empty():
            yield new
