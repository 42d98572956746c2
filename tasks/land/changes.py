"""Loads what changed at a source since the last load: from the watermark minus an overlap, less what was seen there."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

import polars as pl

from contracts.raw_layout import SEEN
from tasks.extract.chunks import Window
from tasks.extract.readers import ChangesReader
from tasks.land.load import Landing, land
from tasks.land.manifests import Manifest, ReadSoFar
from tasks.land.parts import stage_content
from tasks.land.seen_versions import SeenVersions


def land_changes(
    landing: Landing, previous: Manifest | None, reader: ChangesReader, backfill: Window | None
) -> Manifest | None:
    """Land what the reader finds from the watermark on, or in the backfill window; None if nothing is new.

    Sources commit late: a change may show up behind the watermark, which is why the contract's overlap is read again.
    A backfill lands its rows whether they were landed before or not, and leaves the watermark where it is.

    Raises:
        StructureError: fields are gone from the source's rows (`tasks.extract.api.fields`); nothing is landed.
    """
    if previous and backfill and (previous.run_id, previous.read_so_far.backfill) == (landing.run_id, backfill):
        return None  # this very run was interrupted after it had landed the window
    seen = _seen_versions(landing, previous, reader.overlap)
    window = backfill or Window(since=seen.horizon)
    known = frozenset(previous.read_so_far.columns_met if previous else ())
    chunks = _checked(reader, _new_rows(reader.extract(window), seen, is_backfill=backfill is not None), known)

    def read_so_far(load_name: str) -> ReadSoFar:
        record = stage_content(landing.raw, f"{SEEN}/{landing.path}/{load_name}", "parquet", seen.to_parquet())
        columns_met = known | (reader.met.columns if reader.met else known)
        return ReadSoFar(
            seen=(record,), watermark=seen.watermark, backfill=backfill, columns_met=tuple(sorted(columns_met))
        )

    return land(landing, previous, chunks, read_so_far, even_if_empty=False)


def _checked(
    reader: ChangesReader, chunks: Iterator[pl.DataFrame], known_columns: Collection[str]
) -> Iterator[pl.DataFrame]:
    """The chunks; at their end it is known what the source's rows lack, before anything of the load is committed."""
    yield from chunks
    if reader.met:
        reader.met.check(known_columns)


def _seen_versions(landing: Landing, previous: Manifest | None, overlap: timedelta) -> SeenVersions:
    seen = SeenVersions(
        overlap=overlap,
        latest_possible=landing.now,
        watermark=previous.read_so_far.watermark if previous else None,
    )
    if previous:
        seen.load(landing.raw.read(previous.read_so_far.seen[0].name))
    return seen


def _new_rows(chunks: Iterator[pl.DataFrame], seen: SeenVersions, *, is_backfill: bool) -> Iterator[pl.DataFrame]:
    """The chunks' rows that are new to the source's loads, recorded as seen; a backfill's rows all count as new."""
    for chunk in chunks:
        new = chunk if is_backfill else seen.unseen(chunk)
        seen.remember(chunk, advance=not is_backfill)
        if not new.is_empty():
            yield new
