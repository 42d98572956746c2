"""Runs of the three tasks, one after another, on a real lake: what they make of new, corrected, late and bad rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

import pytest
from pyspark.sql import SparkSession
from pyspark.sql.types import StructType

from contracts.contract import Contract
from contracts.job_report import TransformedRows
from spark_jobs.errors import MisconfiguredError
from spark_jobs.job_parameters import JobParameters
from spark_jobs.silver.task import run_silver
from spark_jobs.tables.delta import changes, latest_version
from spark_jobs.tables.lakehouse import Lakehouse, Table
from tests.contract_changes import with_column
from tests.spark_jobs.arrivals import ARRIVALS, changed_contract
from tests.spark_jobs.lakehouse_runs import KEY, RunFigures, drop_schemas, forget_tables, job_parameters, rows, run_job

pytestmark = pytest.mark.spark

JANUARY = date(2026, 1, 31)
NEW_YEAR = date(2026, 1, 1)


@dataclass(frozen=True)
class Outcome:
    """Figures of five runs (`ARRIVALS`) and the tables after them; the last run is by a changed contract."""

    last_job: JobParameters
    runs: list[RunFigures]
    silver: list[tuple[object, ...]]
    silver_channels: list[tuple[object, ...]]
    silver_schema: StructType
    rejected: list[tuple[object, ...]]
    gold: list[tuple[object, ...]]
    gold_rows_written_last: int


@pytest.fixture(scope="module")
def outcome(spark: SparkSession, contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """Each run is in what is a new session to the catalog; before the last one there is maintenance."""
    lake = tmp_path_factory.mktemp("lake")
    tables = job_parameters(changed_contract(contract), lake).lakehouse
    figures: list[RunFigures] = []
    for number, arrive in enumerate(ARRIVALS, start=1):
        last = number == len(ARRIVALS)
        if last:
            _maintain(spark, tables)
        if figures:
            forget_tables(spark)
        arrive(lake, contract)
        job = job_parameters(changed_contract(contract) if last else contract, lake, f"run-{number}")
        figures.append(run_job(spark, job, hour=number))
    gold = tables.gold(contract.gold_tables[0])
    yield Outcome(
        job,
        figures,
        rows(spark, tables.silver, "customer_id", "purchase_date", "total_amount", "source", "raw_ingestion_id"),
        rows(spark, tables.silver, "customer_id", "channel"),
        spark.table(tables.silver.full_name).schema,
        rows(spark, tables.rejected, "customer_id", "raw_ingestion_id", "broken_rules"),
        rows(spark, gold, *gold.column_names),
        _rows_written_last(spark, gold),
    )
    drop_schemas(spark)


def _maintain(spark: SparkSession, tables: Lakehouse) -> None:
    for table in (tables.bronze, tables.silver):
        (done,) = spark.sql(f"OPTIMIZE {table.full_name}").select("metrics.numFilesAdded").collect()
        assert done[0] > 0


def _rows_written_last(spark: SparkSession, table: Table) -> int:
    version = latest_version(spark, table)
    return changes(spark, table, version - 1, version).count()


def test_bronze_counts_every_landed_row(outcome: Outcome) -> None:
    assert [run.bronze.run for run in outcome.runs[:4]] == [
        {"store-database": TransformedRows(bronze=3), "branch-files": TransformedRows(bronze=3)},
        {
            "store-database": TransformedRows(bronze=1),
            "branch-files": TransformedRows(bronze=0),
            "customers-api": TransformedRows(bronze=4),
        },
        dict.fromkeys(("store-database", "branch-files", "customers-api"), TransformedRows()),
        {
            "store-database": TransformedRows(),
            "branch-files": TransformedRows(),
            "customers-api": TransformedRows(bronze=2),
        },
    ]


def test_silver_accounts_for_every_row_of_bronze(outcome: Outcome) -> None:
    """C2 left the database for the API, C3 the branch for the API: net changes of silver may be negative."""
    assert outcome.runs[0].silver.run == {
        "branch-files": TransformedRows(silver=1, rejected=2),
        "store-database": TransformedRows(silver=2, superseded=1),
    }
    assert outcome.runs[1].silver.run == {
        "branch-files": TransformedRows(silver=-1, superseded=1),
        "customers-api": TransformedRows(silver=3, superseded=1),
        "store-database": TransformedRows(silver=-1, rejected=1, superseded=1),
    }
    assert set(outcome.runs[2].silver.run.values()) == {TransformedRows()}
    assert outcome.runs[3].silver.total == {
        "branch-files": TransformedRows(rejected=2, superseded=1),
        "customers-api": TransformedRows(silver=3, rejected=1, superseded=2),
        "store-database": TransformedRows(silver=1, rejected=1, superseded=2),
    }


def test_rejections_and_warnings_are_counted_by_rule(outcome: Outcome) -> None:
    assert [run.silver.rejected_by_rule for run in outcome.runs[:4]] == [
        {"branch-files": {"cpf: cpf_valid": 1, "email: email_valid": 1, "purchase_date: type": 1}},
        {"store-database": {"store_location: store_known": 1}},
        {},
        {"customers-api": {"total_amount: amount_not_negative": 1}},
    ]
    warned = {"branch-files": {"credit_card_number: card_luhn": 1}}
    assert [run.silver.warned_by_rule for run in outcome.runs] == [warned, {}, {}, {}, {}]


def test_silver_has_the_latest_row_of_each_key(outcome: Outcome) -> None:
    assert outcome.silver == [
        ("C1", JANUARY, 1234.56, "store-database", "run-1"),
        ("C2", JANUARY, 10.0, "customers-api", "run-2"),
        ("C3", JANUARY, 2.5, "customers-api", "run-2"),
        ("C6", NEW_YEAR, 1234.56, "customers-api", "run-5"),
    ]


def test_rejected_rows_are_kept_with_their_rules(outcome: Outcome) -> None:
    assert outcome.rejected == [
        ("C4", "run-1", ["email: email_valid", "cpf: cpf_valid"]),
        ("C5", "run-1", ["purchase_date: type"]),
        ("C7", "run-2", ["store_location: store_known"]),
        ("C8", "run-4", ["total_amount: amount_not_negative"]),
    ]


def test_gold_follows_silver(outcome: Outcome) -> None:
    """Belém lost its only purchase to Recife."""
    assert [run.gold.groups_changed for run in outcome.runs] == [2, 2, 0, 0, 0]
    assert outcome.gold == [
        ("Recife", "2026-01", 4, 2481.62, 2481.62 / 4, 2),
    ]


def test_a_run_with_nothing_new_changes_no_table(outcome: Outcome) -> None:
    assert outcome.runs[2].versions == outcome.runs[1].versions


def test_a_run_that_changes_no_row_of_silver_is_noted_once(outcome: Outcome) -> None:
    """All of its rows were stale or bad: silver's progress moves on in an empty commit, and gold stays as it is."""
    before, after = outcome.runs[2].versions, outcome.runs[3].versions
    moved = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert moved == {
        "bronze.customer_purchases": 1,
        "silver.customer_purchases": 1,
        "silver.customer_purchases_rejected": 1,
    }


