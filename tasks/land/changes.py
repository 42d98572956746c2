"""Loads what changed at a source since the last load: from the watermark minus an overlap, less what was seen there.

Once in a while, where the contract says so, a load looks back much further for what came later than the overlap allows.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator

import polars as pl

from contracts.raw_layout import SEEN
from tasks.errors import MisconfiguredError, ReadingStopped
from tasks.extract.chunks import Window
from tasks.extract.readers import ChangesReader
from tasks.land.commit import commit
from tasks.land.load import Landing
from tasks.land.manifests import LookedBack, Manifest, RawFile, ReadSoFar
from tasks.land.parts import stage_content
from tasks.land.reading import Reading, ReadRows
from tasks.land.seen_versions import SeenVersions
from tasks.land.shards import RunShards, stage_in_shards
from tasks.land.windows import Windows


def land_changes(
    landing: Landing,
    previous: Manifest | None,
    reader: ChangesReader,
    backfill: Window | None,
    run_shards: RunShards | None = None,
) -> Iterator[Manifest]:
    """Land what the reader finds from the watermark on, or in the backfill window; nothing if nothing is new.

    Sources commit late: a change may show up behind the watermark, which is why the contract's overlap is read again.
    A backfill lands its rows whether they were landed before or not, and leaves the watermark where it is. It is one
    load; any other reading that the source stops is landed in several, by smaller windows. With `run_shards` each load
    of many rows is read in shards, if the source has them.

    Raises:
        StructureError: fields are gone from the source's rows (`tasks.extract.api.fields`); nothing is landed.
        ReadingStopped: the source stops small windows too.
        MisconfiguredError: a backfill is asked for of a source whose changes are numbered, not dated.
    """
    if backfill and not reader.is_dated:
        raise MisconfiguredError(f"{landing.source.name} has no times of change: it cannot be read again by time")
    if previous and backfill and (previous.run_id, previous.read_so_far.backfill) == (landing.run_id, backfill):
        return  # this very run was interrupted after it had landed the window
    reading = Reading(landing, reader, backfill, previous)
    windows = Windows(backfill or reading.window, None if backfill else reader.span)
    while windows.current:
        try:
            manifest = _land(reading, windows.current, previous, run_shards, is_last=windows.is_last)
        except ReadingStopped:
            if not windows.narrow():
                raise
            continue
        windows.advance()
        if manifest:
            previous = manifest
            yield manifest


def _land(
    reading: Reading, window: Window, previous: Manifest | None, run_shards: RunShards | None, *, is_last: bool
) -> Manifest | None:
    """Land what is new in the window as the load after `previous`; None if nothing is."""
    started = time.monotonic()
    landing, reader, so_far = reading.landing, reading.reader, previous.read_so_far if previous else None
    known = frozenset(so_far.columns_met if so_far else ())
    rows = _read(reading, window, previous, run_shards, known)
    ends_look_back = reading.looks_back and is_last

    def read_so_far(load_name: str) -> ReadSoFar:
        columns_met = known | (reader.met.columns if reader.met else known)
        records = so_far.records if so_far else ()
        return ReadSoFar(
            seen=_staged(landing, rows.seen, load_name),
            seen_before=() if reading.looks_back or not reader.look_back else records[1:],
            watermark=rows.seen.watermark,
            backfill=reading.backfill,
            columns_met=tuple(sorted(columns_met)),
            looked_back=_looked_back(reading, rows.seen, so_far, ends_now=ends_look_back),
            late=rows.late,
            snapshot=so_far.snapshot if so_far and reader.keys else None,
        )

    even_if_empty = ends_look_back and previous is not None  # else the next run would look back again
    return commit(landing, previous, rows.staged, read_so_far, even_if_empty=even_if_empty, started=started)


def _read(
    reading: Reading,
    window: Window,
    previous: Manifest | None,
    run_shards: RunShards | None,
    known_columns: Collection[str],
) -> ReadRows:
    sharding = reading.reader.sharding if run_shards else None
    split = sharding.split(window) if sharding else None
    if split and run_shards:
        return stage_in_shards(reading, previous, window, split, run_shards)
    chunks = _checked(reading.reader, reading.reader.extract(window), known_columns)
    return reading.stage_new(previous, chunks, reading.landing.load_name(previous))


def _looked_back(
    reading: Reading, seen: SeenVersions, so_far: ReadSoFar | None, *, ends_now: bool
) -> LookedBack | None:
    if ends_now:
        return LookedBack(at=reading.landing.now, remembered_since=seen.reach)
    return so_far.looked_back if so_far and reading.reader.look_back else None


def _staged(landing: Landing, seen: SeenVersions, load_name: str) -> tuple[RawFile, ...]:
    """The record that each load reads, and the one that look-backs read beside it."""
    place = f"{SEEN}/{landing.path}/{load_name}"
    recent = stage_content(landing.raw, place, "parquet", seen.to_parquet())
    aged = seen.aged_parquet()
    return (recent, stage_content(landing.raw, f"{place}-aged", "parquet", aged)) if aged else (recent,)


def _checked(
    reader: ChangesReader, chunks: Iterator[pl.DataFrame], known_columns: Collection[str]
) -> Iterator[pl.DataFrame]:
    """The chunks; at their end it is known what the source's rows lack, before anything of the load is committed."""
    yield from chunks
    if reader.met:
        reader.met.check(known_columns)
