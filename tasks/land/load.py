"""Lands a load in Raw, all of it or nothing: stage every part, commit the manifest, publish the parts.

Staged parts are invisible, the manifest is created only if its number is free, and whoever comes next publishes what
a crash left unpublished (`tasks.land.publish`). So a load that is killed anywhere and started again ends as if it had
run once, and of two concurrent loads of a source exactly one is committed.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from uuid import uuid4

import polars as pl

from contracts.contract import Contract
from contracts.raw_layout import (
    DELETED_AT,
    QUARANTINE,
    column_set,
    column_set_record,
    day_folder,
    rows_suffix,
    source_folder,
)
from contracts.rules import Severity
from contracts.sources.source import BaseSource, RawFormat
from tasks.errors import LoadRefused
from tasks.extract.chunks import CURSOR, CURSOR_TYPE, DELETED, FAULT, LOCATION, SOURCE_TEXT
from tasks.land.manifests import LoadRows, Manifest, RawFile, ReadSoFar, commit_manifest, next_sequence
from tasks.land.parts import PARTS_IN_FLIGHT, PartWriter
from tasks.land.publish import publish, publish_refused
from tasks.land.raw_container import RawContainer
from tasks.validate.load_checks import LoadChecks
from tasks.validate.schema import deletion_schema, landing_schema
from tasks.validate.split import REASONS, Validated, validate

SOURCE_LOCATION = "_source_location"
_RFC3339 = "%Y-%m-%dT%H:%M:%S%.6fZ"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Landing:
    """Where a source's loads go, in which run and when; `now` is the run's time, `zone` the lake's time zone."""

    contract: Contract
    source: BaseSource
    raw: RawContainer
    run_id: str
    now: datetime
    zone: tzinfo = UTC

    @property
    def path(self) -> str:
        """The source's folder, the same below each top folder of the container."""
        return source_folder(self.contract, self.source)


def land(
    landing: Landing,
    previous: Manifest | None,
    chunks: Iterable[pl.DataFrame],
    read_so_far: Callable[[str], ReadSoFar],
    *,
    even_if_empty: bool,
) -> Manifest | None:
    """Land the chunks as the load after `previous`; None, and nothing written, for no rows unless `even_if_empty`.

    `read_so_far` is called with the load's name once all chunks were read; it stages the record of what was seen.

    Raises:
        LoadRefused: too many rows break landing rules; nothing is landed, the quarantine is there for diagnosis.
        ConcurrentLoad: another run committed a load of this source meanwhile; nothing is landed.
    """
    started = time.monotonic()
    sequence = next_sequence(previous)
    with ThreadPoolExecutor(PARTS_IN_FLIGHT) as uploads:
        load = _Load(landing, f"{landing.source.name}-{sequence:08d}", uploads)
        for chunk in chunks:
            load.add(chunk)
        load.close()
    if load.rows == LoadRows() and not even_if_empty:
        return None
    _refuse_if_too_bad(landing, load)
    _record_columns(landing, previous)
    manifest = _manifest(landing, previous, sequence, load, read_so_far(load.name), time.monotonic() - started)
    commit_manifest(landing.raw, landing.contract, landing.source, manifest)
    publish(landing.raw, manifest)
    return manifest


def _manifest(
    landing: Landing, previous: Manifest | None, sequence: int, load: _Load, read_so_far: ReadSoFar, seconds: float
) -> Manifest:
    return Manifest(
        dataset=landing.contract.name,
        source=landing.source.name,
        sequence=sequence,
        load_id=str(uuid4()),
        run_id=landing.run_id,
        committed_at=landing.now,
        seconds=round(seconds, 3),
        read_so_far=read_so_far,
        rows=load.rows,
        deleted=load.deleted,
        totals=load.rows + (previous.totals if previous else LoadRows()),
        quarantined_by_rule=dict(load.broken_rules),
        warned_checks=load.checks.failures(Severity.WARNING),
        column_set=_column_set(landing),
        files=load.files,
        quarantine=load.quarantine,
    )


