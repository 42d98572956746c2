"""The summary reads verdict first, then what to do, then the figures."""

from datetime import UTC, datetime

from contracts.job_report import MadeAnew, SourceBooks, TaskReport
from tasks.report.artifacts import quality_rows
from tasks.report.facts import LandedFile, Problem, RunFacts, SourceOutcome, SourceState
from tasks.report.markdown import render_summary
from tasks.transform.job_run import JobRun, JobTask, TransformationState

BOOKS = SourceBooks(extracted=1234, landed=1200, quarantined=34, bronze=1200, silver=1000, rejected=150, superseded=50)
SILVER = TaskReport(task="silver", seconds=2.5, rejected_by_rule={"branch-files": {"cpf: cpf_valid": 150}})


def facts(*problems: Problem) -> RunFacts:
    return RunFacts(
        run_name="lakehouse 2026-11-24T05:00Z",
        flow_run_id="f",
        dataset="customer_purchases",
        contract_version="1.0.0",
        started_at=datetime(2026, 11, 24, 5, 0, tzinfo=UTC),
        finished_at=datetime(2026, 11, 24, 5, 1, 30, tzinfo=UTC),
        sources=(
            SourceOutcome(
                name="branch-files",
                state=SourceState.LANDED,
                seconds=3,
                extracted=1234,
                landed=1200,
                quarantined=34,
                quarantined_by_rule={"cpf: required": 34},
                files=(LandedFile(name="a.csv", rows=1200, bytes=250_000),),
            ),
        ),
        transformation=TransformationState.SUCCEEDED,
        job_run=JobRun(
            run_id=1,
            result="SUCCESS",
            message="",
            page_url="",
            tasks=(JobTask(key="silver", result="SUCCESS", message="", seconds=2.5, report=SILVER),),
        ),
        books_in_run={"branch-files": BOOKS},
        books={"branch-files": BOOKS},
        problems=problems,
        software={"spark": "4.1.4", "delta": "4.4.0"},
    )


def test_summary_of_a_good_run() -> None:
    assert (
        render_summary(facts())
        == """\
# ✅ customer_purchases: succeeded

lakehouse 2026-11-24T05:00Z · 2026-11-24 05:00:00 UTC · 90 s

## Sources

| source       | state  | extracted | landed | quarantined | files |  MB | seconds |
|:-------------|:-------|----------:|-------:|------------:|------:|----:|--------:|
| branch-files | landed |     1,234 |  1,200 |          34 |     1 | 0.2 |     3.0 |

## Transformation: succeeded

| task   | result  | seconds |
|:-------|:--------|--------:|
| silver | SUCCESS |     2.5 |

## Row accounting

The books balance: extracted = landed + quarantined; landed = bronze; bronze = silver + rejected + superseded.

| source       | period | extracted | landed | quarantined | bronze | silver | rejected | superseded |
|:-------------|:-------|----------:|-------:|------------:|-------:|-------:|---------:|-----------:|
| branch-files | run    |     1,234 |  1,200 |          34 |  1,200 |  1,000 |      150 |         50 |
| branch-files | total  |     1,234 |  1,200 |          34 |  1,200 |  1,000 |      150 |         50 |

## Rejected rows by rule, in this run

| stage   | source       | rule           | rows |
|:--------|:-------------|:---------------|-----:|
| landing | branch-files | cpf: required  |   34 |
| silver  | branch-files | cpf: cpf_valid |  150 |

## Versions

delta 4.4.0 · spark 4.1.4
"""
    )


def test_summary_of_a_bad_run_says_what_to_do_right_below_the_verdict() -> None:
    text = render_summary(facts(Problem(part="customers-api", what="401 from the API", action="renew the key")))
    assert text.splitlines()[:8] == [
        "# ❌ customer_purchases: partly failed",
        "",
        "lakehouse 2026-11-24T05:00Z · 2026-11-24 05:00:00 UTC · 90 s",
        "",
        "## What to do",
        "",
        "1. **customers-api**: 401 from the API",
        "   → renew the key",
    ]


