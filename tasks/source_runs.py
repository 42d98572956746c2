"""Runs a source's own deployment from the parent flow, and tells how it went."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from prefect import task

from contracts.folder import read_contracts
from contracts.sources.files import FilesSource
from tasks.deadlines import SOURCE_END_SECONDS, SOURCE_START_SECONDS, SOURCE_WAIT_SECONDS
from tasks.deployment_runs import ending, run_to_end
from tasks.errors import MisconfiguredError
from tasks.extract.chunks import Window
from tasks.report.facts import SourceRun


@task(name="ingest", task_run_name="ingest {source}", tags=["ingestion"], timeout_seconds=SOURCE_WAIT_SECONDS)
def run_source_deployment(
    dataset: str, source: str, backfill: Window, started_at: datetime, refusal: str | None = None
) -> SourceRun:
    """Run the source's deployment as a subflow; a run that fails or does not end in time is reported, not raised.

    Raises:
        MisconfiguredError: preflight found that it cannot begin, for the reason in `refusal`, or Prefect does not have
            the deployment.
    """
    if refusal:
        raise MisconfiguredError(refusal)
    flow_run = asyncio.run(
        run_to_end(
            f"ingest/{source}",
            _parameters(dataset, source, backfill),
            flow_run_name=f"ingest-{source} {started_at:%Y-%m-%dT%H:%MZ}",
            start_seconds=SOURCE_START_SECONDS,
            end_seconds=SOURCE_END_SECONDS,
        )
    )
    state = flow_run.state
    return SourceRun(
        source=source,
        flow_run_id=str(flow_run.id),
        succeeded=bool(state and state.is_completed()),
        message=ending(flow_run, start_seconds=SOURCE_START_SECONDS, end_seconds=SOURCE_END_SECONDS),
        seconds=flow_run.total_run_time.total_seconds(),
    )


def _parameters(dataset: str, source: str, backfill: Window) -> dict[str, Any]:
    """Files have no time of change to take a window of: what was not landed before is landed."""
    parameters: dict[str, Any] = {"dataset": dataset, "source": source}
    if isinstance(read_contracts().dataset(dataset).source(source), FilesSource):
        return parameters
    since, until = backfill.since, backfill.until
    window = {"backfill_since": since and since.isoformat(), "backfill_until": until and until.isoformat()}
    return parameters | window
