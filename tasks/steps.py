"""The steps of a flow run, those that land a source aside: thin Prefect tasks over plain functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from uuid import UUID

from prefect import get_run_logger, runtime
from prefect import task as prefect_task

from contracts.contract import Contract
from contracts.folder import Contracts, read_contracts
from tasks.connections import open_databricks, open_raw
from tasks.deadlines import (
    CANCELLATION_CALL_SECONDS,
    QUICK_TASK_SECONDS,
    TRANSFORM_SECONDS,
    UPKEEP_ATTEMPT_SECONDS,
    UPKEEP_ATTEMPTS,
    UPKEEP_RETRY_DELAY_SECONDS,
)
from tasks.errors import MisconfiguredError, PipelineError
from tasks.land.expected_files import missing_files
from tasks.land.landed import LandedLoads, read_landed, totals_since
from tasks.land.manifests import LoadRows
from tasks.land.settlements import settle
from tasks.landing_steps import can_heal, lake_zone, run_id
from tasks.preflight.run import Readiness, check_run
from tasks.report.accounts import gather_facts, total_books
from tasks.report.artifacts import read_quality, record_job_run, record_run, record_source, record_upkeep
from tasks.report.facts import CLOSED_BOOKS, Problem, RunFacts, SourceRun, source_outcome
from tasks.report.markdown import render_summary
from tasks.report.problems import step_problem
from tasks.report.trends import trends
from tasks.transform.job_run import JobRun, Transformation
from tasks.transform.transformation import (
    POLL_SECONDS,
    Rebuild,
    TransformWhen,
    cancel_transformation,
    transform,
)
from tasks.transform.upkeep import keep_tables_up


@prefect_task(name="record source", task_run_name="record {source}", timeout_seconds=QUICK_TASK_SECONDS)
def record_source_outcome(dataset: str, source: str, started_at: datetime, failure: str | None) -> None:
    """Record what this flow run landed of the source, from the manifests it committed, as a table artifact."""
    contracts = read_contracts()
    landed = _landed(contracts, contracts.dataset(dataset), source, run_id(), started_at)
    seconds = (datetime.now(UTC) - started_at).total_seconds()
    record_source(source_outcome(source, landed, failure, seconds))


@prefect_task(name="preflight", task_run_name="preflight", timeout_seconds=QUICK_TASK_SECONDS)
def preflight(dataset: str, sources: Sequence[str] | None, rebuild: Rebuild | None) -> Readiness:
    """Check that what a run needs is there before anything is started; the sources, and which cannot be ingested."""
    return check_run(read_contracts().dataset(dataset), sources, rebuild)


@prefect_task(
    name="read landed loads",
    task_run_name="read landed loads",
    timeout_seconds=QUICK_TASK_SECONDS,
    retries=2,
    retry_delay_seconds=5,
    retry_condition_fn=can_heal,
)
def read_landed_loads(dataset: str, source_runs: Sequence[SourceRun], started_at: datetime) -> dict[str, LandedLoads]:
    """What every source of the dataset has landed, in this run and in total, by source."""
    contracts = read_contracts()
    contract = contracts.dataset(dataset)
    run_ids = {run.source: run.flow_run_id for run in source_runs}
    return {
        source.name: _landed(contracts, contract, source.name, run_ids.get(source.name), started_at)
        for source in contract.sources
    }


def _landed(
    contracts: Contracts, contract: Contract, source: str, run_id: str | None, started_at: datetime
) -> LandedLoads:
    """What the source has landed, and which files did not come until now."""
    raw, found = open_raw(), contract.source(source)
    today = datetime.now(lake_zone(contracts)).date()
    landed = read_landed(raw, contract, found, run_id, started_at)
    return landed.model_copy(update={"missing_files": missing_files(raw, contract, found, today)})


@prefect_task(name="transform", task_run_name="transform", tags=["databricks"], timeout_seconds=TRANSFORM_SECONDS)
def run_transformation(
    dataset: str,
    landed: Mapping[str, LandedLoads],
    when: TransformWhen,
    rebuild: Rebuild | None,
    erase: UUID | None = None,
) -> Transformation:
    """Run the Databricks job if it has to, and wait for its end."""
    contract = read_contracts().dataset(dataset)
    landed_rows = {name: loads.rows_for_bronze for name, loads in landed.items()}
    tell = partial(_tell_job_run, contract.slug)
    return transform(open_databricks(), contract, landed_rows, when, run_id(), rebuild, tell, erase)


def _tell_job_run(slug: str, page_url: str) -> None:
    """Show the page of the job's run at once: it takes a while until the summary has it."""
    get_run_logger().info("Databricks runs the job: %s", page_url)
    record_job_run(slug, page_url)


