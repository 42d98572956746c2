"""What is usual is what the runs before say; a jump is what neither they nor chance explain."""

import pytest

from contracts.job_report import TaskReport, TransformedRows
from tasks.report.facts import RunFacts, Trend
from tasks.report.trends import ALL_ROWS, RunRows, trends
from tasks.transform.job_run import JobRun, JobTask
from tests.tasks.report.shop_run import shop_run

VOLUME, RULE = ("landing", "shop", ALL_ROWS), ("landing", "shop", "cpf: required")


def facts(extracted: int, broken: int = 0, silver: TaskReport | None = None) -> RunFacts:
    task = JobTask(key="silver", result="SUCCESS", message="", seconds=1, report=silver)
    job_run = JobRun(run_id=1, result="SUCCESS", message="", page_url="", tasks=(task,)) if silver else None
    return shop_run(extracted, broken, job_run)


def before(*runs: tuple[int, int]) -> list[RunRows]:
    """Runs of so many rows, of which so many broke the rule."""
    return [{VOLUME: rows} | ({RULE: broken} if broken else {}) for rows, broken in runs]


def jumps(facts: RunFacts, runs: list[RunRows]) -> set[str]:
    return {trend.rule for trend in trends(facts, runs) if trend.jumped}


def test_too_few_runs_tell_nothing() -> None:
    volume, rule = trends(facts(1000, broken=900), before(*[(10, 0)] * 4))
    assert volume == Trend(stage="landing", source="shop", rule=ALL_ROWS, rows=1000, of=1000)
    assert rule == Trend(stage="landing", source="shop", rule="cpf: required", rows=900, of=1000)


def test_what_is_usual_is_the_median_of_volumes_and_the_share_of_all_rows() -> None:
    """One first load of everything does not decide what a day brings."""
    volume, rule = trends(facts(100, broken=3), before((90, 0), (100, 1), (110, 1), (120, 3), (10_000, 99)))
    assert (volume.usually, volume.jumped) == (110.0, False)
    assert (rule.usually, rule.jumped) == (1.0, False)


@pytest.mark.parametrize(("rows", "jumped"), [(33, True), (34, False), (300, False), (301, True)])
def test_a_volume_jumps_below_a_third_and_above_three_times_the_usual(rows: int, jumped: bool) -> None:
    assert jumps(facts(rows), before(*[(100, 0)] * 5)) == ({ALL_ROWS} if jumped else set())


@pytest.mark.parametrize(
    ("usual", "broken", "jumped"),
    [
        (0, 4, False),
        (0, 5, True),
        (1, 9, False),
        (1, 10, True),
        (100, 144, False),
        (100, 200, False),
        (100, 201, True),
    ],
)
def test_a_rule_jumps_when_its_share_has_doubled_and_chance_does_not_explain_it(
    usual: int, broken: int, jumped: bool
) -> None:
    assert jumps(facts(1000, broken), before(*[(1000, usual)] * 5)) == ({"cpf: required"} if jumped else set())


def test_runs_that_found_nothing_new_do_not_count() -> None:
    runs = before(*[(100, 0)] * 4)
    assert trends(facts(100), [*[{}] * 20, *runs])[0].usually is None
    assert trends(facts(100), [*[{}] * 20, *runs, *runs[:1]])[0].usually == 100.0


def test_only_the_last_runs_count() -> None:
    assert trends(facts(100), before(*[(100, 0)] * 30, *[(900, 0)] * 50))[0].usually == 100.0


def test_silver_judges_errors_and_warnings_alike() -> None:
    silver = TaskReport(
        task="silver",
        seconds=1,
        run={"shop": TransformedRows(silver=-1, rejected=2, superseded=3), "idle": TransformedRows()},
        rejected_by_rule={"shop": {"cpf: cpf_valid": 2}},
        warned_by_rule={"shop": {"card: card_luhn": 1}},
    )
    assert [(found.stage, found.rule, found.rows, found.of) for found in trends(facts(0, silver=silver), [])] == [
        ("silver", ALL_ROWS, 4, 4),
        ("silver", "cpf: cpf_valid", 2, 4),
        ("silver warning", "card: card_luhn", 1, 4),
    ]
