"""Whether the job has to run follows from what is durably in raw and bronze."""

import pytest

from contracts.job_report import TaskReport, TransformedRows
from tasks.transform.job_run import JobRun, JobTask, repair_is_enough, transformation_needed


def run(bronze_rows: int, result: str = "SUCCESS", contract: str = "as-now") -> JobRun:
    total = {"store-database": TransformedRows(bronze=bronze_rows)}
    report = TaskReport(task="bronze", seconds=1, total=total, contract_digest=contract)
    task = JobTask(key="bronze", result="SUCCESS", message="", seconds=1, report=report)
    return JobRun(run_id=1, result=result, message="", page_url="", tasks=(task,))


@pytest.mark.parametrize(
    ("last_run", "landed", "needed"),
    [
        (None, 0, False),
        (None, 5, True),
        (run(5), 5, False),
        (run(5), 8, True),
        (run(5, result="FAILED"), 5, True),
        (run(5, result="CANCELED"), 5, True),
        (run(5, contract="as-before"), 5, True),
    ],
    ids=[
        "never-ran-no-rows",
        "never-ran",
        "up-to-date",
        "new-rows",
        "last-failed",
        "last-cancelled",
        "contract-changed",
    ],
)
def test_transformation_is_needed(last_run: JobRun | None, landed: int, needed: bool) -> None:
    assert transformation_needed(last_run, {"store-database": landed}, "as-now") is needed


def test_source_that_bronze_never_saw_needs_a_transformation() -> None:
    assert transformation_needed(run(5), {"store-database": 5, "second-shop": 1}, "as-now")


@pytest.mark.parametrize(
    ("last_run", "landed", "enough"),
    [
        (None, 0, False),
        (run(5), 5, False),
        (run(5, result="FAILED"), 5, True),
        (run(5, result="CANCELED"), 5, True),
        (run(5, result="FAILED"), 8, False),
        (run(5, result="FAILED", contract="as-before"), 5, False),
        (run(5, result="FAILED").model_copy(update={"tasks": ()}), 0, False),
    ],
    ids=["never-ran", "succeeded", "later-task-failed", "cancelled", "new-rows", "contract-changed", "no-task-ran"],
)
def test_a_repair_is_enough_where_bronze_has_nothing_more_to_do(
    last_run: JobRun | None, landed: int, enough: bool
) -> None:
    assert repair_is_enough(last_run, {"store-database": landed}, "as-now") is enough


def test_a_repair_is_not_enough_where_bronze_itself_failed() -> None:
    failed = run(0, result="FAILED")
    bronze = failed.tasks[0].model_copy(update={"result": "FAILED"})
    assert not repair_is_enough(failed.model_copy(update={"tasks": (bronze,)}), {"store-database": 0}, "as-now")