def test_what_is_settled_and_what_does_not_balance_are_shown() -> None:
    settled = BOOKS.model_copy(update={"bronze": 1190, "settled": 3})
    text = render_summary(facts().model_copy(update={"books": {"branch-files": settled}}))
    assert "\nThe books do not balance, see above: extracted" in text
    assert " | settled |" in text


def test_what_was_deleted_at_the_source_is_shown_where_anything_is() -> None:
    deleted = BOOKS.model_copy(update={"superseded": 47, "deleted": 3})
    (source,) = facts().sources
    changed = {"books": {"branch-files": deleted}, "sources": (source.model_copy(update={"deleted": 5}),)}
    text = render_summary(facts().model_copy(update=changed))
    assert "| source       | state  | extracted | landed | deleted | quarantined |" in text
    assert "| branch-files | landed |     1,234 |  1,200 |       5 |          34 |" in text
    assert "bronze = silver + rejected + superseded + deleted." in text
    assert "| superseded | deleted |" in text


def test_checks_that_failed_as_warnings_are_shown_by_stage() -> None:
    silver = SILVER.model_copy(update={"warned_checks": {"cpf: few": "7 rows"}})
    found = facts()
    assert found.job_run
    (task,), (source,) = found.job_run.tasks, found.sources
    job_run = found.job_run.model_copy(update={"tasks": (task.model_copy(update={"report": silver}),)})
    sources = (source.model_copy(update={"warned_checks": {"expected file": "did not come"}}),)
    text = render_summary(found.model_copy(update={"job_run": job_run, "sources": sources}))
    assert (
        """\
| stage   | check                       | found        |
|:--------|:----------------------------|:-------------|
| landing | branch-files: expected file | did not come |
| silver  | cpf: few                    | 7 rows       |
"""
        in text
    )


def test_columns_that_the_contract_does_not_know_are_a_warning_of_their_source_and_of_the_data_quality() -> None:
    source, *_ = (found := facts()).sources
    unknown = {"columns that the contract does not know": "Obs, vendedor"}
    found = found.model_copy(update={"sources": (source.model_copy(update={"warned_checks": unknown}),)})
    label = "branch-files: columns that the contract does not know"
    assert f"| landing | {label} | Obs, vendedor |" in render_summary(found)
    assert [row["found"] for row in quality_rows(found) if row["rule"] == label] == ["Obs, vendedor"]


def test_tables_that_were_made_anew_are_shown_beside_what_they_were() -> None:
    anew = {
        "main.silver.purchases": MadeAnew(gone=0, new=0),
        "main.silver.purchases_rejected": MadeAnew(gone=2, new=1500, changed_below=1400),
    }
    found = facts()
    assert found.job_run
    (task,) = found.job_run.tasks
    told = task.model_copy(update={"report": SILVER.model_copy(update={"made_anew": anew})})
    job_run = found.job_run.model_copy(update={"tasks": (told,)})
    text = render_summary(found.model_copy(update={"job_run": job_run}))
    assert (
        """\
| silver | SUCCESS |     2.5 |

| made anew                      | beside what it was                              |
|:-------------------------------|:------------------------------------------------|
| main.silver.purchases          | equal to what was there                         |
| main.silver.purchases_rejected | rows gone: 2, new: 1,500 (changed below: 1,400) |

## Row accounting
"""
        in text
    )


def test_a_run_that_started_no_job_has_no_table_of_tasks() -> None:
    assert "| task " not in render_summary(facts().model_copy(update={"job_run": None}))


def test_a_run_without_a_job_has_no_table_of_its_tasks() -> None:
    gone = {"job_run": None, "transformation": TransformationState.NOT_NEEDED}
    told = render_summary(facts().model_copy(update=gone))
    assert "## Transformation: not needed\n\n## Row accounting" in told
