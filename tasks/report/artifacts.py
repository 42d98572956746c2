"""Records a run's facts as Prefect artifacts: one markdown summary and the tables behind it.

Prefect types its creators as coroutines; called from a task outside an event loop, they return when all is done.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import ArtifactFilter, ArtifactFilterKey
from prefect.client.schemas.objects import Artifact
from prefect.client.schemas.sorting import ArtifactSort

from contracts.job_report import TaskReport
from tasks.report.facts import RunFacts, SourceOutcome
from tasks.report.markdown import warned_checks
from tasks.report.trends import RunRows
from tasks.transform.job_run import JobRun

Row = dict[str, Any]

_DATA_QUALITY = "data-quality"

_RUNS_READ = 100
"""Enough for the runs that trends look at, among those that found nothing new."""


def record_run(facts: RunFacts, summary: str) -> None:
    """Record the summary and the tables of job tasks, row accounting and data quality, under the dataset's own keys."""
    slug = facts.dataset.replace("_", "-")
    _ = create_markdown_artifact(summary, key=f"summary-{slug}", description=f"{facts.run_name}: {facts.verdict}")
    tables = {
        "job-tasks": ("Tasks of the Databricks job", job_task_rows(facts)),
        "row-accounting": ("Where every row went", accounting_rows(facts)),
        _DATA_QUALITY: (
            "Rows judged, and rules and checks that did not hold, beside what is usual",
            quality_rows(facts),
        ),
    }
    for key, (description, rows) in tables.items():
        _ = create_table_artifact(rows, key=f"{key}-{slug}", description=description)


def read_quality(slug: str) -> list[RunRows]:
    """Rows by stage, source and rule of the dataset's runs before this one, the newest first, from their artifacts."""
    artifacts = asyncio.run(_newest_artifacts(f"{_DATA_QUALITY}-{slug}"))
    return [_quality_counts(json.loads(str(artifact.data))) for artifact in artifacts]


def _quality_counts(rows: list[Row]) -> RunRows:
    """The counts of a data-quality artifact's rows; checks of whole loads have none."""
    counted = [row for row in rows if isinstance(row.get("rows"), int)]
    return {(row["stage"], row["source"], row["rule"]): row["rows"] for row in counted}


async def _newest_artifacts(key: str) -> list[Artifact]:
    async with get_client() as client:
        found: list[Artifact] = await client.read_artifacts(
            artifact_filter=ArtifactFilter(key=ArtifactFilterKey(any_=[key])),
            sort=ArtifactSort.CREATED_DESC,
            limit=_RUNS_READ,
        )
    return found


def record_source(outcome: SourceOutcome) -> None:
    """Record what one source's ingestion did, with the files it landed."""
    _ = create_table_artifact(
        source_rows(outcome), key=f"source-{outcome.name}", description=f"{outcome.name}: {outcome.state}"
    )


def record_job_run(slug: str, page_url: str) -> None:
    """Record where the run of the dataset's job can be watched."""
    _ = create_link_artifact(page_url, key=f"job-run-{slug}", description="The job's run in Databricks")


def record_upkeep(slug: str, run: JobRun) -> None:
    """Record how many files each table had before and after its upkeep."""
    _ = create_table_artifact(upkeep_rows(run), key=f"upkeep-{slug}", description=f"Upkeep: {run.result}")


def upkeep_rows(run: JobRun) -> list[Row]:
    """One row for each table that upkeep went over."""
    reports = [task.report for task in run.tasks if task.report]
    return [
        {"table": table, "files before": before, "files after": after}
        for report in reports
        for table, (before, after) in report.files_before_and_after.items()
    ]


def source_rows(outcome: SourceOutcome) -> list[Row]:
    """One row for the load as a whole, one a broken rule, one a warning, one a file."""
    whole = {"what": "load", "name": outcome.name, "extracted": outcome.extracted, "landed": outcome.landed}
    whole |= {"deleted": outcome.deleted} if outcome.deleted else {}
    whole |= {"quarantined": outcome.quarantined, "bytes": outcome.bytes, "seconds": round(outcome.seconds, 1)}
    rules = [{"what": "rule", "name": rule, "quarantined": rows} for rule, rows in outcome.quarantined_by_rule.items()]
    files = [{"what": "file", "name": file.name, "landed": file.rows, "bytes": file.bytes} for file in outcome.files]
    warnings = [{"what": "warning", "name": label, "found": found} for label, found in outcome.warned_checks.items()]
    return _same_columns([whole, *rules, *warnings, *files])


def job_task_rows(facts: RunFacts) -> list[Row]:
    """One row a task of the job: result, seconds, message, its tables' versions, which it made anew, and its page."""
    tasks = facts.job_run.tasks if facts.job_run else ()
    return [
        {
            "task": task.key,
            "result": task.result,
            "seconds": task.seconds,
            "message": task.message,
            "table versions": str(task.report.table_versions) if task.report else "",
            "made anew": "; ".join(_verdicts(task.report)) if task.report else "",
            "page": task.page_url,
        }
        for task in tasks
    ]


def _verdicts(report: TaskReport) -> list[str]:
    return [f"{table}: {anew.verdict}" for table, anew in report.made_anew.items()]


def accounting_rows(facts: RunFacts) -> list[Row]:
    """Two rows a source, of this run and of all runs, with every term of the row accounting."""
    periods = (("run", facts.books_in_run), ("total", facts.books))
    return [
        {"source": name, "period": period, **books.model_dump(), "balances": not books.imbalances()}
        for period, by_source in periods
        for name, books in by_source.items()
    ]


def quality_rows(facts: RunFacts) -> list[Row]:
    """A row for each stage and source's volume, each rule that rows broke, and each check with a warning."""
    rules = [
        {
            "stage": trend.stage,
            "source": trend.source,
            "rule": trend.rule,
            "rows": trend.rows,
            "of": trend.of,
            "usually": "" if trend.usually is None else trend.usually,
            "jumped": "jumped" if trend.jumped else "",
            "samples": " · ".join(trend.samples),
        }
        for trend in facts.trends
    ]
    checks = [{"stage": stage, "rule": label, "found": found} for stage, label, found in sorted(warned_checks(facts))]
    return _same_columns([*rules, *checks])


def _same_columns(rows: list[Row]) -> list[Row]:
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return [{column: row.get(column, "") for column in columns} for row in rows]
