"""Whose rows were erased is in no table, comes back by no later run, and the books know how many they were."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import polars as pl
import pytest
from pyspark.sql import SparkSession

from contracts.contract import Contract
from contracts.job_report import TransformedRows
from contracts.lake_terms import Layer
from contracts.raw_layout import erasure_request
from spark_jobs.bronze.task import run_bronze
from spark_jobs.erasure.task import erase_from_bronze
from spark_jobs.errors import RefusedDataError
from spark_jobs.gold.task import run_gold
from spark_jobs.job_parameters import JobParameters
from spark_jobs.silver import erasures
from spark_jobs.silver.task import run_silver
from spark_jobs.tables.delta import latest_version
from spark_jobs.upkeep import retention
from spark_jobs.upkeep.task import run_upkeep
from tests.spark_jobs.deletions import deletion, telling_deletions
from tests.spark_jobs.dying_runs import Killed, die_after
from tests.spark_jobs.lakehouse_runs import KEY, RunFigures, forget_tables, job_parameters, rows, run_job
from tests.spark_jobs.raw_files import Landed, land, landed_row

pytestmark = [pytest.mark.spark, pytest.mark.chaos]

AT = datetime(2026, 11, 25, 15, tzinfo=UTC)
ANA, BIA = "529.982.247-25", "111.444.777-35"
DATABASE, API = "store-database", "customers-api"


@pytest.fixture
def job(contract: Contract, lake: Path) -> JobParameters:
    return job_parameters(telling_deletions(contract), lake)


def _row(job: JobParameters, name: str, key: str, hour: int, source: str = DATABASE, **values: str | None) -> Landed:
    told = {"first_name": name, "cpf": ANA if name == "Ana" else BIA, "updated_at": f"2026-02-01T{hour:02}:00:00Z"}
    return landed_row(job.contract.source(source), customer_id=key, **(told | values))


def _land(job: JobParameters, lake: Path, sequence: int, *lines: Landed, source: str = DATABASE) -> None:
    land(lake, job.contract, job.contract.source(source), sequence, list(lines))


def _asked(job: JobParameters, lake: Path, *lines: dict[str, str]) -> JobParameters:
    """The job's run that erases whom the lines name."""
    request = uuid4()
    file = lake / "raw" / erasure_request(job.contract, request)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return replace(job, erase=request)


def _run_and_erase(spark: SparkSession, job: JobParameters, hour: int) -> RunFigures:
    bronze = run_bronze(spark, job, AT + timedelta(hours=hour))
    erase_from_bronze(spark, job, KEY)
    return RunFigures(bronze, run_silver(spark, job, KEY), run_gold(spark, job))


def _land_two_customers(job: JobParameters, lake: Path) -> None:
    """Of Ana: rows in silver, a correction, one rejected, one under an odd key, one deleted; Bia's are alike."""
    for sequence, name, key in ((1, "Ana", "A"), (2, "Bia", "B")):
        _land(
            job,
            lake,
            sequence,
            _row(job, name, f"{key}1", 1),
            _row(job, name, f"{key}1", 2, total_amount="10.00"),
            _row(job, name, f"{key}2", 1, purchase_date="2026-01-30"),
            _row(job, name, f"{key}3", 1, store_location="Nowhere"),
            _row(job, name, f"{key}4", 1),
            _row(job, name, f"{key}4", 2, total_amount="much"),
            deletion(f"{key}5", "2026-02-01T05:00:00.000000Z"),
            _row(job, name, f"{key}5", 1),
        )
    _land(job, lake, 1, _row(job, "Ana", "A2", 3, API, purchase_date="2026-01-30", cpf="52998224725"), source=API)


def _state(spark: SparkSession, job: JobParameters) -> dict[str, list[tuple[object, ...]]]:
    house = job.lakehouse
    sales = next(table for table in house.golds if table.name == "store_monthly_sales")
    return {
        "bronze": rows(spark, house.bronze, "customer_id", "first_name", "total_amount"),
        "silver": rows(spark, house.silver, "customer_id", "first_name", "total_amount"),
        "rejected": rows(spark, house.rejected, "customer_id", "first_name"),
        "deleted": rows(spark, house.deleted, "customer_id"),
        "gold": rows(spark, sales, "store_location", "total_purchases", "total_revenue"),
    }


