"""The run's summary as markdown: what an operator reads first, in the Prefect UI or as plain text in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import tabulate
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contracts.job_report import SourceBooks
from tasks.report.facts import RunFacts

Cell = str | int | float

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 (markdown; the Prefect UI escapes HTML)
    trim_blocks=True,
    keep_trailing_newline=True,
)
tabulate.MIN_PADDING = 0  # no wider than their content: eleven columns have to fit a terminal
_SOURCE_HEADERS = ("source", "state", "extracted", "landed", "deleted", "quarantined", "files", "MB", "seconds")
_TASK_HEADERS = ("task", "result", "seconds")
_ANEW_HEADERS = ("made anew", "beside what it was")
_ACCOUNT_HEADERS = ("source", "period", *SourceBooks.model_fields)
_UNUSUAL_HEADERS = ("settled", "deleted", "erased")
"""Shown where anything is; `deleted` are rows that say that others were deleted at their source."""
_WARNING_HEADERS = ("stage", "check", "found")
_REJECTION_HEADERS = ("stage", "source", "rule", "rows")


def render_summary(facts: RunFacts) -> str:
    """The summary: verdict, what to do, sources, tasks, row accounting, rejected rows, warnings, versions."""
    return _TEMPLATES.get_template("summary.md.jinja").render(
        facts=facts,
        seconds=round((facts.finished_at - facts.started_at).total_seconds()),
        sources=_usual_table(_SOURCE_HEADERS, list(_source_rows(facts))),
        job_tasks=_table(_TASK_HEADERS, list(_task_rows(facts))),
        made_anew=_table(_ANEW_HEADERS, list(_rows_made_anew(facts))),
        books=_state_of_books(facts),
        accounts=_usual_table(_ACCOUNT_HEADERS, list(_account_rows(facts))),
        rejections=_table(_REJECTION_HEADERS, sorted(facts.broken_rules())),
        warnings=_table(_WARNING_HEADERS, sorted([*warned_checks(facts), *_jumps(facts)])),
    )


def warned_checks(facts: RunFacts) -> Iterator[tuple[str, str, str]]:
    """Checks of whole loads and tables that failed as warnings in this run: (stage, label, what was counted)."""
    for source in facts.sources:
        yield from (("landing", f"{source.name}: {label}", found) for label, found in source.warned_checks.items())
    for task in facts.job_run.tasks if facts.job_run else ():
        if task.report:
            yield from ((task.key, label, found) for label, found in task.report.warned_checks.items())


def _jumps(facts: RunFacts) -> Iterator[tuple[str, str, str]]:
    for trend in facts.trends:
        if trend.jumped:
            found = f"{trend.rows:,} rows where {trend.usually:,.0f} are usual"
            yield trend.stage, f"{trend.source}: {trend.rule}", found


def _state_of_books(facts: RunFacts) -> str:
    if not facts.books:
        return "No books were made up, as this run did not get to reading what was landed"
    if not facts.books_are_closed:
        return "The books stay open until the transformation has succeeded"
    unbalanced = any(books.imbalances() for books in facts.books.values())
    return "The books do not balance, see above" if unbalanced else "The books balance"


def _table(headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    return tabulate.tabulate(rows, headers, tablefmt="pipe", intfmt=",", floatfmt=".1f") if rows else ""


def _usual_table(headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """The table without the unusual columns in which nothing is."""
    columns = dict(zip(headers, zip(*rows, strict=True), strict=True)) if rows else {}
    shown = [header for header in columns if header not in _UNUSUAL_HEADERS or any(columns[header])]
    return _table(shown, list(zip(*(columns[header] for header in shown), strict=True)) if rows else [])


def _source_rows(facts: RunFacts) -> Iterator[Sequence[Cell]]:
    for source in facts.sources:
        rows = source.extracted, source.landed, source.deleted, source.quarantined
        yield source.name, source.state, *rows, len(source.files), source.bytes / 1e6, source.seconds


def _task_rows(facts: RunFacts) -> Iterator[Sequence[Cell]]:
    for task in facts.job_run.tasks if facts.job_run else ():
        yield task.key, task.result, task.seconds


def _rows_made_anew(facts: RunFacts) -> Iterator[Sequence[Cell]]:
    for task in facts.job_run.tasks if facts.job_run else ():
        if task.report:
            yield from ((table, anew.verdict) for table, anew in task.report.made_anew.items())


def _account_rows(facts: RunFacts) -> Iterator[Sequence[Cell]]:
    for name, books in facts.books.items():
        periods = [("run", facts.books_in_run[name])] if name in facts.books_in_run else []
        for period, figures in [*periods, ("total", books)]:
            yield name, period, *figures.model_dump().values()