class _Load:
    """A load under way: validates, counts and stages the chunks it is given."""

    def __init__(self, landing: Landing, name: str, uploads: Executor) -> None:
        day = landing.now.astimezone(UTC).date()
        contract, source = landing.contract, landing.source
        self.name = name
        self.files: tuple[RawFile, ...] = ()
        self.quarantine: tuple[RawFile, ...] = ()
        self.rows = LoadRows()
        self.broken_rules: Counter[str] = Counter()
        self.deleted = 0
        self._extracted = 0
        self._now = landing.now
        self._columns = contract.column_names
        self._schema = landing_schema(contract, source, day)
        self._kept_of_deleted = [column.name for column in contract.table.deletion_columns]
        self._deletion_schema = deletion_schema(contract, source, day)
        self.checks = LoadChecks(contract, source, day)
        place = f"{day_folder(contract, source, day)}/{name}"
        self._accepted = PartWriter(landing.raw, place, rows_suffix(contract, source), uploads)
        self._rejected = PartWriter(landing.raw, f"{QUARANTINE}/{landing.path}/{name}", RawFormat.JSON, uploads)

    def add(self, chunk: pl.DataFrame) -> None:
        self._extracted += chunk.height
        rows = chunk
        if DELETED in chunk.columns:
            is_deletion = pl.col(DELETED).fill_null(value=False)
            rows = chunk.filter(~is_deletion)
            self._add_deletions(chunk.filter(is_deletion))
        self.checks.add(rows.filter(pl.col(FAULT).is_null()))
        self._write(validate(rows, self._schema), self._columns)
        logger.info("%s: %d rows extracted", self.name, self._extracted)

    def _add_deletions(self, chunk: pl.DataFrame) -> None:
        """Of a deleted row its key and last change are landed; of one without a time it is known when it was found."""
        deletions = chunk.select(*self._kept_of_deleted, "^_.*$").with_columns(
            pl.coalesce(CURSOR, pl.lit(self._now, CURSOR_TYPE)).dt.strftime(_RFC3339).alias(DELETED_AT)
        )
        validated = validate(deletions, self._deletion_schema)
        self.deleted += validated.accepted.height
        self._write(validated, (*self._kept_of_deleted, DELETED_AT))

    def _write(self, validated: Validated, columns: Sequence[str]) -> None:
        rejected = validated.rejected
        self._accepted.write(validated.accepted.select(columns))
        quarantined = rejected.select(*columns, REASONS, pl.col(LOCATION).alias(SOURCE_LOCATION))
        is_malformed = rejected[FAULT].is_not_null()
        self._rejected.write(quarantined.filter(~is_malformed))
        self._rejected.write(quarantined.hstack(rejected.select(FAULT, SOURCE_TEXT)).filter(is_malformed))
        self.broken_rules.update(dict(rejected[REASONS].explode(empty_as_null=False).value_counts().iter_rows()))

    def close(self) -> None:
        """Stage what is left and add up; each figure is counted where it arises."""
        self.files, self.quarantine = self._accepted.close(), self._rejected.close()
        landed, quarantined = (sum(file.rows for file in files) for files in (self.files, self.quarantine))
        self.rows = LoadRows(extracted=self._extracted, landed=landed, quarantined=quarantined)


def _column_set(landing: Landing) -> str | None:
    """The column set of the load's CSV files; JSON lines tell their columns themselves."""
    return column_set(landing.contract.column_names) if landing.source.raw_format is RawFormat.CSV else None


def _record_columns(landing: Landing, previous: Manifest | None) -> None:
    """List the columns of CSV files before the first of them is published, unless the load before had the same."""
    if _column_set(landing) not in {None, previous.column_set if previous else None}:
        name, content = column_set_record(landing.contract, landing.source)
        landing.raw.create(name, content.encode())


def _refuse_if_too_bad(landing: Landing, load: _Load) -> None:
    rows, table = load.rows, landing.contract.table
    tolerated = table.max_landing_error_ratio
    failures = [f"{label}: {found}" for label, found in load.checks.failures(Severity.ERROR).items()]
    # dividing counts gives just the float that the contract's decimal is; multiplying would be off by a rounding
    if rows.extracted >= table.min_rows_for_error_ratio and rows.quarantined / rows.extracted > tolerated:
        broken = ", ".join(f"{label} {count}" for label, count in load.broken_rules.most_common())
        of_all = f"{rows.quarantined} of {rows.extracted} rows break landing rules ({broken})"
        failures.insert(0, f"{of_all}, more than the contract's {100 * tolerated:g}%")
    if not failures:
        return
    publish_refused(landing.raw, landing.source.name, load.quarantine)
    bad_rows = f"; the bad rows are in {', '.join(file.name for file in load.quarantine)}" if load.quarantine else ""
    raise LoadRefused(
        f"{'; '.join(failures)}: nothing of this load was landed. Mend the source and run again{bad_rows}",
        broken_rules=dict(load.broken_rules),
        quarantine=tuple(file.name for file in load.quarantine),
    )
