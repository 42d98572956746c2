"""Starts a source's own deployment and waits for it, wherever its work pool runs it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from prefect import task
from prefect.client.schemas.objects import FlowRun
from prefect.deployments.deployments import run_deployment
from pydantic import BaseModel, ConfigDict

from contracts.model import Source, SourceKind
from tasks.extraction import Window


class SourceRun(BaseModel):
    """How a source's flow run ended."""

    model_config = ConfigDict(frozen=True)

    source: str
    flow_run_id: str
    succeeded: bool
    message: str
    seconds: float


@task(name="ingest", task_run_name="ingest {source.name}", tags=["ingestion"])
def run_source_deployment(source: Source, backfill: Window, started_at: datetime, timeout_seconds: float) -> SourceRun:
    """Run the source's deployment as a subflow; a run that fails or does not end in time is reported, not raised."""
    started = run_deployment(
        name=f"{source.flow_name}/{source.name}",
        parameters=_parameters(source, backfill),
        flow_run_name=f"ingest-{source.name} {started_at:%Y-%m-%dT%H:%MZ}",
        timeout=timeout_seconds,
        poll_interval=1,
    )
    flow_run = cast("FlowRun", started)  # outside an event loop, Prefect's coroutines return their result
    state = flow_run.state
    return SourceRun(
        source=source.name,
        flow_run_id=str(flow_run.id),
        succeeded=bool(state and state.is_completed()),
        message=_ending(flow_run, timeout_seconds),
        seconds=flow_run.total_run_time.total_seconds(),
    )


def _parameters(source: Source, backfill: Window) -> dict[str, Any]:
    """Files have no time of change to take a window of: what was not landed before is landed."""
    if source.kind is SourceKind.FILES:
        return {"source": source.name}
    since, until = backfill.since, backfill.until
    window = {"backfill_since": since and since.isoformat(), "backfill_until": until and until.isoformat()}
    return {"source": source.name, **window}


def _ending(flow_run: FlowRun, timeout_seconds: float) -> str:
    state = flow_run.state
    if state is None or not state.is_final():
        name = state.name if state else "unknown"
        return f"still {name} after {timeout_seconds:.0f} s: does a worker serve its work pool?"
    return f"{state.name}: {state.message or 'no message'}"
