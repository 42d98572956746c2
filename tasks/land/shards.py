"""Reads the window of a load in several shards, each by a run of its own, and puts together what they staged.

What a shard is told and what it tells are blobs below `_shards/‹dataset›/‹source›/‹load›-‹id›/`, written once: a shard
whose report is there has ended, however often and by whom it is run. Its parts are staged like those of any load, so
that nothing of it is seen until the load's one manifest is there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO
from uuid import uuid4

import polars as pl

from contracts.contract import Contract
from contracts.raw_layout import SHARDS, source_folder
from contracts.sources.source import BaseSource
from tasks.errors import MisconfiguredError
from tasks.extract.chunks import Window
from tasks.extract.readers import FilesReader, Reader
from tasks.extract.shards import Split
from tasks.land.load import Landing, StagedRows
from tasks.land.manifests import Frozen, LateRows, Manifest, RawFile
from tasks.land.parts import describe_content
from tasks.land.raw_container import RawContainer
from tasks.land.reading import Reading, ReadRows

RunShards = Callable[[str, int], None]
"""Runs `land_shard` for each number up to the second argument, for the division of that id, and waits for their ends.

It raises what a shard has raised that it does not try again.
"""


class Division(Frozen):
    """A load that is read in shards, as each of them has to know it."""

    run_id: str
    now: datetime
    began: Manifest | None
    previous: Manifest | None
    backfill: Window | None
    window: Window
    split: Split


class ShardReport(Frozen):
    """What a shard has staged, the blob with the versions it has met, and which of its rows came late."""

    staged: StagedRows
    versions: RawFile
    late: LateRows


def stage_in_shards(
    reading: Reading, previous: Manifest | None, window: Window, split: Split, run_shards: RunShards
) -> ReadRows:
    """Have each shard stage its new rows; all of it as one reading would tell it, in the order of the shards."""
    landing = reading.landing
    division = Division(
        run_id=landing.run_id,
        now=landing.now,
        began=reading.began,
        previous=previous,
        backfill=reading.backfill,
        window=window,
        split=split,
    )
    division_id = f"{landing.load_name(previous)}-{uuid4()}"
    place = f"{SHARDS}/{landing.path}/{division_id}"
    landing.raw.create(f"{place}/division.json", division.model_dump_json().encode())
    run_shards(division_id, len(split.shards))
    seen, staged, late = reading.seen_until(previous, split.last_change), StagedRows(), LateRows()
    for number in range(1, len(split.shards) + 1):
        report = ShardReport.model_validate_json(landing.raw.read(_report_name(place, number)))
        seen.take(pl.read_parquet(BytesIO(landing.raw.read(report.versions.name))), advance=reading.backfill is None)
        staged, late = staged + report.staged, late + report.late
    return ReadRows(staged=staged, seen=seen, late=late)


def land_shard(
    raw: RawContainer, contract: Contract, source: BaseSource, reader: Reader, division_id: str, number: int
) -> None:
    """Stage the new rows of one shard, and report it; nothing is done if that was done before.

    Raises:
        PipelineError: the shard was not read; `tasks.errors` has the reasons.
    """
    place = f"{SHARDS}/{source_folder(contract, source)}/{division_id}"
    if raw.metadata(_report_name(place, number)) is not None:
        return
    division = Division.model_validate_json(raw.read(f"{place}/division.json"))
    landing = Landing(contract=contract, source=source, raw=raw, run_id=division.run_id, now=division.now)
    if isinstance(reader, FilesReader) or reader.sharding is None:
        raise MisconfiguredError(f"{source.name} has no shards any more: run again")
    name = f"{landing.load_name(division.previous)}-{number:02d}"
    split = division.split
    chunks = reader.sharding.extract(division.window, split.shards[number - 1])
    reading = Reading(landing, reader, division.backfill, division.began)
    rows = reading.stage_new(division.previous, chunks, name, split.last_change)
    versions = BytesIO()
    rows.seen.met().write_parquet(versions)
    content = versions.getvalue()
    record = describe_content(f"{place}/shard-{number:02d}-versions", "parquet", content)
    raw.create(record.name, content)
    report = ShardReport(staged=rows.staged, versions=record, late=rows.late)
    raw.create(_report_name(place, number), report.model_dump_json().encode())


def _report_name(place: str, number: int) -> str:
    return f"{place}/shard-{number:02d}.json"
