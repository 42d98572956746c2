"""Reads the flow runs of a work pool from Prefect, and tells it what became of those that were lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    WorkPoolFilter,
    WorkPoolFilterName,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import AwaitingRetry, Cancelled, Crashed, Running, State

from tasks.kubernetes.decision import Alive, Lost
from tasks.kubernetes.facts import RunState, TrackedRun
from tasks.kubernetes.losses import Policy

_PAGE = 100
_RESTART = "Restart "


async def tracked_runs(client: PrefectClient, work_pool: str, now: datetime, look_back: timedelta) -> list[TrackedRun]:
    """The pool's runs that go on, and those that crashed since `look_back` ago."""
    flows: dict[UUID, str] = {}
    found: list[TrackedRun] = []
    async for run in _candidates(client, work_pool, now - look_back):
        if run.state is None:
            continue
        if run.flow_id not in flows:
            flows[run.flow_id] = (await client.read_flow(run.flow_id)).name
        found.append(await _tracked(client, run, run.state, flows[run.flow_id]))
    return found


async def is_unchanged(client: PrefectClient, run: TrackedRun) -> bool:
    """Whether the run is still in the state that it was looked at in."""
    current = (await client.read_flow_run(UUID(run.id))).state
    return current is not None and str(current.id) == run.state_id


async def settle(client: PrefectClient, run: TrackedRun, verdict: Lost | Alive, policy: Policy) -> None:
    """Tell Prefect what became of the run."""
    run_id = UUID(run.id)
    if isinstance(verdict, Alive):
        message = f"Reported as crashed ({run.message}), but pod {verdict.pod} goes on"
        await client.set_flow_run_state(run_id, Running(message=message), force=True)
        return
    ending = Cancelled if run.state is RunState.CANCELLING else Crashed
    # Forced: Prefect refuses to let a run crash that its worker has reported as crashed already, without the reason.
    await client.set_flow_run_state(run_id, ending(message=verdict.message), force=True)
    if verdict.restart:
        delay = policy.restart_delay * 2**run.restarts
        message = f"{_RESTART}{run.restarts + 1} of {policy.most_restarts}. {verdict.message}"
        again: State[None] = AwaitingRetry(scheduled_time=datetime.now(UTC) + delay, message=message)
        await client.set_flow_run_state(run_id, again)


async def _candidates(client: PrefectClient, work_pool: str, since: datetime) -> AsyncIterator[FlowRun]:
    """Runs that go on, and those that crashed since then.

    Crashed ones come as they ended, the last first: those of years before are not asked for.
    """
    async for run in _runs(client, work_pool, [state for state in RunState if state is not RunState.CRASHED]):
        yield run
    async for run in _runs(client, work_pool, [RunState.CRASHED], FlowRunSort.END_TIME_DESC):
        ended = run.end_time or (run.state.timestamp if run.state else None)
        if ended and ended < since:
            return
        yield run


async def _runs(
    client: PrefectClient, work_pool: str, states: list[RunState], sort: FlowRunSort = FlowRunSort.ID_DESC
) -> AsyncIterator[FlowRun]:
    """Page by page; one that changes meanwhile is seen in the next look at the latest."""
    types = FlowRunFilterStateType(any_=[StateType(state) for state in states])
    wanted = FlowRunFilter(state=FlowRunFilterState(type=types, name=None))
    pool = WorkPoolFilter(name=WorkPoolFilterName(any_=[work_pool]))
    offset = 0
    while page := await client.read_flow_runs(
        flow_run_filter=wanted, work_pool_filter=pool, sort=sort, limit=_PAGE, offset=offset
    ):
        offset += len(page)
        for run in page:
            yield run


async def _tracked(client: PrefectClient, run: FlowRun, state: State[object], flow: str) -> TrackedRun:
    restarts = [
        earlier
        for earlier in await client.read_flow_run_states(run.id)
        if earlier.is_scheduled() and (earlier.message or "").startswith(_RESTART)
    ]
    last = max((earlier.timestamp for earlier in restarts), default=None)
    return TrackedRun(
        id=str(run.id),
        name=run.name,
        flow=flow,
        state=RunState(state.type.value),
        state_id=str(state.id),
        since=state.timestamp,
        message=state.message or "",
        has_infrastructure=run.infrastructure_pid is not None,
        restarts=len(restarts),
        # The API writes a Job's time without the part of a second.
        restarted_at=last.replace(microsecond=0) if last else None,
    )
