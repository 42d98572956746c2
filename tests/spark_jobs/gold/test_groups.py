"""Groups that changes touch are computed anew, exactly; the others are not looked at."""

from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession

from contracts.contract import Contract
from spark_jobs.gold.groups import groups, touched_groups
from spark_jobs.tables.lakehouse import Lakehouse
from tests.spark_jobs.frames import frame

pytestmark = pytest.mark.spark

JANUARY, LAST, FEBRUARY = date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1)
SCHEMA = "store_location string, purchase_date date, total_amount double, high_value_purchase boolean"

Purchase = tuple[str, date, float, bool]


def _frame(spark: SparkSession, rows: list[Purchase]) -> DataFrame:
    return frame(spark, rows, SCHEMA)


def _sales(silver: DataFrame, contract: Contract) -> DataFrame:
    return groups(silver, contract.gold_tables[0], contract.table)


def test_sales_are_by_store_and_month(spark: SparkSession, contract: Contract) -> None:
    silver = _frame(
        spark,
        [
            ("Recife", JANUARY, 1000.01, True),
            ("Recife", LAST, 0.5, False),
            ("Recife", FEBRUARY, 3.0, False),
            ("Belém", JANUARY, 0.0, False),
        ],
    )
    sales = _sales(silver, contract).orderBy("store_location", "purchase_month").collect()
    assert sales == [
        ("Belém", "2026-01", 1, 0.0, 0.0, 0),
        ("Recife", "2026-01", 2, 1000.51, 500.255, 1),
        ("Recife", "2026-02", 1, 3.0, 3.0, 0),
    ]


def test_a_table_of_keys_alone_has_each_value_once(spark: SparkSession, contract: Contract) -> None:
    sales = contract.gold_tables[0]
    stores = sales.model_copy(update={"columns": tuple(c for c in sales.columns if c.name == "store_location")})
    silver = _frame(spark, [("Recife", JANUARY, 1.0, True), ("Recife", LAST, 2.0, True), ("Belém", LAST, 3.0, True)])
    assert groups(silver, stores, contract.table).orderBy("store_location").collect() == [("Belém",), ("Recife",)]
    gone = _frame(spark, [("Natal", JANUARY, 1.0, True), ("Recife", JANUARY, 1.0, True)])
    touched = touched_groups(gone, silver, stores, contract.table).orderBy("store_location").collect()
    assert touched == [("Natal", True), ("Recife", False)]


def test_revenue_is_exact_whatever_the_order(spark: SparkSession, contract: Contract) -> None:
    """As floating-point numbers, ten times 0.1 and a large amount that cancels nothing would not add up."""
    amounts = [0.1] * 10 + [999_999_999_999.99, 0.01]
    for ordered in (amounts, amounts[::-1]):
        silver = _frame(spark, [("Recife", JANUARY, amount, False) for amount in ordered])
        assert _sales(silver, contract).select("total_revenue").collect() == [(1_000_000_000_001.0,)]


def test_gold_has_the_columns_of_its_table(spark: SparkSession, contract: Contract) -> None:
    (gold_table,) = contract.gold_tables
    table = Lakehouse(contract, "main", "file:///lake").gold(gold_table)
    assert _sales(_frame(spark, []), contract).dtypes == [(c.name, c.type) for c in table.columns]


def test_only_touched_groups_are_computed_anew(spark: SparkSession, contract: Contract) -> None:
    """A purchase moved from Belém to Recife in January, and February's only one in Recife went away."""
    silver = _frame(spark, [("Recife", JANUARY, 5.0, False), ("Recife", LAST, 7.0, False), ("Natal", LAST, 1.0, False)])
    changes = _frame(
        spark,
        [("Belém", JANUARY, 5.0, False), ("Recife", JANUARY, 5.0, False), ("Recife", FEBRUARY, 3.0, False)],
    )
    touched = touched_groups(changes, silver, contract.gold_tables[0], contract.table)
    assert touched.orderBy("store_location", "purchase_month").collect() == [
        ("Belém", "2026-01", None, None, None, None, True),
        ("Recife", "2026-01", 2, 12.0, 6.0, 0, False),
        ("Recife", "2026-02", None, None, None, None, True),
    ]
