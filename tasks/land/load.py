"""Reads the rows of a load, validates and counts them, and stages them as parts in Raw, which nobody sees yet."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

import polars as pl
from pydantic import Field

from contracts.contract import Contract
from contracts.raw_layout import DELETED_AT, QUARANTINE, UNDECLARED, day_folder, rows_suffix, source_folder
from contracts.shapes import Samples, merged
from contracts.sources.source import BaseSource, RawFormat
from tasks.extract.chunks import CURSOR, CURSOR_TYPE, FAULT, LOCATION, SOURCE_TEXT, split_deletions
from tasks.extract.undeclared import merged_names, undeclared_as_json, undeclared_names
from tasks.land.manifests import Frozen, LoadRows, Manifest, RawFile, next_sequence
from tasks.land.parts import PARTS_IN_FLIGHT, PartWriter
from tasks.land.raw_container import RawContainer
from tasks.validate.load_checks import CheckCounts, LoadChecks
from tasks.validate.samples import more_samples
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

    @property
    def day(self) -> date:
        """The day of the load, in UTC."""
        return self.now.astimezone(UTC).date()

    def load_name(self, previous: Manifest | None) -> str:
        """The name of the load after that one."""
        return f"{self.source.name}-{next_sequence(previous):08d}"


class StagedRows(Frozen):
    """What was staged of a load, or of one shard of it; `deleted` of the landed rows are deletions.

    `samples` are shapes of values that broke rules, by label. `undeclared` are names of what the contract does not know
    (`tasks.extract.undeclared`).
    """

    files: tuple[RawFile, ...] = ()
    quarantine: tuple[RawFile, ...] = ()
    rows: LoadRows = LoadRows()
    deleted: int = 0
    broken_rules: dict[str, int] = Field(default_factory=dict)
    samples: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    checked: CheckCounts = CheckCounts()
    undeclared: tuple[str, ...] = ()

    def __add__(self, other: StagedRows) -> StagedRows:
        """Both together, this one's parts first."""
        return StagedRows(
            files=self.files + other.files,
            quarantine=self.quarantine + other.quarantine,
            rows=self.rows + other.rows,
            deleted=self.deleted + other.deleted,
            broken_rules=dict(Counter(self.broken_rules) + Counter(other.broken_rules)),
            samples=merged(self.samples, other.samples),
            checked=self.checked + other.checked,
            undeclared=merged_names(self.undeclared, other.undeclared),
        )


def stage(landing: Landing, name: str, chunks: Iterable[pl.DataFrame]) -> StagedRows:
    """Stage the chunks as parts whose names begin with that name: a load's, or that of a shard of it.

    A chunk is validated and written while the next one is extracted.
    """
    with ThreadPoolExecutor(PARTS_IN_FLIGHT) as uploads, ThreadPoolExecutor(1) as validation:
        load, adding = _Load(landing, name, uploads), validation.submit(lambda: None)
        for chunk in chunks:
            adding.result()
            adding = validation.submit(copy_context().run, load.add, chunk)  # it says whose logs are written
        adding.result()
        return load.close()


class _Load:
    """A load under way: validates, counts and stages the chunks it is given."""

    def __init__(self, landing: Landing, name: str, uploads: Executor) -> None:
        day, contract, source = landing.day, landing.contract, landing.source
        self._name = name
        self._broken_rules: Counter[str] = Counter()
        self._samples: Samples = {}
        self._undeclared: tuple[str, ...] = ()
        self._contract = contract
        self._deleted = 0
        self._extracted = 0
        self._now = landing.now
        self._columns = (*contract.column_names, UNDECLARED)
        self._schema = landing_schema(contract, source, day)
        self._kept_of_deleted = [column.name for column in contract.table.deletion_columns]
        self._deletion_schema = deletion_schema(contract, source, day)
        self._checks = LoadChecks(contract, source, day)
        self._source = source
        self._accepted = PartWriter(landing.raw, f"{day_folder(contract, source, day)}/{name}", uploads)
        self._rejected = PartWriter(landing.raw, f"{QUARANTINE}/{landing.path}/{name}", uploads)

    def add(self, chunk: pl.DataFrame) -> None:
        self._extracted += chunk.height
        self._undeclared = merged_names(self._undeclared, undeclared_names(chunk))
        rows, deletions = split_deletions(undeclared_as_json(chunk))
        if not deletions.is_empty():
            self._add_deletions(deletions)
        self._checks.add(rows.filter(pl.col(FAULT).is_null()))
        self._write(validate(rows, self._schema), [name for name in rows.columns if name in self._columns])
        logger.info("%s: %d rows extracted", self._name, self._extracted)

    def _add_deletions(self, chunk: pl.DataFrame) -> None:
        """Of a deleted row its key and last change are landed; of one without a time it is known when it was found."""
        deletions = chunk.select(*self._kept_of_deleted, "^_.*$").with_columns(
            pl.coalesce(CURSOR, pl.lit(self._now, CURSOR_TYPE)).dt.strftime(_RFC3339).alias(DELETED_AT)
        )
        validated = validate(deletions, self._deletion_schema)
        self._deleted += validated.accepted.height
        self._write(validated, (*self._kept_of_deleted, DELETED_AT))

    def _write(self, validated: Validated, columns: Sequence[str]) -> None:
        rejected = validated.rejected
        self._samples = more_samples(self._samples, rejected, self._contract)
        self._accepted.write(validated.accepted.select(columns), rows_suffix(self._source, columns))
        quarantined = rejected.select(*columns, REASONS, pl.col(LOCATION).alias(SOURCE_LOCATION))
        is_malformed = rejected[FAULT].is_not_null()
        malformed = quarantined.hstack(rejected.select(FAULT, SOURCE_TEXT)).filter(is_malformed)
        self._rejected.write(quarantined.filter(~is_malformed), RawFormat.JSON)
        self._rejected.write(malformed, RawFormat.JSON)
        self._broken_rules.update(dict(rejected[REASONS].explode(empty_as_null=False).value_counts().iter_rows()))

    def close(self) -> StagedRows:
        """Stage what is left and add up; each figure is counted where it arises."""
        files, quarantine = self._accepted.close(), self._rejected.close()
        landed, quarantined = (sum(file.rows for file in those) for those in (files, quarantine))
        return StagedRows(
            files=files,
            quarantine=quarantine,
            rows=LoadRows(extracted=self._extracted, landed=landed, quarantined=quarantined),
            deleted=self._deleted,
            broken_rules=dict(self._broken_rules),
            samples=dict(self._samples),
            checked=self._checks.counts,
            undeclared=self._undeclared,
        )