def cancel_job_runs(dataset: str, flow_run_id: str) -> list[int]:
    """Cancel the runs of the Databricks job that a flow run started; their ids. No task: the flow run is ending."""
    workspace = open_databricks(CANCELLATION_CALL_SECONDS)
    return cancel_transformation(workspace, read_contracts().dataset(dataset), flow_run_id)


@prefect_task(
    name="upkeep",
    task_run_name="upkeep",
    tags=["databricks"],
    timeout_seconds=UPKEEP_ATTEMPT_SECONDS,
    retries=UPKEEP_ATTEMPTS - 1,
    retry_delay_seconds=UPKEEP_RETRY_DELAY_SECONDS,
    retry_condition_fn=can_heal,
)
def run_upkeep(dataset: str) -> JobRun:
    """Run the job that keeps the dataset's tables up, and wait for its end."""
    contract, tell = read_contracts().dataset(dataset), get_run_logger().info
    told = partial(tell, "Databricks runs the upkeep: %s")
    attempt = int(runtime.task_run.run_count)
    return keep_tables_up(open_databricks(), contract, run_id(), attempt, POLL_SECONDS, told)


@prefect_task(name="record upkeep", task_run_name="record upkeep", timeout_seconds=QUICK_TASK_SECONDS)
def record_upkeep_run(dataset: str, run: JobRun) -> None:
    """Record what upkeep made of each table, as a table artifact."""
    record_upkeep(read_contracts().dataset(dataset).slug, run)


@prefect_task(name="settle", task_run_name="settle", timeout_seconds=QUICK_TASK_SECONDS)
def settle_books(
    dataset: str, landed: Mapping[str, LandedLoads], transformation: Transformation, reason: str
) -> dict[str, LandedLoads]:
    """Write off the landed rows that bronze does not hold, of every source; what was landed, with that."""
    contract, raw = read_contracts().dataset(dataset), open_raw()
    if transformation.state not in CLOSED_BOOKS:
        raise MisconfiguredError("books are settled when the job has taken in what was landed: run again with the job")
    settled: dict[str, LandedLoads] = {}
    for name, loads in landed.items():
        source, settled[name] = contract.source(name), loads
        meanwhile = totals_since(raw, contract, source, loads.sequence)
        missing = total_books(name, loads, meanwhile, transformation.run).unsettled
        if missing:
            done = settle(raw, contract, source, missing, reason=reason, run_id=run_id(), now=datetime.now(UTC))
            settled[name] = loads.model_copy(update={"settled_rows": done.total_rows})
    return settled


@prefect_task(name="summarize", task_run_name="summarize", timeout_seconds=QUICK_TASK_SECONDS)
def record_summary(
    dataset: str,
    source_runs: Sequence[SourceRun],
    landed: Mapping[str, LandedLoads],
    transformation: Transformation,
    step_problems: Sequence[Problem],
    started_at: datetime,
    copies: Path | None,
) -> RunFacts:
    """Record the run's facts as artifacts, with a copy of summary and facts in the folder given."""
    contract, problems = read_contracts().dataset(dataset), list(step_problems)
    try:
        meanwhile = _landed_meanwhile(contract, landed)
    except PipelineError as error:
        meanwhile = {}
        problems.append(step_problem("row accounting", str(error)))
    facts = gather_facts(
        contract,
        source_runs,
        landed,
        meanwhile,
        transformation,
        problems,
        run_name=str(runtime.flow_run.name),
        flow_run_id=run_id(),
        started_at=started_at,
        finished_at=datetime.now(UTC),
    )
    facts = facts.model_copy(update={"trends": trends(facts, read_quality(contract.slug))})
    summary = render_summary(facts)
    record_run(facts, summary)
    if copies:
        _write_copies(copies / "summaries", contract.slug, facts, summary)
    return facts


def _landed_meanwhile(contract: Contract, landed: Mapping[str, LandedLoads]) -> dict[str, list[LoadRows]]:
    """Each source's totals after the loads that were committed since `landed` was read."""
    if not landed:
        return {}
    raw = open_raw()
    return {name: totals_since(raw, contract, contract.source(name), loads.sequence) for name, loads in landed.items()}


def _write_copies(folder: Path, slug: str, facts: RunFacts, summary: str) -> None:
    """The dataset's newest summary for people, and its facts for programs."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{slug}.md").write_text(summary, encoding="utf-8")
    (folder / f"{slug}.json").write_text(facts.model_dump_json(indent=2), encoding="utf-8")
