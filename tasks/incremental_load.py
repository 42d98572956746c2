"""Loads what changed at a source since the last load: from the watermark minus an overlap, less what was seen there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import polars as pl

from tasks.extraction import Window
from tasks.landing import Landing, land
from tasks.manifests import Manifest, Progress
from tasks.raw_files import stage_content
from tasks.seen_versions import SeenVersions

Extract = Callable[[Window], Iterator[pl.DataFrame]]


def land_changes(
    landing: Landing, previous: Manifest | None, extract: Extract, backfill: Window | None
) -> Manifest | None:
    """Land what `extract` finds from the watermark on, or in the backfill window; None if nothing is new.

    Sources commit late: a change may show up behind the watermark, which is why the contract's overlap is read again.
    A backfill lands its rows whether they were landed before or not, and leaves the watermark where it is.
    """
    if previous and backfill and (previous.run_id, previous.progress.backfill) == (landing.run_id, backfill):
        return None  # this very run was interrupted after it had landed the window
    seen = _seen_versions(landing, previous)
    window = backfill or Window(since=seen.horizon)
    chunks = _new_rows(extract(window), seen, is_backfill=backfill is not None)

    def progress(load_name: str) -> Progress:
        record = stage_content(landing.raw, f"_seen/{landing.path}/{load_name}", "parquet", seen.to_parquet())
        return Progress(seen=record, watermark=seen.watermark, backfill=backfill)

    return land(landing, previous, chunks, progress, even_if_empty=False)


def _seen_versions(landing: Landing, previous: Manifest | None) -> SeenVersions:
    seen = SeenVersions(
        overlap=timedelta(seconds=landing.source.overlap_seconds),
        latest_possible=landing.now,
        watermark=previous.progress.watermark if previous else None,
    )
    if previous:
        seen.load(landing.raw.read(previous.progress.seen.name))
    return seen


def _new_rows(chunks: Iterator[pl.DataFrame], seen: SeenVersions, *, is_backfill: bool) -> Iterator[pl.DataFrame]:
    """The chunks' rows that are new to the source's loads, recorded as seen; a backfill's rows all count as new."""
    for chunk in chunks:
        new = chunk if is_backfill else seen.unseen(chunk)
        if not new.is_empty():
            seen.remember(new, advance=not is_backfill)
            yield new