BIA_ALONE = {
    "bronze": [
        ("B1", "Bia", "10.00"),
        ("B1", "Bia", "1234.56"),
        ("B2", "Bia", "1234.56"),
        ("B3", "Bia", "1234.56"),
        ("B4", "Bia", "1234.56"),
        ("B4", "Bia", "much"),
        ("B5", None, None),
        ("B5", "Bia", "1234.56"),
    ],
    "silver": [("B1", "Bia", 10.0), ("B2", "Bia", 1234.56), ("B4", "Bia", 1234.56)],
    "rejected": [("B3", "Bia"), ("B4", "Bia")],
    "deleted": [("B5",)],
    "gold": [("Recife", 3, 2479.12)],
}
TOTAL = {
    DATABASE: TransformedRows(silver=3, rejected=2, superseded=2, deleted=1, erased=8),
    API: TransformedRows(erased=1),
}


def test_whose_rows_are_erased_is_in_no_table_and_stays_away(
    spark: SparkSession, job: JobParameters, lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the CPF alone: a deletion has none, and goes with the row that it ended. One more row is on its way."""
    _land_two_customers(job, lake)
    run_job(spark, job)
    _land(job, lake, 3, _row(job, "Ana", "A9", 1))
    figures = _run_and_erase(spark, _asked(job, lake, {"cpf": ANA}), 1)
    total = TOTAL | {DATABASE: TOTAL[DATABASE].model_copy(update={"erased": 9})}
    assert figures.silver.total == total
    assert figures.silver.run == {
        DATABASE: TransformedRows(silver=-2, rejected=-2, superseded=-3, deleted=-1, erased=9),
        API: TransformedRows(silver=-1, erased=1),
    }
    assert _state(spark, job) == BIA_ALONE
    forget_tables(spark)
    _land(job, lake, 4, _row(job, "Bia", "B6", 1))
    for hour in (2, 3):
        again = run_job(spark, job, hour=15 + hour)
    assert again.bronze.total[DATABASE].bronze == 18
    assert again.silver.total[DATABASE] == total[DATABASE].model_copy(update={"silver": 4})
    before = _state(spark, job)
    rebuilt = run_job(spark, replace(job, rebuild=Layer.SILVER), hour=20)
    assert rebuilt.silver.total == again.silver.total
    assert _state(spark, job) == before
    assert run_silver(spark, job, KEY).run == {name: TransformedRows() for name in TOTAL}
    _require_gone_from_files(spark, job, monkeypatch)


def _require_gone_from_files(spark: SparkSession, job: JobParameters, monkeypatch: pytest.MonkeyPatch) -> None:
    """After upkeep that keeps deleted files for no time at all."""
    names = _names_in_files(job)
    assert names == {"Ana", "Bia", None}
    monkeypatch.setattr(retention, "DELETED_FILE_DAYS", 0)
    spark.conf.set("spark.databricks.delta.retentionDurationCheck.enabled", "false")
    run_upkeep(spark, job, datetime.now(UTC))
    spark.conf.unset("spark.databricks.delta.retentionDurationCheck.enabled")
    assert _names_in_files(job) == {"Bia", None}
    for log in (Path(table.location.removeprefix("file://")) / "_delta_log" for table in job.lakehouse.tables):
        told = "".join(file.read_text("utf-8") for file in log.rglob("*.json"))
        assert not [text for text in ("Ana", ANA, "52998224725", "ana@example.com") if text in told]


def _names_in_files(job: JobParameters) -> set[str | None]:
    """The first names that any file of bronze and of silver's tables holds, of whatever version."""
    folders = [Path(table.location.removeprefix("file://")) for table in job.lakehouse.tables]
    files = [f for folder in folders for f in folder.rglob("*.parquet") if "_delta_log" not in f.parts]
    frames = [pl.read_parquet(file, hive_partitioning=False) for file in files]
    return {name for frame in frames if "first_name" in frame.columns for name in frame["first_name"]}


def test_a_version_that_names_somebody_else_goes_with_its_key(
    spark: SparkSession, job: JobParameters, lake: Path
) -> None:
    """Else the one before the erased would count again. Nothing else of somebody else goes."""
    _land(job, lake, 1, _row(job, "Bia", "C1", 1), _row(job, "Ana", "C1", 2), _row(job, "Bia", "C2", 1))
    _land(job, lake, 2, _row(job, "Bia", "C1", 3, purchase_date="2026-01-01"), _row(job, "Bia", "C3", 3, cpf=None))
    run_job(spark, job)
    figures = _run_and_erase(spark, _asked(job, lake, {"cpf": "52998224725"}), 1)
    assert [row[:2] for row in _state(spark, job)["silver"]] == [("C1", "Bia"), ("C2", "Bia")]
    assert figures.silver.total == {DATABASE: TransformedRows(silver=2, rejected=1, erased=2)}
    by_id = _run_and_erase(spark, _asked(job, lake, {"customer_id": " C1 "}, {"customer_id": "C3"}), 2)
    assert [row[:2] for row in _state(spark, job)["silver"]] == [("C2", "Bia")]
    assert by_id.silver.total == {DATABASE: TransformedRows(silver=1, erased=4)}
    assert rows(spark, job.lakehouse.rejected, "customer_id") == []


@pytest.mark.parametrize("commit", [0, 1, 2, 3])
def test_a_run_that_is_killed_after_any_of_the_commits_is_completed_by_the_next_without_the_request(
    spark: SparkSession, job: JobParameters, lake: Path, monkeypatch: pytest.MonkeyPatch, commit: int
) -> None:
    """Killed before silver began (0) or after any of its three tables; silver is behind, and rows come meanwhile."""
    _land_two_customers(job, lake)
    run_job(spark, job)
    _land(job, lake, 3, _row(job, "Ana", "A2", 9, purchase_date="2026-01-30"), _row(job, "Bia", "B7", 1))
    run_bronze(spark, job, AT)
    asked = _asked(job, lake, {"cpf": ANA})
    erase_from_bronze(spark, asked, KEY)
    assert erase_from_bronze(spark, asked, KEY) == {}
    if commit:
        with monkeypatch.context() as patch:
            die_after(patch, erasures, ("append_with_progress", "delete_matching"), commit)
            with pytest.raises(Killed):
                run_silver(spark, job, KEY)
    _land(job, lake, 4, _row(job, "Bia", "B8", 1))
    figures = run_job(spark, job, hour=18)
    state = _state(spark, job)
    assert [row[0] for row in state["silver"]] == ["B1", "B2", "B4", "B7", "B8"]
    assert {name: state[name] for name in ("rejected", "deleted")} == {
        name: BIA_ALONE[name] for name in ("rejected", "deleted")
    }
    assert state["gold"] == [("Recife", 5, 4948.24)]
    total = TransformedRows(silver=5, rejected=2, superseded=2, deleted=1, erased=9)
    assert figures.silver.total == TOTAL | {DATABASE: total}


def test_a_row_that_its_source_lands_again_is_a_new_one(spark: SparkSession, job: JobParameters, lake: Path) -> None:
    """Silver meets the erasure and what came after it in one run."""
    _land(job, lake, 1, _row(job, "Ana", "A1", 1), _row(job, "Bia", "B1", 1))
    run_job(spark, job)
    erase_from_bronze(spark, _asked(job, lake, {"cpf": ANA}), KEY)
    _land(job, lake, 2, _row(job, "Ana", "A1", 1))
    figures = run_job(spark, job, hour=18)
    assert [row[0] for row in _state(spark, job)["silver"]] == ["A1", "B1"]
    assert figures.silver.total == {DATABASE: TransformedRows(silver=2, erased=1)}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            {"first_name": "Ana"},
            "names a column that tells nobody; those that do: cpf, credit_card_number, customer_id",
        ),
        ({"cpf": "none"}, "a value of the request is empty"),
        ({"customer_id": " "}, "a value of the request is empty"),
        ({}, "line 1 of the request is no JSON object"),
    ],
)
def test_a_request_that_names_nobody_is_refused_without_a_word_of_it(
    spark: SparkSession, job: JobParameters, lake: Path, line: dict[str, str], told: str
) -> None:
    _land(job, lake, 1, _row(job, "Ana", "A1", 1, cpf=None))
    run_bronze(spark, job, AT)
    version = latest_version(spark, job.lakehouse.bronze)
    with pytest.raises(RefusedDataError, match=told) as caught:
        erase_from_bronze(spark, _asked(job, lake, line), KEY)
    assert not [value for value in line.values() if value.strip() and value in str(caught.value).split("'")]
    assert latest_version(spark, job.lakehouse.bronze) == version


def test_a_request_that_is_not_there_is_told_with_its_place(spark: SparkSession, job: JobParameters) -> None:
    run_bronze(spark, job, AT)
    with pytest.raises(RefusedDataError, match=r"put it at _erasures/customer_purchases/0{8}-.*\.jsonl in raw"):
        erase_from_bronze(spark, replace(job, erase=UUID(int=0)), KEY)
