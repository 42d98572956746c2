"""The books of a source, put together from manifests and the job's reports."""

from contracts.job_report import TaskReport, TransformedRows
from tasks.land.landed import LandedLoads
from tasks.land.manifests import LoadRows
from tasks.report.accounts import run_books, total_books
from tasks.transform.job_run import JobRun, JobTask

BEFORE = LandedLoads(totals=LoadRows(extracted=12, landed=10, quarantined=2))
SETTLED = BEFORE.model_copy(update={"settled_rows": 1})
ONE_LATER = LoadRows(extracted=15, landed=13, quarantined=2)
TWO_LATER = LoadRows(extracted=20, landed=17, quarantined=3)


def run(bronze: int) -> JobRun:
    figures = {
        "bronze": TransformedRows(bronze=bronze),
        "silver": TransformedRows(silver=bronze - 2, rejected=1, superseded=1),
    }
    tasks = tuple(
        JobTask(
            key=key,
            result="SUCCESS",
            message="",
            seconds=1,
            report=TaskReport(task=key, seconds=1, run={"shop": rows}, total={"shop": rows}),
        )
        for key, rows in figures.items()
    )
    return JobRun(run_id=1, result="SUCCESS", message="", page_url="", tasks=tasks)


def test_books_balance_when_bronze_holds_what_was_landed() -> None:
    books = total_books("shop", BEFORE, [], run(10))
    assert books.model_dump() == {
        "extracted": 12,
        "landed": 10,
        "quarantined": 2,
        "settled": 0,
        "bronze": 10,
        "silver": 8,
        "rejected": 1,
        "superseded": 1,
        "deleted": 0,
        "erased": 0,
    }
    assert books.imbalances() == []


def test_load_that_lands_while_the_job_reads_raw_is_taken_into_account() -> None:
    assert total_books("shop", BEFORE, [TWO_LATER, ONE_LATER], run(13)).imbalances() == []


def test_rows_that_bronze_lost_stay_an_imbalance_whatever_landed_meanwhile() -> None:
    assert total_books("shop", BEFORE, [TWO_LATER, ONE_LATER], run(9)).imbalances() == ["landed 10 ≠ bronze 9"]


def test_what_was_deleted_at_the_source_is_a_term_of_the_books() -> None:
    deleted = TransformedRows(silver=6, rejected=1, superseded=1, deleted=2)
    found = run(10)
    (bronze, silver) = found.tasks
    assert silver.report is not None
    report = silver.report.model_copy(update={"total": {"shop": deleted}})
    found = found.model_copy(update={"tasks": (bronze, silver.model_copy(update={"report": report}))})
    books = total_books("shop", BEFORE, [], found)
    assert (books.deleted, books.imbalances()) == (2, [])
    lost = books.model_copy(update={"deleted": 1})
    assert lost.imbalances() == ["bronze 10 ≠ silver 6 + rejected 1 + superseded 1 + deleted 1"]


def test_rows_that_were_erased_are_a_term_of_the_books() -> None:
    books = total_books("shop", BEFORE, [], run(10)).model_copy(update={"silver": 5, "erased": 3})
    assert books.imbalances() == []
    lost = books.model_copy(update={"silver": 4})
    assert lost.imbalances() == ["bronze 10 ≠ silver 4 + rejected 1 + superseded 1 + erased 3"]


def test_rows_that_were_settled_are_a_term_of_the_books() -> None:
    assert total_books("shop", SETTLED, [], run(9)).imbalances() == []
    assert total_books("shop", SETTLED, [TWO_LATER, ONE_LATER], run(12)).imbalances() == []
    assert total_books("shop", SETTLED, [], run(8)).imbalances() == ["landed 10 ≠ bronze 8 + settled 1"]
    assert total_books("shop", SETTLED, [], run(10)).unsettled == -1


def test_source_that_no_job_run_has_seen_has_nothing_in_bronze() -> None:
    assert total_books("shop", BEFORE, [], None).bronze == 0


def test_books_of_the_run_hold_its_own_rows() -> None:
    assert run_books("shop", LoadRows(extracted=3, landed=3), run(3)).imbalances() == []
