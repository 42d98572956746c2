"""What went wrong in a run and what to do about it, from its facts alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.job_report import SourceBooks
from tasks.report.facts import CLOSED_BOOKS, Problem, SourceOutcome, SourceState
from tasks.transform.job_run import JobRun, Transformation, TransformationState

REDO = "then run the pipeline again: it takes up where this run stopped"


def find_problems(
    sources: Iterable[SourceOutcome],
    transformation: Transformation,
    books: dict[str, SourceBooks],
    contract_digest: str,
) -> tuple[Problem, ...]:
    """The run's problems, sources first, then the job's tasks, then books that do not balance.

    Args:
        sources: what became of each.
        transformation: what became of the job.
        books: by source.
        contract_digest: of the contract that this run was told to keep.
    """
    return (
        *(_source_problem(source) for source in sources if source.state is SourceState.FAILED),
        *(_job_problems(transformation.run) if transformation.state is TransformationState.FAILED else ()),
        *(_book_problems(books) if transformation.state in CLOSED_BOOKS else ()),
        *_contract_problems(transformation, contract_digest),
    )


def step_problem(part: str, message: str) -> Problem:
    """The problem of a step of the run itself that raised."""
    return Problem(part=part, what=message, action=f"do as the message says, or see this flow run's log, {REDO}")


def _source_problem(source: SourceOutcome) -> Problem:
    return Problem(part=source.name, what=source.message, action=f"mend the source as the message says, {REDO}")


def _job_problems(job_run: JobRun | None) -> Iterator[Problem]:
    if job_run is None:
        return  # what was raised is a problem of the step
    for task in job_run.tasks:
        if task.result not in ("SUCCESS", "UPSTREAM_FAILED", "SKIPPED", "UPSTREAM_CANCELED"):
            yield Problem(
                part=task.key, what=f"{task.result}: {task.message}", action=f"see {job_run.page_url}, mend it, {REDO}"
            )


def _contract_problems(transformation: Transformation, contract_digest: str) -> Iterator[Problem]:
    run = transformation.run
    if run and transformation.state is TransformationState.SUCCEEDED and run.contract_digest != contract_digest:
        yield Problem(
            part="databricks job",
            what="the job read another contract than the flows",
            action="deploy the job's wheel and the flows with the same contracts, then run again",
        )


def _book_problems(books: dict[str, SourceBooks]) -> Iterator[Problem]:
    for name, source_books in books.items():
        for imbalance in source_books.imbalances():
            yield Problem(
                part=f"row accounting of {name}",
                what=imbalance,
                action="run again; if it stays so, rows are missing or counted twice: see docs/operations.md",
            )
