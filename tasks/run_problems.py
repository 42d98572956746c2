"""What went wrong in a run and what to do about it, from its facts alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.reports import SourceBooks
from tasks.job_runs import JobRun
from tasks.run_facts import Problem, SourceOutcome, SourceState, TransformationState

REDO = "then run the pipeline again: it takes up where this run stopped"


def find_problems(
    sources: Iterable[SourceOutcome],
    transformation: TransformationState,
    job_run: JobRun | None,
    books: dict[str, SourceBooks],
) -> tuple[Problem, ...]:
    """The run's problems, sources first, then the job's tasks, then books that do not balance."""
    return (
        *(_source_problem(source) for source in sources if source.state is SourceState.FAILED),
        *(_job_problems(job_run) if transformation is TransformationState.FAILED else ()),
        *(_book_problems(books) if transformation in _TRANSFORMED else ()),
    )


_TRANSFORMED = (TransformationState.SUCCEEDED, TransformationState.NOT_NEEDED)


def _source_problem(source: SourceOutcome) -> Problem:
    return Problem(part=source.name, what=source.message, action=f"mend the source as the message says, {REDO}")


def _job_problems(job_run: JobRun | None) -> Iterator[Problem]:
    if job_run is None:
        yield Problem(part="databricks job", what="it did not run", action=f"see this flow run's log, {REDO}")
        return
    for task in job_run.tasks:
        if task.result not in ("SUCCESS", "UPSTREAM_FAILED", "SKIPPED", "UPSTREAM_CANCELED"):
            yield Problem(
                part=task.key, what=f"{task.result}: {task.message}", action=f"see {job_run.page_url}, mend it, {REDO}"
            )


def _book_problems(books: dict[str, SourceBooks]) -> Iterator[Problem]:
    for name, source_books in books.items():
        for imbalance in source_books.imbalances():
            yield Problem(
                part=f"row accounting of {name}",
                what=imbalance,
                action="run again; if it stays so, rows are missing or counted twice: see docs/operations.md",
            )
