"""The steps that land a source, whole or in shards: thin Prefect tasks; they open connections and read the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from prefect import State, Task, runtime
from prefect import task as prefect_task
from prefect.client.schemas.objects import TaskRun

from contracts.folder import Contracts, read_contracts
from tasks.connections import open_raw, open_source
from tasks.deadlines import (
    LOAD_ATTEMPT_SECONDS,
    LOAD_ATTEMPTS,
    LOAD_RETRY_DELAY_SECONDS,
    LOAD_RETRY_JITTER_FACTOR,
    SHARD_SECONDS,
)
from tasks.errors import TransientError
from tasks.extract.chunks import Window
from tasks.land.ingest import ingest
from tasks.land.load import Landing
from tasks.land.shards import land_shard
from tasks.shard_runs import run_shards


def can_heal(task: Task[Any, Any], task_run: TaskRun, state: State[Any]) -> bool:  # noqa: ARG001 (Prefect names them)
    """Only what may be gone in a minute is tried again: a refused load is refused the second time too."""
    return isinstance(state.result(raise_on_failure=False), TransientError)


@prefect_task(
    name="land",
    task_run_name="land {source}",
    tags=["ingestion"],
    timeout_seconds=LOAD_ATTEMPT_SECONDS,
    retries=LOAD_ATTEMPTS - 1,
    retry_delay_seconds=LOAD_RETRY_DELAY_SECONDS,
    retry_jitter_factor=LOAD_RETRY_JITTER_FACTOR,
    retry_condition_fn=can_heal,
)
def land_source(dataset: str, source: str, backfill: Window | None) -> None:
    """Extract, validate and land what is new at a source."""
    contracts = read_contracts()
    contract, zone = contracts.dataset(dataset), lake_zone(contracts)
    found, now = contract.source(source), datetime.now(UTC)
    landing = Landing(contract=contract, source=found, raw=open_raw(), run_id=run_id(), now=now, zone=zone)
    ingest(landing, open_source(contract, found), backfill, partial(run_shards, dataset, source))


@prefect_task(
    name="land shard", task_run_name="land shard {shard} of {source}", tags=["shard"], timeout_seconds=SHARD_SECONDS
)
def land_source_shard(dataset: str, source: str, division: str, shard: int) -> None:
    """Extract, validate and stage one shard of a load that another run has divided; that run starts it again."""
    contract = read_contracts().dataset(dataset)
    found = contract.source(source)
    land_shard(open_raw(), contract, found, open_source(contract, found), division, shard)


def lake_zone(contracts: Contracts) -> ZoneInfo:
    """The lake's time zone."""
    return ZoneInfo(str(contracts.lake.timezone))


def run_id() -> str:
    """Id of this flow run."""
    return str(runtime.flow_run.id)
