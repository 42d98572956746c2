"""The parent flow: every source at once, then the Databricks job if it has something to transform, then the summary.

Whatever step fails, the others go on as far as they can without it, and the run ends with its own summary.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import flow
from prefect.client.schemas.objects import Flow, FlowRun
from prefect.logging.loggers import flow_run_logger
from prefect.states import Completed, Failed, State
from pydantic_settings import BaseSettings, SettingsConfigDict

from flows.failures import failure_of, succeeded
from flows.run_names import pipeline_run_name
from tasks.deadlines import PARENT_FLOW_SECONDS
from tasks.extract.chunks import Window
from tasks.land.landed import LandedLoads
from tasks.preflight.run import Readiness
from tasks.report.facts import Problem, SourceRun
from tasks.source_runs import run_source_deployment
from tasks.steps import (
    cancel_job_runs,
    preflight,
    read_landed_loads,
    record_summary,
    run_transformation,
    settle_books,
)
from tasks.transform.job_run import Transformation, TransformationState
from tasks.transform.transformation import Rebuild, TransformWhen


class FlowSettings(BaseSettings):
    """What the environment tells a run: `DATAMASTER_HOME`, where it is set, gets the summary and its facts as files."""

    model_config = SettingsConfigDict(env_prefix="DATAMASTER_")

    home: Path | None = None


def cancel_with_the_flow(flow: Flow, flow_run: FlowRun, state: State[Any]) -> None:  # noqa: ARG001 (Prefect names them)
    """Cancel the job's run that the flow run waits for; one that is lost or killed, but not cancelled, leaves it going.

    Prefect calls this when the worker has asked the flow run's process to end, and gives it 30 s.
    """
    cancelled = cancel_job_runs(flow_run.parameters["dataset"], str(flow_run.id))
    flow_run_logger(flow_run).info("%s: job runs cancelled: %s", state.name, cancelled or "none")


@flow(
    name="lakehouse",
    flow_run_name=pipeline_run_name,
    timeout_seconds=PARENT_FLOW_SECONDS,
    on_cancellation=[cancel_with_the_flow],
)
def lakehouse(
    dataset: str,
    sources: list[str] | None = None,
    backfill_since: datetime | None = None,
    backfill_until: datetime | None = None,
    transform_when: TransformWhen = TransformWhen.IF_NEEDED,
    rebuild: Rebuild | None = None,
    settle: str | None = None,
    erase: UUID | None = None,
) -> State[None]:
    """Ingest the sources, transform what they landed, and record what happened.

    Args:
        dataset: Name of the dataset, one of the contracts.
        sources: Names of the sources to ingest; all of them when left empty.
        backfill_since: Land again what changed at the sources from this time on, whatever was landed before.
        backfill_until: End of the backfill window (exclusive); open when left empty.
        transform_when: Run the Databricks job if it is needed, always, or never.
        rebuild: Have the job make this layer anew, from all that is in the layer below it.
        settle: Why landed rows that bronze does not hold, and never will, are written off; nothing when left empty.
        erase: Request in Raw that names whose rows the job is to erase from every table; nobody's when left empty.
    """
    started_at, window = datetime.now(UTC), Window(since=backfill_since, until=backfill_until)
    problems: list[Problem] = []
    source_runs: list[SourceRun] = []
    landed: dict[str, LandedLoads] = {}
    transformation = Transformation(state=TransformationState.NOT_REACHED)
    checked = preflight(dataset, sources, rebuild, return_state=True)
    if succeeded("preflight", checked, problems):
        source_runs = ingest_all(dataset, checked.result(), window, started_at)
        found = read_landed_loads(dataset, source_runs, started_at, return_state=True)
        landed = found.result() if succeeded("loads in raw", found, problems) else {}
    if landed:
        transformed = run_transformation(dataset, landed, transform_when, rebuild, erase, return_state=True)
        done = succeeded("databricks job", transformed, problems)
        transformation = transformed.result() if done else Transformation(state=TransformationState.FAILED)
    if settle and landed:
        settled = settle_books(dataset, landed, transformation, settle, return_state=True)
        landed = settled.result() if succeeded("settlement", settled, problems) else landed
    facts = record_summary(dataset, source_runs, landed, transformation, problems, started_at, FlowSettings().home)
    if facts.succeeded:
        return Completed(message=f"{facts.dataset}: {facts.verdict}")
    parts = ", ".join(dict.fromkeys(problem.part for problem in facts.problems))
    return Failed(message=f"{facts.verdict}: {parts}. The summary artifact says what to do.")


def ingest_all(dataset: str, readiness: Readiness, window: Window, started_at: datetime) -> list[SourceRun]:
    """Run every source's deployment at the same time; one that fails, or cannot begin, does not stop the others."""
    futures = {
        source: run_source_deployment.submit(dataset, source, window, started_at, readiness.refusals.get(source))
        for source in readiness.sources
    }
    states = {source: future.wait() for source, future in futures.items()}
    return [
        state.result()
        if state.is_completed()
        else SourceRun(source=source, flow_run_id=None, succeeded=False, message=failure_of(state) or "")
        for source, state in states.items()
    ]
