"""Puts each source's row accounting together from its two keepers: the loads' manifests and the job's tables."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.reports import SourceBooks, TransformedRows
from tasks.job_runs import JobRun
from tasks.manifests import Rows


def total_books(source: str, landed: Rows, landed_meanwhile: Sequence[Rows], run: JobRun | None) -> SourceBooks:
    """The source's accounting over all runs, as the last job run found the tables.

    A source that also runs on its own may land while the job reads Raw: the totals after one of those loads are then
    the ones that bronze answers for.
    """
    if run is None:
        return _books(landed, TransformedRows(), TransformedRows())
    bronze = run.total_rows("bronze", source)
    answered_for = next((totals for totals in landed_meanwhile if totals.landed == bronze.bronze), landed)
    return _books(answered_for, bronze, run.total_rows("silver", source))


def run_books(source: str, landed: Rows, run: JobRun | None) -> SourceBooks:
    """The source's accounting of one pipeline run, whose job run is given if it had one."""
    if run is None:
        return _books(landed, TransformedRows(), TransformedRows())
    return _books(landed, run.run_rows("bronze", source), run.run_rows("silver", source))


def _books(landed: Rows, bronze: TransformedRows, silver: TransformedRows) -> SourceBooks:
    return SourceBooks(
        extracted=landed.extracted,
        landed=landed.landed,
        quarantined=landed.quarantined,
        bronze=bronze.bronze,
        silver=silver.silver,
        rejected=silver.rejected,
        superseded=silver.superseded,
    )
