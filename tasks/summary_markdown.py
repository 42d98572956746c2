"""The run's summary as markdown: what an operator reads first, in the Prefect UI or in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contracts.reports import SourceBooks
from tasks.run_facts import RunFacts

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 (markdown; the Prefect UI escapes HTML)
    trim_blocks=True,
    keep_trailing_newline=True,
)


def render_summary(facts: RunFacts) -> str:
    """The summary: verdict, what to do, sources, tasks, row accounting, rejected rows by rule, versions."""
    return _TEMPLATES.get_template("summary.md.jinja").render(
        facts=facts,
        accounts=list(_accounts(facts)),
        rejections=sorted(rejected_rows(facts)),
        count=lambda number: f"{number:,}",
        seconds=lambda run: round((run.finished_at - run.started_at).total_seconds()),
    )


def rejected_rows(facts: RunFacts) -> Iterator[tuple[str, str, str, int]]:
    """Rows rejected or warned about in this run: (stage, source, rule label, rows)."""
    for source in facts.sources:
        for rule, rows in source.quarantined_by_rule.items():
            yield "landing", source.name, rule, rows
    report = facts.job_run.report("silver") if facts.job_run else None
    if report:
        for stage, by_source in (("silver", report.rejected_by_rule), ("silver warning", report.warned_by_rule)):
            for name, by_rule in by_source.items():
                for rule, rows in by_rule.items():
                    yield stage, name, rule, rows


def _accounts(facts: RunFacts) -> Iterator[tuple[str, str, SourceBooks]]:
    for name, books in facts.books.items():
        if name in facts.books_in_run:
            yield name, "run", facts.books_in_run[name]
        yield name, "total", books
