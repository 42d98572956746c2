"""What sources deleted leaves silver and gold, late rows do not bring it back, and the books know it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from contracts.contract import Contract
from contracts.job_report import TransformedRows
from contracts.lake_terms import Layer
from spark_jobs.job_parameters import JobParameters
from spark_jobs.silver import deletions as deletions_module
from spark_jobs.silver.task import run_silver
from tests.contract_changes import with_sources
from tests.spark_jobs.deletions import deletion, telling_deletions
from tests.spark_jobs.dying_runs import Killed, die_after
from tests.spark_jobs.lakehouse_runs import KEY, job_parameters, rows, run_job
from tests.spark_jobs.landings import Landings
from tests.spark_jobs.raw_files import Landed, land, landed_row

pytestmark = pytest.mark.spark

START = datetime(2026, 2, 1, tzinfo=UTC)


@pytest.fixture
def job(contract: Contract, lake: Path) -> JobParameters:
    return job_parameters(telling_deletions(contract), lake)


def _at(hour: int) -> str:
    return (START + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def _live(job: JobParameters, key: str, hour: int, source: str = "store-database", **values: str | None) -> Landed:
    return landed_row(job.contract.source(source), customer_id=key, updated_at=_at(hour), **values)


def _gone(key: str, hour: int) -> Landed:
    return deletion(key, _at(hour))


def _marked(key: str, hour: int) -> Landed:
    return deletion(key, _at(hour), updated_at=_at(hour))


def _land(job: JobParameters, lake: Path, sequence: int, *lines: Landed, source: str = "store-database") -> None:
    land(lake, job.contract, job.contract.source(source), sequence, list(lines))


def _silver(spark: SparkSession, job: JobParameters) -> list[tuple[object, ...]]:
    return rows(spark, job.lakehouse.silver, "customer_id", "source")


def _deleted(spark: SparkSession, job: JobParameters) -> list[tuple[object, ...]]:
    return rows(spark, job.lakehouse.deleted, "customer_id")


def _sales(spark: SparkSession, job: JobParameters) -> list[tuple[object, ...]]:
    gold = next(table for table in job.lakehouse.golds if table.name == "store_monthly_sales")
    return rows(spark, gold, "store_location", "total_purchases", "total_revenue")


@pytest.mark.chaos
def test_a_deleted_row_leaves_silver_and_gold_until_a_later_version_comes(
    spark: SparkSession, contract: Contract, job: JobParameters, lake: Path
) -> None:
    """The first run is of a contract that knows no deletions: bronze gets its column with rows in it."""
    sources = [contract.source("store-database"), contract.source("customers-api")]
    before = job_parameters(with_sources(contract, sources), lake)
    belem = _live(job, "C1", 1, store_location="Belém", total_amount="5.00")
    _land(before, lake, 1, belem, *(_live(job, key, 1) for key in ("C2", "C3", "C4")))
    run_job(spark, before)
    # C1 and C3 are marked, C2 and C4 are gone, C9 was never landed; C3 and C4 come back, what comes of C1 is older
    lines = [_marked("C1", 5), _gone("C2", 5), _marked("C3", 5), _gone("C4", 5), _gone("C9", 5), _gone("C9", 4)]
    _land(job, lake, 2, *lines, _live(job, "C4", 9), _live(job, "C1", 3))
    late, later = _live(job, "C1", 4, "customers-api"), _live(job, "C3", 6, "customers-api")
    _land(job, lake, 1, late, later, source="customers-api")
    figures = run_job(spark, job, hour=13)
    assert _silver(spark, job) == [("C3", "customers-api"), ("C4", "store-database")]
    assert _deleted(spark, job) == [("C1",), ("C2",), ("C9",)]
    assert _sales(spark, job) == [("Recife", 2, 2469.12)]
    assert figures.silver.run == {
        "customers-api": TransformedRows(silver=1, superseded=1),
        "store-database": TransformedRows(silver=-3, superseded=8, deleted=3),
    }


COMMITS = ("append_with_progress", "merge", "delete_matching")
"""Of deletions."""


@pytest.mark.chaos
def test_a_run_that_is_killed_after_any_of_the_commits_ends_as_if_it_had_not_been(
    spark: SparkSession, job: JobParameters, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First the table of deletions is ahead of silver, which must still hear of later rows; then silver has let go."""
    landings, source = Landings(job, lake), "store-database"
    landings.land(source, 1, [_live(job, key, 1) for key in ("C1", "C2", "C3", "C4")])
    run_job(spark, job)
    for commit, lines in (
        (1, [_marked("C1", 5), _gone("C2", 5), _live(job, "C3", 5)]),
        (2, [_live(job, "C1", 9), _marked("C3", 3), _gone("C4", 7), _live(job, "C5", 7)]),
    ):
        landings.land(source, commit + 1, lines, hour=12 + commit)
        with monkeypatch.context() as patch:
            die_after(patch, deletions_module, COMMITS, commit)
            with pytest.raises(Killed):
                run_job(spark, job, hour=12 + commit)
        late = [_live(job, f"N{commit}", 1), _live(job, "C2", commit)]
        landings.land(source, commit + 11, late, hour=14 if commit == 1 else 20)
    figures = run_job(spark, job, hour=20)
    assert [key for key, _ in _silver(spark, job)] == ["C1", "C3", "C5", "N1", "N2"]
    assert _deleted(spark, job) == [("C2",), ("C4",)]
    assert _sales(spark, job) == [("Recife", 5, 6172.80)]
    landings.require_tables(spark)
    assert figures.silver.total == {source: TransformedRows(silver=5, superseded=8, deleted=2)}
    assert run_silver(spark, job, KEY).run == {"store-database": TransformedRows()}


