"""Ingests one source: complete the last load if a crash left it unfinished, then land what is new since."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

from tasks.errors import ConcurrentLoad
from tasks.extract.chunks import Window
from tasks.extract.readers import FilesReader, Reader
from tasks.land.changes import land_changes
from tasks.land.deletions import land_deletions
from tasks.land.files import land_files
from tasks.land.load import Landing
from tasks.land.manifests import Manifest
from tasks.land.publish import finish_last_load
from tasks.land.shards import RunShards

logger = logging.getLogger(__name__)

TURNS = 5
"""How often a run begins again because another one landed the source first; what it left is little each time."""


@dataclass(frozen=True)
class LoadReport:
    """A load that this run landed, or that it found committed but not published and completed (`recovered`)."""

    manifest: Manifest
    recovered: bool = False


def ingest(
    landing: Landing, reader: Reader, backfill: Window | None = None, run_shards: RunShards | None = None
) -> list[LoadReport]:
    """Land what is new at the source, or the backfill window of a source that changes, landed before or not.

    Runs of one source take turns: one that comes second begins again where the first has ended. Without `run_shards`
    nothing is read in shards, whatever the source's contract says.

    Raises:
        FilesRefused: some files of a folder were refused; the others were landed.
        PipelineError: nothing was landed; `tasks.errors` has the reasons.
    """
    reports: list[LoadReport] = []
    turns: int | None = None
    for turn in count(1):
        try:
            _ingest_once(landing, reader, backfill, run_shards, reports)
            break
        except ConcurrentLoad as error:
            turns = turns or _turns(landing, reader)  # asked once: the folder may grow with every turn
            if turn >= turns:
                raise
            logger.info("%s; beginning again from there", error)
    return reports


def _turns(landing: Landing, reader: Reader) -> int:
    """Each file that another run lands first may cost a turn, and no file costs two."""
    return TURNS + (len(reader.list_files(landing.now.date())) if isinstance(reader, FilesReader) else 0)


def _ingest_once(
    landing: Landing,
    reader: Reader,
    backfill: Window | None,
    run_shards: RunShards | None,
    reports: list[LoadReport],
) -> None:
    previous, recovered = finish_last_load(landing.raw, landing.contract, landing.source)
    if previous and recovered:
        reports.append(LoadReport(previous, recovered=True))
    reports.extend(map(LoadReport, _land(landing, previous, reader, backfill, run_shards)))


def _land(
    landing: Landing, previous: Manifest | None, reader: Reader, backfill: Window | None, run_shards: RunShards | None
) -> Iterator[Manifest]:
    if isinstance(reader, FilesReader):
        yield from land_files(landing, previous, reader)
        return
    for manifest in land_changes(landing, previous, reader, backfill, run_shards):
        previous = manifest
        yield manifest
    if not backfill:
        yield from land_deletions(landing, previous, reader)
