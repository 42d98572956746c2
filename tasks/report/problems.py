"""What went wrong in a run and what to do about it, from its facts alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from contracts.contract import Contract
from contracts.job_report import SourceBooks
from tasks.report.facts import CLOSED_BOOKS, Problem, SourceOutcome, SourceState
from tasks.transform.job_run import JobRun, Transformation, TransformationState

REDO = "then run the pipeline again: it takes up where this run stopped"


def find_problems(
    contract: Contract, sources: Iterable[SourceOutcome], transformation: Transformation, books: dict[str, SourceBooks]
) -> tuple[Problem, ...]:
    """The run's problems, sources first, then the job's tasks, what silver rejected, books that do not balance.

    Args:
        contract: that this run was told to keep.
        sources: what became of each.
        transformation: what became of the job.
        books: by source.
    """
    return (
        *(_source_problem(source) for source in sources if source.state is SourceState.FAILED),
        *(_job_problems(transformation.run) if transformation.state is TransformationState.FAILED else ()),
        *_silver_problems(contract, transformation),
        *(_book_problems(contract, books) if transformation.state in CLOSED_BOOKS else ()),
        *_contract_problems(contract, transformation),
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


def _silver_problems(contract: Contract, transformation: Transformation) -> Iterator[Problem]:
    """Sources of which this run's silver rejected a larger part than the contract tolerates."""
    report = transformation.run.report("silver") if transformation.run else None
    if report is None or transformation.state is not TransformationState.SUCCEEDED:
        return
    tolerated = contract.table.max_silver_error_ratio
    for source, rows in report.run.items():
        judged = rows.judged
        if judged >= contract.table.min_rows_for_error_ratio and rows.rejected / judged > tolerated:
            by_rule = Counter(report.rejected_by_rule.get(source, {})).most_common()
            broken = ", ".join(f"{label} {count}" for label, count in by_rule)
            yield Problem(
                part=f"silver of {source}",
                what=f"{rows.rejected} of {judged} rows break rules ({broken}), more than the contract's "
                f"{100 * tolerated:g}%",
                action="look at the table of rejected rows; mend the source, whose rows come again with their next "
                "change, or the rule in the contract",
            )


def _contract_problems(contract: Contract, transformation: Transformation) -> Iterator[Problem]:
    run = transformation.run
    if run and transformation.state is TransformationState.SUCCEEDED and run.contract_digest != contract.digest:
        yield Problem(
            part="databricks job",
            what="the job read another contract than the flows",
            action="deploy the job's wheel and the flows with the same contracts, then run again",
        )


def _book_problems(contract: Contract, books: dict[str, SourceBooks]) -> Iterator[Problem]:
    settling = f"make settle DATASET={contract.slug} REASON='…'"
    for name, source_books in books.items():
        for imbalance in source_books.imbalances():
            yield Problem(
                part=f"row accounting of {name}",
                what=imbalance,
                action="run again; if it stays so, land again what is missing (backfill_since), and write off what "
                f"does not come back: {settling} (docs/operations.md, Books)",
            )
