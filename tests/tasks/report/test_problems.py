"""A run's problems name the part, what happened and what to do."""

import pytest

from contracts.job_report import SourceBooks, TaskReport, TransformedRows
from tasks.report.facts import Problem, SourceOutcome, SourceState
from tasks.report.problems import REDO, find_problems
from tasks.transform.job_run import JobRun, JobTask, Transformation, TransformationState
from tests.packaged_contracts import PURCHASES as CONTRACT

BALANCED = SourceBooks(extracted=5, landed=4, quarantined=1, bronze=4, silver=2, rejected=1, superseded=1)


def problems_of(
    sources: list[SourceOutcome], transformation: Transformation, books: dict[str, SourceBooks]
) -> tuple[Problem, ...]:
    return find_problems(CONTRACT, sources, transformation, books)


def outcome(state: SourceState, message: str = "") -> SourceOutcome:
    return SourceOutcome(name="customers-api", state=state, message=message)


def failed_job() -> JobRun:
    tasks = [("bronze", "SUCCESS"), ("silver", "FAILED"), ("gold", "UPSTREAM_FAILED")]
    return JobRun(
        run_id=7,
        result="FAILED",
        message="",
        page_url="https://workspace/run/7",
        tasks=tuple(JobTask(key=key, result=result, message="why", seconds=1, report=None) for key, result in tasks),
    )


def test_run_without_failure_and_with_balanced_books_has_no_problem() -> None:
    sources = [outcome(SourceState.LANDED), outcome(SourceState.NOTHING_NEW), outcome(SourceState.NOT_RUN)]
    assert (
        problems_of(sources, Transformation(state=TransformationState.SUCCEEDED, run=None), {"customers-api": BALANCED})
        == ()
    )


def test_failed_source_is_named_with_its_message() -> None:
    problems = problems_of(
        [outcome(SourceState.FAILED, "401")], Transformation(state=TransformationState.NOT_NEEDED, run=None), {}
    )
    assert [(problem.part, problem.what) for problem in problems] == [("customers-api", "401")]
    assert problems[0].action.endswith(REDO)


def test_task_that_failed_is_named_and_those_behind_it_are_not() -> None:
    problems = problems_of([], Transformation(state=TransformationState.FAILED, run=failed_job()), {})
    assert [(problem.part, problem.what) for problem in problems] == [("silver", "FAILED: why")]
    assert "https://workspace/run/7" in problems[0].action


def test_books_that_do_not_balance_are_a_problem_with_both_sides_of_the_equation() -> None:
    broken = BALANCED.model_copy(update={"bronze": 3})
    problems = problems_of([], Transformation(state=TransformationState.SUCCEEDED, run=None), {"branch-files": broken})
    assert [problem.what for problem in problems] == [
        "landed 4 ≠ bronze 3",
        "bronze 3 ≠ silver 2 + rejected 1 + superseded 1",
    ]


def test_books_are_not_judged_when_the_job_was_skipped_on_request() -> None:
    behind = BALANCED.model_copy(update={"bronze": 0, "silver": 0, "rejected": 0, "superseded": 0})
    assert problems_of([], Transformation(state=TransformationState.SKIPPED, run=None), {"branch-files": behind}) == ()


def test_a_job_that_read_another_contract_is_a_problem() -> None:
    report = TaskReport(task="bronze", seconds=1, contract_digest="as-before")
    task = JobTask(key="bronze", result="SUCCESS", message="", seconds=1, report=report)
    run = JobRun(run_id=7, result="SUCCESS", message="", page_url="", tasks=(task,))
    (problem,) = problems_of([], Transformation(state=TransformationState.SUCCEEDED, run=run), {})
    assert problem.what == "the job read another contract than the flows"


def silver_run(**rows: int) -> Transformation:
    report = TaskReport(
        task="silver",
        seconds=1,
        contract_digest=CONTRACT.digest,
        run={"branch-files": TransformedRows(**rows)},
        rejected_by_rule={"branch-files": {"rule 600": 2, "cpf: check digits": 900}},
    )
    task = JobTask(key="silver", result="SUCCESS", message="", seconds=1, report=report)
    run = JobRun(run_id=7, result="SUCCESS", message="", page_url="", tasks=(task,))
    return Transformation(state=TransformationState.SUCCEEDED, run=run)


def test_a_source_that_silver_rejects_in_the_main_is_a_problem_that_says_which_rules_it_breaks() -> None:
    (problem,) = problems_of([], silver_run(silver=99, rejected=901), {})
    assert problem.part == "silver of branch-files"
    assert problem.what == (
        "901 of 1000 rows break rules (cpf: check digits 900, rule 600 2), more than the contract's 50%"
    )


@pytest.mark.parametrize(
    "rows", [{"silver": 10, "rejected": 10}, {"rejected": 19}, {"superseded": 100, "rejected": 99}, {"silver": 30}]
)
def test_fewer_rejected_rows_or_too_few_to_tell_are_no_problem(rows: dict[str, int]) -> None:
    assert problems_of([], silver_run(**rows), {}) == ()


def test_what_an_earlier_run_rejected_is_no_problem_of_this_one() -> None:
    earlier = silver_run(rejected=1000).model_copy(update={"state": TransformationState.NOT_NEEDED})
    assert problems_of([], earlier, {}) == ()
