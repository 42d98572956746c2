"""Lands a load in Raw, all of it or nothing: stage every part, commit the manifest, publish the parts.

Staged parts are invisible, the manifest is created only if its number is free, and whoever comes next publishes what
a crash left unpublished (`tasks.land.publish`). So a load that is killed anywhere and started again ends as if it had
run once, and of two concurrent loads of a source exactly one is committed.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable
from uuid import uuid4

import polars as pl

from contracts.raw_layout import column_set, column_set_record, csv_columns
from contracts.rules import Severity
from contracts.sources.source import RawFormat
from tasks.errors import LoadRefused
from tasks.land.load import Landing, StagedRows, stage
from tasks.land.manifests import LoadRows, Manifest, ReadSoFar, commit_manifest, next_sequence
from tasks.land.publish import publish, publish_refused
from tasks.validate.load_checks import LoadChecks


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
    staged = stage(landing, landing.load_name(previous), chunks)
    return commit(landing, previous, staged, read_so_far, even_if_empty=even_if_empty, started=started)


def commit(
    landing: Landing,
    previous: Manifest | None,
    staged: StagedRows,
    read_so_far: Callable[[str], ReadSoFar],
    *,
    even_if_empty: bool,
    started: float,
) -> Manifest | None:
    """Commit and publish what was staged, as `land` says; the load began when `time.monotonic` was `started`."""
    if staged.rows == LoadRows() and not even_if_empty:
        return None
    checks = LoadChecks(landing.contract, landing.source, landing.day)
    checks.include(staged.checked)
    _refuse_if_too_bad(landing, staged, checks)
    columns = csv_columns(landing.contract, undeclared=bool(staged.undeclared))
    set_of_csv = column_set(columns) if landing.source.raw_format is RawFormat.CSV else None
    if set_of_csv not in {None, previous.column_set if previous else None}:
        _record_columns(landing, columns)
    so_far = read_so_far(landing.load_name(previous))
    manifest = Manifest(
        dataset=landing.contract.name,
        source=landing.source.name,
        sequence=next_sequence(previous),
        load_id=str(uuid4()),
        run_id=landing.run_id,
        committed_at=landing.now,
        seconds=round(time.monotonic() - started, 3),
        read_so_far=so_far,
        rows=staged.rows,
        deleted=staged.deleted,
        totals=staged.rows + (previous.totals if previous else LoadRows()),
        quarantined_by_rule=staged.broken_rules,
        samples=staged.samples,
        warned_checks=checks.failures(Severity.WARNING),
        column_set=set_of_csv,
        undeclared=staged.undeclared,
        files=staged.files,
        quarantine=staged.quarantine,
    )
    commit_manifest(landing.raw, landing.contract, landing.source, manifest)
    publish(landing.raw, manifest)
    return manifest


def _record_columns(landing: Landing, columns: Iterable[str]) -> None:
    """List the columns of CSV files before the first of them is published; JSON lines tell theirs themselves."""
    name, content = column_set_record(landing.contract, landing.source, columns)
    landing.raw.create(name, content.encode())


def _refuse_if_too_bad(landing: Landing, staged: StagedRows, checks: LoadChecks) -> None:
    rows, table = staged.rows, landing.contract.table
    tolerated = table.max_landing_error_ratio
    failures = [f"{label}: {found}" for label, found in checks.failures(Severity.ERROR).items()]
    # dividing counts gives just the float that the contract's decimal is; multiplying would be off by a rounding
    if rows.extracted >= table.min_rows_for_error_ratio and rows.quarantined / rows.extracted > tolerated:
        broken = ", ".join(f"{label} {count}" for label, count in Counter(staged.broken_rules).most_common())
        of_all = f"{rows.quarantined} of {rows.extracted} rows break landing rules ({broken})"
        failures.insert(0, f"{of_all}, more than the contract's {100 * tolerated:g}%")
    if not failures:
        return
    publish_refused(landing.raw, landing.source.name, staged.quarantine)
    names = tuple(file.name for file in staged.quarantine)
    bad_rows = f"; the bad rows are in {', '.join(names)}" if names else ""
    raise LoadRefused(
        f"{'; '.join(failures)}: nothing of this load was landed. Mend the source and run again{bad_rows}",
        broken_rules=staged.broken_rules,
        quarantine=names,
    )
