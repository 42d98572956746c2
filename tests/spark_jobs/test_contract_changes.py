"""What a changed contract does to a lake that holds rows: applied, refused before anything is written, or made anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contracts.columns import Column
from contracts.contract import Contract
from contracts.lake_terms import Layer
from spark_jobs.bronze.task import run_bronze
from spark_jobs.errors import MisconfiguredError
from spark_jobs.tables.delta import latest_version
from tests.contract_changes import with_column, with_columns
from tests.spark_jobs.arrivals import ARRIVALS
from tests.spark_jobs.deletions import telling_deletions
from tests.spark_jobs.lakehouse_runs import drop_schemas, forget_tables, job_parameters, rows, run_job
from tests.spark_jobs.raw_files import land, landed_row

pytestmark = pytest.mark.spark

CHANNEL = Column.model_validate({"name": "channel", "logicalType": "string", "classification": "internal"})


def test_files_landed_before_a_column_came_in_between_are_read_by_their_own_columns(
    spark: SparkSession, contract: Contract, lake: Path
) -> None:
    branch = contract.source("branch-files")
    land(lake, contract, branch, 1, [landed_row(branch, customer_id="C1", product="Sofá")])
    first, *others = contract.table.columns
    wider = with_columns(contract, first, CHANNEL, *others)
    land(lake, wider, branch, 2, [landed_row(branch, customer_id="C2", product="Mesa", channel="web")])
    job = job_parameters(wider, lake)
    figures = run_job(spark, job)
    assert rows(spark, job.lakehouse.silver, "customer_id", "product", "channel") == [
        ("C1", "Sofá", None),
        ("C2", "Mesa", "web"),
    ]
    assert figures.bronze.total["branch-files"].bronze == 2


def test_a_gold_table_more_is_computed_from_all_of_silver_though_nothing_is_new(
    spark: SparkSession, contract: Contract, lake: Path
) -> None:
    ARRIVALS[0](lake, contract)
    run_job(spark, job_parameters(contract, lake))
    (gold,) = contract.gold_tables
    key, total = gold.columns[0], gold.columns[2]
    stores = gold.model_copy(update={"name": "stores", "columns": (key, total), "cluster_by": ()})
    wider = contract.model_copy(update={"tables": (*contract.tables, stores)})
    job = job_parameters(wider, lake, "run-2")
    run_job(spark, job)
    assert rows(spark, job.lakehouse.gold(stores), "store_location", "total_purchases") == [("Belém", 1), ("Recife", 2)]


def test_a_contract_that_tells_no_deletions_any_more_is_refused_as_they_would_be_taken_for_rows(
    spark: SparkSession, contract: Contract, lake: Path
) -> None:
    telling = job_parameters(telling_deletions(contract), lake)
    run_bronze(spark, telling, datetime(2026, 11, 25, tzinfo=UTC))
    with pytest.raises(MisconfiguredError, match="Give a source its deletedWhen or snapshot back"):
        run_bronze(spark, job_parameters(contract, lake), datetime(2026, 11, 25, tzinfo=UTC))


@pytest.fixture(scope="module")
def filled(spark: SparkSession, contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A lake after one run; its tables are the catalog's until the module's end, so its tests come last."""
    lake = tmp_path_factory.mktemp("lake")
    ARRIVALS[0](lake, contract)
    run_job(spark, job_parameters(contract, lake))
    yield lake
    drop_schemas(spark)


def with_cheaper_high_value(contract: Contract) -> Contract:
    return with_column(contract, "high_value_purchase", transform_logic="total_amount > 5")


def test_changed_logic_is_refused_before_anything_is_written(
    spark: SparkSession, contract: Contract, filled: Path
) -> None:
    job = job_parameters(with_cheaper_high_value(contract), filled)
    tables = [job.lakehouse.bronze, job.lakehouse.silver, *job.lakehouse.golds]
    before = [latest_version(spark, table) for table in tables]
    with pytest.raises(MisconfiguredError) as caught:
        run_job(spark, job)
    assert "logic of high_value_purchase was total_amount > 1000" in str(caught.value)
    assert "make rebuild DATASET=customer-purchases LAYER=silver" in str(caught.value)
    assert [latest_version(spark, table) for table in tables] == before


def test_layers_made_anew_in_a_new_session_hold_what_the_changed_contract_says(
    spark: SparkSession, contract: Contract, filled: Path
) -> None:
    """And the next run goes on from there."""
    changed = with_cheaper_high_value(contract)
    forget_tables(spark)
    job = job_parameters(changed, filled, "run-2", Layer.SILVER)
    anew = run_job(spark, job)
    silver, gold = job.lakehouse.silver, job.lakehouse.gold(changed.gold_tables[0])
    assert rows(spark, silver, "customer_id", "high_value_purchase") == [("C1", True), ("C2", True), ("C3", True)]
    assert rows(spark, gold, "store_location", "high_value_purchases") == [("Belém", 1), ("Recife", 2)]
    assert (anew.silver.total["store-database"].silver, anew.silver.total["store-database"].superseded) == (2, 1)

    ARRIVALS[1](filled, changed)
    after = run_job(spark, job_parameters(changed, filled, "run-3"))
    assert after.silver.run["customers-api"].silver == 3
    assert rows(spark, silver, "customer_id") == [("C1",), ("C2",), ("C3",), ("C6",)]
