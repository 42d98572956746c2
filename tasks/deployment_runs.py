"""Starts a run of a deployment and waits for it, wherever its work pool runs it.

First for the worker, as long as a start may take; then, once the run has begun, for its end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard, cast

from prefect.client.schemas.objects import FlowRun
from prefect.deployments.deployments import run_deployment
from prefect.exceptions import FlowRunWaitTimeout, ObjectNotFound
from prefect.flow_runs import wait_for_flow_run
from prefect.states import State

from tasks.errors import MisconfiguredError


async def run_to_end(
    deployment: str,
    parameters: Mapping[str, Any],
    *,
    start_seconds: int,
    end_seconds: int,
    flow_run_name: str | None = None,
) -> FlowRun:
    """The flow run once it has ended, or as it is when it has not begun, or not ended, in so many seconds.

    Raises:
        MisconfiguredError: Prefect does not have the deployment.
    """
    try:
        # told to be a coroutine, since within a flow that is none it would otherwise wait for its own end
        started = await cast("Any", run_deployment)(
            _sync=False,
            name=deployment,
            parameters=dict(parameters),
            flow_run_name=flow_run_name,
            timeout=start_seconds,
            poll_interval=1,
        )
    except ObjectNotFound:
        missing = f"Prefect has no deployment {deployment}"
        raise MisconfiguredError(f"{missing}: deploy again (python -m deployments.deploy)") from None
    flow_run = cast("FlowRun", started)
    if not has_begun(flow_run.state) or flow_run.state.is_final():
        return flow_run
    try:
        waited = await wait_for_flow_run(flow_run.id, timeout=end_seconds, poll_interval=1)
    except FlowRunWaitTimeout:
        return flow_run
    return cast("FlowRun", waited)


def has_begun(state: State[Any] | None) -> TypeGuard[State[Any]]:
    """Whether some process has begun to work on a run in that state."""
    return state is not None and not (state.is_scheduled() or state.is_pending())


def ending(flow_run: FlowRun, *, start_seconds: int, end_seconds: int) -> str:
    """How a run has ended that was waited for so long, or what it has not done in that time."""
    state = flow_run.state
    if not has_begun(state):
        name = state.name if state else "unknown"
        return f"{name} after {start_seconds} s: no worker began it. Does one serve its work pool?"
    if not state.is_final():
        is_so = f"still {str(state.name).lower()} after {end_seconds} s"
        return f"{is_so}, past its own time limit: cancel it and look at its log"
    return f"{state.name}: {state.message or 'no message'}"
