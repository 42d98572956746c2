"""Lands a load in Raw, all of it or nothing: stage every part, commit the manifest, publish the parts.

Staged parts are invisible, the manifest is created only if its number is free, and whoever comes next publishes what
a crash left unpublished (`tasks.publishing`). So a load that is killed anywhere and started again ends as if it had
run once, and of two concurrent loads of a source exactly one is committed.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import polars as pl

from contracts.model import Contract, Source
from tasks.blob_storage import RawContainer
from tasks.errors import LoadRefused
from tasks.extraction import LOCATION
from tasks.landing_schema import landing_schema
from tasks.manifests import Manifest, Progress, RawFile, Rows, commit_manifest
from tasks.publishing import publish, publish_refused
from tasks.raw_files import PARTS_IN_FLIGHT, PartWriter
from tasks.validation import REASONS, validate

SOURCE_LOCATION = "_source_location"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Landing:
    """Where a source's loads go, in which run and when; `now` is the run's time."""

    contract: Contract
    source: Source
    raw: RawContainer
    run_id: str
    now: datetime

    @property
    def path(self) -> str:
        """The source's folder, the same below each top folder of the container."""
        return f"{self.contract.name}/{self.source.name}"


def land(
    landing: Landing,
    previous: Manifest | None,
    chunks: Iterable[pl.DataFrame],
    progress: Callable[[str], Progress],
    *,
    even_if_empty: bool,
) -> Manifest | None:
    """Land the chunks as the load after `previous`; None, and nothing written, for no rows unless `even_if_empty`.

    `progress` is called with the load's name once all chunks were read; it stages the record of what was seen.

    Raises:
        LoadRefused: too many rows break landing rules; nothing is landed, the quarantine is there for diagnosis.
        ConcurrentLoad: another run committed a load of this source meanwhile; nothing is landed.
    """
    started = time.monotonic()
    sequence = previous.sequence + 1 if previous else 1
    with ThreadPoolExecutor(PARTS_IN_FLIGHT) as uploads:
        load = _Load(landing, f"{landing.source.name}-{sequence:08d}", uploads)
        for chunk in chunks:
            load.add(chunk)
        load.close()
    if load.rows == Rows() and not even_if_empty:
        return None
    _refuse_if_too_bad(landing, load)
    manifest = _manifest(landing, previous, sequence, load, progress(load.name), time.monotonic() - started)
    commit_manifest(landing.raw, landing.contract, landing.source, manifest)
    publish(landing.raw, manifest)
    return manifest


def _manifest(
    landing: Landing, previous: Manifest | None, sequence: int, load: _Load, progress: Progress, seconds: float
) -> Manifest:
    return Manifest(
        dataset=landing.contract.name,
        source=landing.source.name,
        sequence=sequence,
        load_id=str(uuid4()),
        run_id=landing.run_id,
        committed_at=landing.now,
        seconds=round(seconds, 3),
        progress=progress,
        rows=load.rows,
        totals=load.rows + (previous.totals if previous else Rows()),
        quarantined_by_rule=dict(load.broken_rules),
        files=load.files,
        quarantine=load.quarantine,
    )


class _Load:
    """A load under way: validates, counts and stages the chunks it is given."""

    def __init__(self, landing: Landing, name: str, uploads: Executor) -> None:
        day = landing.now.astimezone(UTC).date()
        folder = f"{landing.path}/load_date={day.isoformat()}"
        self.name = name
        self.files: tuple[RawFile, ...] = ()
        self.quarantine: tuple[RawFile, ...] = ()
        self.rows = Rows()
        self.broken_rules: Counter[str] = Counter()
        self._extracted = 0
        self._columns = landing.contract.column_names
        self._schema = landing_schema(landing.contract, landing.source, day)
        self._accepted = PartWriter(landing.raw, f"{folder}/{name}", landing.source.raw_suffix, uploads)
        self._rejected = PartWriter(landing.raw, f"_quarantine/{landing.path}/{name}", "json", uploads)

    def add(self, chunk: pl.DataFrame) -> None:
        self._extracted += chunk.height
        validated = validate(chunk, self._schema)
        rejected = validated.rejected
        self._accepted.write(validated.accepted.select(self._columns))
        self._rejected.write(rejected.select(*self._columns, REASONS, pl.col(LOCATION).alias(SOURCE_LOCATION)))
        self.broken_rules.update(dict(rejected[REASONS].explode(empty_as_null=False).value_counts().iter_rows()))
        logger.info("%s: %d rows extracted", self.name, self._extracted)

    def close(self) -> None:
        """Stage what is left and add up; each figure is counted where it arises."""
        self.files, self.quarantine = self._accepted.close(), self._rejected.close()
        landed, quarantined = (sum(file.rows for file in files) for files in (self.files, self.quarantine))
        self.rows = Rows(extracted=self._extracted, landed=landed, quarantined=quarantined)


def _refuse_if_too_bad(landing: Landing, load: _Load) -> None:
    rows, tolerated = load.rows, landing.contract.max_landing_error_ratio
    # dividing counts gives just the float that the contract's decimal is; multiplying would be off by a rounding
    if rows.extracted == 0 or rows.quarantined / rows.extracted <= tolerated:
        return
    publish_refused(landing.raw, landing.source.name, load.quarantine)
    broken = ", ".join(f"{label} {count}" for label, count in load.broken_rules.most_common())
    raise LoadRefused(
        f"{rows.quarantined} of {rows.extracted} rows break landing rules ({broken}), more than the contract's "
        f"{100 * tolerated:g}%: nothing of this load was landed. Mend the source and run again; "
        f"the bad rows are in {', '.join(file.name for file in load.quarantine)}",
        broken_rules=dict(load.broken_rules),
        quarantine=tuple(file.name for file in load.quarantine),
    )
