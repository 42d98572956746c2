"""The parent flow: every source at once, then the Databricks job if it has something to transform, then the summary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from prefect import flow
from prefect.states import Completed, Failed, State

from contracts.model import Source
from flows.configuration import CONTRACT, SETTINGS
from flows.run_names import pipeline_run_name
from tasks.extraction import Window
from tasks.source_runs import SourceRun, run_source_deployment
from tasks.steps import preflight, read_landed_loads, run_transformation, summarize
from tasks.transformation import TransformWhen

SOURCE_TIMEOUT_SECONDS = 3600
PIPELINE_TIMEOUT_SECONDS = 5 * 3600

if TYPE_CHECKING:
    SourceName = str
else:
    SourceName = StrEnum("SourceName", {source.name: source.name for source in CONTRACT.sources})


@flow(name="lakehouse", flow_run_name=pipeline_run_name, timeout_seconds=PIPELINE_TIMEOUT_SECONDS)
def lakehouse(
    sources: list[SourceName] | None = None,
    backfill_since: datetime | None = None,
    backfill_until: datetime | None = None,
    transform_when: TransformWhen = TransformWhen.IF_NEEDED,
) -> State[None]:
    """Ingest the sources, transform what they landed, and record what happened.

    Args:
        sources: Names of the sources to ingest; all of them when left empty.
        backfill_since: Land again what changed at the sources from this time on, whatever was landed before.
        backfill_until: End of the backfill window (exclusive); open when left empty.
        transform_when: Run the Databricks job if it is needed, always, or never.
    """
    started_at = datetime.now(UTC)
    window = Window(since=backfill_since, until=backfill_until)
    preflight(CONTRACT)
    chosen = [source for source in CONTRACT.sources if not sources or source.name in sources]
    source_runs = ingest_all(chosen, window, started_at)
    landed = read_landed_loads(CONTRACT, source_runs, started_at)
    transformation = run_transformation(CONTRACT, landed, transform_when)
    facts = summarize(CONTRACT, source_runs, landed, transformation, started_at, SETTINGS.home)
    if facts.succeeded:
        return Completed(message=f"{facts.dataset}: {facts.verdict}")
    parts = ", ".join(dict.fromkeys(problem.part for problem in facts.problems))
    return Failed(message=f"{facts.verdict}: {parts}. The summary artifact says what to do.")


def ingest_all(sources: Sequence[Source], window: Window, started_at: datetime) -> list[SourceRun]:
    """Run every source's deployment at the same time; one that fails does not stop the others."""
    futures = [run_source_deployment.submit(source, window, started_at, SOURCE_TIMEOUT_SECONDS) for source in sources]
    return [future.result() for future in futures]
