"""Ingests one source: its deployment is named after the source, its schedule stands in the contract."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

from prefect import flow
from prefect.states import Failed, State

from flows.failures import failure_of
from flows.run_names import ingestion_run_name
from tasks.deadlines import SOURCE_FLOW_SECONDS
from tasks.extract.chunks import Window
from tasks.landing_steps import land_source, land_source_shard
from tasks.steps import record_source_outcome


@flow(name="ingest", flow_run_name=ingestion_run_name, timeout_seconds=SOURCE_FLOW_SECONDS)
def ingest(
    dataset: str,
    source: str,
    backfill_since: datetime | None = None,
    backfill_until: datetime | None = None,
    division: str | None = None,
    shard: int | None = None,
) -> State[Any]:
    """Land what is new at a source, and record what was landed, also when landing failed half-way.

    Args:
        dataset: Name of the dataset, one of the contracts.
        source: Name of one of its sources.
        backfill_since: Land again what changed from this time on, whatever was landed before; not for files.
        backfill_until: End of the backfill window (exclusive); open when left empty.
        division: Id of a load that another run of this deployment has divided, and which waits for this one.
        shard: Number of the load's shard to read; empty but for such a run.
    """
    if division is not None and shard is not None:
        state = cast("State[Any]", land_source_shard(dataset, source, division, shard, return_state=True))
        failure = failure_of(state)
        return state if failure is None else Failed(message=failure)
    started_at = datetime.now(UTC)
    window = Window(since=backfill_since, until=backfill_until) if backfill_since or backfill_until else None
    state = cast("State[Any]", land_source(dataset, source, window, return_state=True))
    failure = failure_of(state)
    record_source_outcome(dataset, source, started_at, failure)
    return state if failure is None else Failed(message=failure)