@dataclass(frozen=True)
class Version:
    """A version of a row: its hour, of which source, whether it is a deletion, and with which batch it comes."""

    hour: int
    source: str
    is_deletion: bool
    batch: int


BATCHES = 3
SOURCES = ("store-database", "customers-api")
VERSIONS = st.builds(
    Version, st.integers(0, 9), st.sampled_from(SOURCES), st.sampled_from((False, False, True)), st.integers(1, BATCHES)
).map(lambda v: Version(v.hour, SOURCES[0], True, v.batch) if v.is_deletion else v)


def _histories() -> list[list[Version]]:
    found: list[list[Version]] = []

    @settings(max_examples=120, deadline=None, database=None)
    @given(history=st.lists(VERSIONS, min_size=1, max_size=7))
    def collect(history: list[Version]) -> None:
        found.append(history)

    collect()
    return found


def _landed_by(job: JobParameters, histories: list[list[Version]], batch: int, source: str) -> list[Landed]:
    return [
        _marked(f"C{n}", version.hour)
        if version.is_deletion
        else _live(job, f"C{n}", version.hour, source, total_amount=f"{version.hour}.25")
        for n, history in enumerate(histories)
        for version in history
        if (version.batch, version.source) == (batch, source)
    ]


@pytest.mark.chaos
def test_any_sequence_of_rows_and_deletions_is_what_the_latest_of_each_key_says(
    spark: SparkSession, job: JobParameters, lake: Path
) -> None:
    """Many histories at once, in three batches: tables and books are of the last versions, also when made anew."""
    histories, landings = _histories(), Landings(job, lake)
    for batch in range(1, BATCHES + 1):
        for source in SOURCES:
            landings.land(source, batch, _landed_by(job, histories, batch, source), hour=batch)
        figures = run_job(spark, job, hour=batch)
    landings.require_tables(spark)
    landings.require_books(figures.silver.total)
    rebuilt = run_job(spark, job_parameters(job.contract, lake, rebuild=Layer.SILVER), hour=9)
    landings.require_tables(spark)
    assert rebuilt.silver.total == figures.silver.total
    assert {(anew.gone, anew.new) for anew in rebuilt.silver.made_anew.values()} == {(0, 0)}
