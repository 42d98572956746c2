"""What the ingestion flows share: land, then record what was landed, also when landing failed half-way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from prefect import Task
from prefect.states import Failed, State

from contracts.model import Source
from flows.configuration import CONTRACT
from tasks.extraction import Window
from tasks.steps import record_source_outcome

_RAISED = "Task run encountered an exception "
"""What Prefect puts before an exception's class and text."""


def land_and_record(land: Task[..., Any], source: Source, *arguments: object) -> State[Any]:
    """Land the source with that task and record the outcome; the landing's state is the flow's, its reason included."""
    started_at = datetime.now(UTC)
    state = cast("State[Any]", land(CONTRACT, source, *arguments, return_state=True))
    failure = None if state.is_completed() else (state.message or state.name or "").removeprefix(_RAISED)
    record_source_outcome(CONTRACT, source, started_at, failure)
    return state if failure is None else Failed(message=failure)


def backfill_window(since: datetime | None, until: datetime | None) -> Window | None:
    """The window to land again, or None for a load that goes on where the last one stopped."""
    return Window(since=since, until=until) if since or until else None
