"""The steps of a flow run: thin Prefect tasks over plain functions; they load the blocks and read the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from prefect import State, Task, runtime
from prefect import task as prefect_task
from prefect.client.schemas.objects import TaskRun
from prefect_databricks import DatabricksCredentials

from blocks.documents import DATABRICKS_DOCUMENT, SourceConnection
from contracts.model import Contract, Source
from tasks.artifacts import record_run, record_source
from tasks.errors import SourceUnavailable, StorageUnavailable
from tasks.extraction import Window
from tasks.ingestion import ingest_api, ingest_database, ingest_files
from tasks.lake import open_raw
from tasks.landed import LandedLoads, read_landed, totals_since
from tasks.preflight import check_platform
from tasks.run_facts import RunFacts
from tasks.source_outcomes import source_outcome
from tasks.source_runs import SourceRun
from tasks.summarize import gather_facts
from tasks.transformation import Transformation, TransformWhen, transform

LOAD_TIMEOUT_SECONDS = 3600
TRANSFORM_TIMEOUT_SECONDS = 3 * 3600
QUICK_TIMEOUT_SECONDS = 300


def _can_heal(task: Task[Any, Any], task_run: TaskRun, state: State[Any]) -> bool:  # noqa: ARG001 (Prefect names them)
    """Only what may be gone in a minute is tried again: a refused load is refused the second time too."""
    error = state.result(raise_on_failure=False)
    return isinstance(error, SourceUnavailable | StorageUnavailable)


_loading: dict[str, Any] = {
    "retries": 2,
    "retry_delay_seconds": 20,
    "retry_jitter_factor": 0.5,
    "retry_condition_fn": _can_heal,
    "timeout_seconds": LOAD_TIMEOUT_SECONDS,
    "tags": ["ingestion"],
}


@prefect_task(name="land database rows", task_run_name="land {source.name}", **_loading)
def land_database_rows(contract: Contract, source: Source, backfill: Window | None) -> None:
    """Extract, validate and land what is new in a database table."""
    url, _ = _connection(source)
    ingest_database(contract, source, url, open_raw(), _run_id(), datetime.now(UTC), backfill)


@prefect_task(name="land API pages", task_run_name="land {source.name}", **_loading)
def land_api_pages(contract: Contract, source: Source, backfill: Window | None) -> None:
    """Extract, validate and land what is new at a REST API."""
    url, key = _connection(source)
    ingest_api(contract, source, url, key, open_raw(), _run_id(), datetime.now(UTC), backfill)


@prefect_task(name="land files", task_run_name="land {source.name}", **_loading)
def land_files(contract: Contract, source: Source) -> None:
    """Validate and land the files of a folder that were not landed before, each a load of its own."""
    url, _ = _connection(source)
    ingest_files(contract, source, url, open_raw(), _run_id(), datetime.now(UTC))


@prefect_task(name="record source", task_run_name="record {source.name}", timeout_seconds=QUICK_TIMEOUT_SECONDS)
def record_source_outcome(contract: Contract, source: Source, started_at: datetime, failure: str | None) -> None:
    """Record what this flow run landed of the source, from the manifests it committed, as a table artifact."""
    landed = read_landed(open_raw(), contract, source, _run_id(), started_at)
    seconds = (datetime.now(UTC) - started_at).total_seconds()
    record_source(source_outcome(source.name, landed, failure, seconds))


@prefect_task(name="preflight", task_run_name="preflight", timeout_seconds=QUICK_TIMEOUT_SECONDS)
def preflight(contract: Contract) -> None:
    """Check that the lake and Databricks answer before anything is started."""
    check_platform(contract)


@prefect_task(
    name="read landed loads",
    task_run_name="read landed loads",
    timeout_seconds=QUICK_TIMEOUT_SECONDS,
    retries=2,
    retry_delay_seconds=5,
)
def read_landed_loads(
    contract: Contract, source_runs: Sequence[SourceRun], started_at: datetime
) -> dict[str, LandedLoads]:
    """What every source of the contract has landed, in this run and in total, by source."""
    run_ids = {run.source: run.flow_run_id for run in source_runs}
    raw = open_raw()
    return {
        source.name: read_landed(raw, contract, source, run_ids.get(source.name), started_at)
        for source in contract.sources
    }


@prefect_task(
    name="transform", task_run_name="transform", tags=["databricks"], timeout_seconds=TRANSFORM_TIMEOUT_SECONDS
)
def run_transformation(contract: Contract, landed: Mapping[str, LandedLoads], when: TransformWhen) -> Transformation:
    """Run the Databricks job if it has to, and wait for its end."""
    databricks = cast(DatabricksCredentials, DatabricksCredentials.load(DATABRICKS_DOCUMENT))
    landed_rows = {name: loads.totals.landed for name, loads in landed.items()}
    return asyncio.run(transform(databricks, contract, landed_rows, when, _run_id()))


@prefect_task(name="summarize", task_run_name="summarize", timeout_seconds=QUICK_TIMEOUT_SECONDS)
def summarize(
    contract: Contract,
    source_runs: Sequence[SourceRun],
    landed: Mapping[str, LandedLoads],
    transformation: Transformation,
    started_at: datetime,
    copies: Path | None,
) -> RunFacts:
    """Record the run's facts as artifacts, with a copy as `summary.md` and `summary.json` in the folder given."""
    raw = open_raw()
    meanwhile = {
        source.name: totals_since(raw, contract, source, landed[source.name].sequence) for source in contract.sources
    }
    facts = gather_facts(
        contract,
        source_runs,
        landed,
        meanwhile,
        transformation,
        run_name=str(runtime.flow_run.name),
        flow_run_id=_run_id(),
        started_at=started_at,
        finished_at=datetime.now(UTC),
    )
    summary = record_run(facts)
    if copies:
        (copies / "summary.md").write_text(summary, encoding="utf-8")
        (copies / "summary.json").write_text(facts.model_dump_json(indent=2), encoding="utf-8")
    return facts


def _run_id() -> str:
    return str(runtime.flow_run.id)


def _connection(source: Source) -> tuple[str, str]:
    connection = cast(SourceConnection, SourceConnection.load(source.name))
    return connection.url.get_secret_value(), connection.key.get_secret_value() if connection.key else ""