def test_gold_rows_that_stay_the_same_are_not_written_again(outcome: Outcome) -> None:
    """The fifth run corrects a name: a group is touched, and its sales are what they were."""
    assert outcome.runs[4].silver.run["customers-api"] == TransformedRows(superseded=1)
    assert outcome.runs[4].gold.groups_changed == 0
    assert outcome.gold_rows_written_last == 0
    versions = [run.versions["gold.store_monthly_sales"] for run in outcome.runs]
    assert versions == [1, 2, 2, 2, 3]


def test_maintenance_in_between_changes_no_figure(outcome: Outcome) -> None:
    assert outcome.runs[4].silver.total == outcome.runs[3].silver.total | {
        "customers-api": TransformedRows(silver=3, rejected=1, superseded=3)
    }


def test_a_new_column_and_a_new_comment_reach_tables_that_hold_rows(outcome: Outcome) -> None:
    assert outcome.silver_channels == [("C1", None), ("C2", None), ("C3", None), ("C6", "web")]
    assert outcome.silver_schema["customer_id"].metadata["comment"] == "The customer."


def _versions(spark: SparkSession, job: JobParameters) -> list[int]:
    tables = [job.lakehouse.bronze, job.lakehouse.silver, *job.lakehouse.golds]
    return [latest_version(spark, table) for table in tables]


def test_changed_logic_is_refused_before_anything_is_written(spark: SparkSession, outcome: Outcome) -> None:
    before = _versions(spark, outcome.last_job)
    changed = with_column(outcome.last_job.contract, "high_value_purchase", transform_logic="total_amount > 5")
    with pytest.raises(MisconfiguredError) as caught:
        run_job(spark, replace(outcome.last_job, contract=changed))
    assert "logic of high_value_purchase was total_amount > 1000" in str(caught.value)
    assert "make rebuild DATASET=customer-purchases LAYER=silver" in str(caught.value)
    assert _versions(spark, outcome.last_job) == before


def test_another_hash_key_is_refused_before_anything_is_hashed_with_it(spark: SparkSession, outcome: Outcome) -> None:
    before = _versions(spark, outcome.last_job)
    with pytest.raises(MisconfiguredError) as caught:
        run_silver(spark, outcome.last_job, KEY[::-1])
    assert str(caught.value) == (
        "spark_catalog.silver.customer_purchases: its rows were hashed with another PII_HASH_KEY: "
        "a person would have two hashes. Give the task the former key, or make the table anew with this one: "
        "make rebuild DATASET=customer-purchases LAYER=silver"
    )
    assert _versions(spark, outcome.last_job) == before
