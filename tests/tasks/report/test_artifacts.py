"""What a run recorded is what the next one compares itself with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect import flow, task

from tasks.report.artifacts import read_quality, record_run
from tasks.report.facts import RunFacts, Trend
from tasks.report.trends import ALL_ROWS, RunRows, trends
from tests.prefect_api import prefect_api
from tests.tasks.report.shop_run import shop_run

pytestmark = pytest.mark.services


@pytest.fixture(scope="module", autouse=True)
def _prefect(migrated_prefect: Path) -> Iterator[None]:
    with prefect_api(migrated_prefect):
        yield


@task
def _record(extracted: int, broken: int) -> tuple[list[RunRows], RunFacts]:
    """As the parent flow's last task does: first look back, then record."""
    facts = shop_run(extracted, broken, warned_checks={"rowCount": "3 rows"})
    before = read_quality("shop-sales")
    facts = facts.model_copy(update={"trends": trends(facts, before)})
    record_run(facts, "# summary")
    return before, facts


@flow
def _runs() -> tuple[list[RunRows], RunFacts]:
    for number in range(5):
        _record(100 + number, 1)
    return _record(1000, 100)


def test_runs_are_compared_with_those_before_the_newest_first() -> None:
    before, facts = _runs()
    assert [run["landing", "shop", ALL_ROWS] for run in before] == [104, 103, 102, 101, 100]
    assert {run["landing", "shop", "cpf: required"] for run in before} == {1}
    assert facts.trends == (
        Trend(stage="landing", source="shop", rule=ALL_ROWS, rows=1000, of=1000, usually=102.0, jumped=True),
        Trend(stage="landing", source="shop", rule="cpf: required", rows=100, of=1000, usually=9.8, jumped=True),
    )
