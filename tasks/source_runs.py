"""Starts a source's own deployment and waits for it, wherever its work pool runs it.

First for the worker, as long as a start may take; then, once the run has begun, for its end.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any, TypeGuard, cast

from prefect import task
from prefect.client.schemas.objects import FlowRun
from prefect.deployments.deployments import run_deployment
from prefect.exceptions import FlowRunWaitTimeout, ObjectNotFound
from prefect.flow_runs import wait_for_flow_run
from prefect.states import State

from contracts.folder import read_contracts
from contracts.sources.files import FilesSource
from tasks.deadlines import SOURCE_END_SECONDS, SOURCE_START_SECONDS, SOURCE_WAIT_SECONDS
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
    try:
        started = run_deployment(
            name=f"ingest/{source}",
            parameters=_parameters(dataset, source, backfill),
            flow_run_name=f"ingest-{source} {started_at:%Y-%m-%dT%H:%MZ}",
            timeout=SOURCE_START_SECONDS,
            poll_interval=1,
        )
    except ObjectNotFound:
        missing = f"Prefect has no deployment ingest/{source}"
        raise MisconfiguredError(f"{missing}: deploy again (python -m deployments.deploy)") from None
    flow_run = cast("FlowRun", started)  # outside an event loop, Prefect's coroutines return their result
    if _has_begun(flow_run.state):
        flow_run = asyncio.run(_ended(flow_run))
    state = flow_run.state
    return SourceRun(
        source=source,
        flow_run_id=str(flow_run.id),
        succeeded=bool(state and state.is_completed()),
        message=_ending(flow_run),
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


async def _ended(flow_run: FlowRun) -> FlowRun:
    """The running flow run once it has ended, or as it is when its own time limit has passed."""
    try:
        waited = await wait_for_flow_run(flow_run.id, timeout=SOURCE_END_SECONDS, poll_interval=1)
    except FlowRunWaitTimeout:
        return flow_run
    return cast("FlowRun", waited)


def _has_begun(state: State[Any] | None) -> TypeGuard[State[Any]]:
    return state is not None and not (state.is_scheduled() or state.is_pending())


def _ending(flow_run: FlowRun) -> str:
    state = flow_run.state
    if not _has_begun(state):
        name = state.name if state else "unknown"
        return f"{name} after {SOURCE_START_SECONDS} s: no worker began it. Does one serve its work pool?"
    if not state.is_final():
        is_so = f"still {str(state.name).lower()} after {SOURCE_END_SECONDS} s"
        return f"{is_so}, past its own time limit: cancel it and look at its log"
    return f"{state.name}: {state.message or 'no message'}"
