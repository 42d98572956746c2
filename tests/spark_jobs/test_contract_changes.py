"""What a changed contract or hash key does to a lake that holds rows: its layers are made anew, or follow as they are.

What is refused is tested where five runs are (`test_lakehouse_runs`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contracts.columns import Column
from contracts.contract import Contract
from contracts.lake_terms import Layer
from spark_jobs.silver import merge
from tests.contract_changes import with_column, with_columns
from tests.spark_jobs.arrivals import ARRIVALS
from tests.spark_jobs.lakehouse_runs import KEY, RunFigures, drop_schemas, forget_tables, job_parameters, rows, run_job
from tests.spark_jobs.raw_files import land, landed_row

pytestmark = [pytest.mark.spark, pytest.mark.chaos]

CHANNEL = Column.model_validate({"name": "channel", "logicalType": "string", "classification": "internal"})
OTHER_KEY = KEY[::-1]


@pytest.fixture(scope="module")
def filled(spark: SparkSession, contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A lake after one run, as of very many rows; its tables are the catalog's until the module's end."""
    lake = tmp_path_factory.mktemp("lake")
    ARRIVALS[0](lake, contract)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merge, "MANY_ROWS", 1)
        run_job(spark, job_parameters(contract, lake))
    yield lake
    drop_schemas(spark)


@pytest.fixture(scope="module")
def changed(contract: Contract) -> Contract:
    """The contract with another logic of a derived column."""
    return with_column(contract, "high_value_purchase", transform_logic="total_amount > 5")


@dataclass(frozen=True)
class MadeAnew:
    """The lake, what the run that made silver anew said, and the hashes that silver had before."""

    lake: Path
    figures: RunFigures
    former_hashes: set[tuple[object, ...]]


@pytest.fixture(scope="module")
def made_anew(spark: SparkSession, changed: Contract, filled: Path) -> MadeAnew:
    """The filled lake once its silver is made anew by the changed contract with the other key, in a new session."""
    job = job_parameters(changed, filled, "run-2", Layer.SILVER)
    former_hashes = set(rows(spark, job.lakehouse.silver, "cpf_masked"))
    forget_tables(spark)
    return MadeAnew(filled, run_job(spark, job, key=OTHER_KEY), former_hashes)


def test_layers_made_anew_hold_what_the_changed_contract_and_key_say(
    spark: SparkSession, changed: Contract, made_anew: MadeAnew
) -> None:
    """And the next run goes on from there."""
    job = job_parameters(changed, made_anew.lake, "run-3")
    silver, gold = job.lakehouse.silver, job.lakehouse.gold(changed.gold_tables[0])
    assert rows(spark, silver, "customer_id", "high_value_purchase") == [("C1", True), ("C2", True), ("C3", True)]
    assert made_anew.former_hashes.isdisjoint(rows(spark, silver, "cpf_masked"))
    assert rows(spark, gold, "store_location", "high_value_purchases") == [("Belém", 1), ("Recife", 2)]
    total = made_anew.figures.silver.total["store-database"]
    assert (total.silver, total.superseded) == (2, 1)

    ARRIVALS[1](made_anew.lake, changed)
    after = run_job(spark, job, key=OTHER_KEY)
    assert after.silver.run["customers-api"].silver == 3
    assert rows(spark, silver, "customer_id") == [("C1",), ("C2",), ("C3",), ("C6",)]


def test_a_column_and_a_gold_table_more_are_applied_to_the_tables_that_are_there(
    spark: SparkSession, changed: Contract, made_anew: MadeAnew
) -> None:
    """Files that were landed before a column came in between are read by their own columns."""
    branch, (gold,), (first, *others) = changed.source("branch-files"), changed.gold_tables, changed.table.columns
    land(made_anew.lake, changed, branch, 2, [landed_row(branch, customer_id="D1", product="Sofá")])
    wider = with_columns(changed, first, CHANNEL, *others)
    land(made_anew.lake, wider, branch, 3, [landed_row(branch, customer_id="D2", product="Mesa", channel="web")])
    stores = gold.model_copy(update={"name": "stores", "columns": (gold.columns[0], gold.columns[2]), "cluster_by": ()})
    job = job_parameters(wider.model_copy(update={"tables": (*wider.tables, stores)}), made_anew.lake, "run-4")
    figures = run_job(spark, job, key=OTHER_KEY)
    came = rows(spark, job.lakehouse.silver, "customer_id", "product", "channel")[-2:]
    assert came == [("D1", "Sofá", None), ("D2", "Mesa", "web")]
    assert figures.bronze.run["branch-files"].bronze == 2
    silver = spark.table(job.lakehouse.silver.full_name)
    of_all_rows = sorted(map(tuple, silver.groupBy("store_location").count().collect()))
    assert rows(spark, job.lakehouse.gold(stores), "store_location", "total_purchases") == sorted(
        map(tuple, of_all_rows)
    )
