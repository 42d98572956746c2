"""Every table of the contract: its names, columns, protection and place."""

from __future__ import annotations

import pytest

from contracts.columns import Classification
from contracts.contract import Contract
from contracts.lake_terms import Layer
from contracts.tables import ADDED_COLUMNS
from spark_jobs.tables.lakehouse import Lakehouse, layer_url
from tests.packaged_contracts import PURCHASES
from tests.spark_jobs.deletions import telling_deletions


@pytest.fixture(scope="module")
def house() -> Lakehouse:
    return Lakehouse(PURCHASES, "main", "abfss://lake.dfs.core.windows.net")


@pytest.mark.parametrize(
    ("lake_url", "url"),
    [
        ("abfss://lake.dfs.core.windows.net", "abfss://gold@lake.dfs.core.windows.net"),
        ("abfs://devstoreaccount1.dfs.core.windows.net/", "abfs://gold@devstoreaccount1.dfs.core.windows.net"),
        ("file:///data/lake/", "file:///data/lake/gold"),
    ],
)
def test_a_layer_is_a_container_or_a_folder(lake_url: str, url: str) -> None:
    assert layer_url(lake_url, Layer.GOLD) == url


def test_tables_have_names_and_places_by_layer(house: Lakehouse) -> None:
    tables = [house.bronze, house.silver, house.rejected, house.gold(house.contract.gold_tables[0])]
    assert [(table.full_name, table.location) for table in tables] == [
        ("main.bronze.customer_purchases", "abfss://bronze@lake.dfs.core.windows.net/customer_purchases"),
        ("main.silver.customer_purchases", "abfss://silver@lake.dfs.core.windows.net/customer_purchases"),
        (
            "main.silver.customer_purchases_rejected",
            "abfss://silver@lake.dfs.core.windows.net/customer_purchases_rejected",
        ),
        ("main.gold.store_monthly_sales", "abfss://gold@lake.dfs.core.windows.net/store_monthly_sales"),
    ]


def test_what_was_deleted_has_a_table_where_a_source_tells_it(house: Lakehouse) -> None:
    telling = Lakehouse(telling_deletions(house.contract), house.catalog, house.lake_url)
    names = [table.name for table in telling.tables]
    assert names[:4] == [telling.bronze.name, telling.silver.name, telling.rejected.name, telling.deleted.name]
    assert telling.deleted.full_name == "main.silver.customer_purchases_deleted"
    origin = ("source", "source_file_name", "ingestion_timestamp", "raw_ingestion_id")
    assert telling.deleted.column_names == ("customer_id", "purchase_date", "updated_at", *origin)
    assert telling.bronze.column_names == (*house.bronze.column_names, "_deleted_at")
    assert house.deleted.name not in [table.name for table in house.tables]


def test_bronze_is_text_as_landed_and_silver_is_typed_and_masked(house: Lakehouse) -> None:
    bronze = {column.name: column.type for column in house.bronze.columns}
    silver = {column.name: column.type for column in house.silver.columns}
    assert {bronze[name] for name in house.contract.column_names} == {"string"}
    assert (silver["purchase_date"], silver["total_amount"], silver["updated_at"]) == ("date", "double", "timestamp")
    assert {"cpf", "credit_card_number", "_rescued_data"} & silver.keys() == set()
    assert {"cpf_masked", "credit_card_masked", "high_value_purchase"} <= silver.keys()


def test_columns_that_every_table_has_are_names_that_no_contract_may_give(house: Lakehouse) -> None:
    added = {column.name for table in (house.bronze, house.rejected) for column in table.columns}
    added -= {column.name for column in house.contract.columns} | {
        column.silver_name for column in house.contract.columns
    }
    assert {name for name in added if not name.startswith("_")} <= ADDED_COLUMNS


def test_statistics_of_no_personal_value_go_into_the_log(house: Lakehouse) -> None:
    """Delta's log keeps least and greatest values, also of rows that are erased."""
    for table in (house.bronze, house.silver, house.rejected, house.deleted):
        indexed = set(table.properties["delta.dataSkippingStatsColumns"].split(","))
        personal = {column.name for column in table.columns if column.classification is not Classification.INTERNAL}
        assert personal or table == house.deleted
        assert indexed & personal == set()
        assert set(table.clustering) <= indexed


def test_every_table_is_described(house: Lakehouse) -> None:
    for table in (*house.tables, house.deleted):
        assert table.description
        assert all(column.description for column in table.columns)


def test_a_contract_column_has_one_place_in_every_table(house: Lakehouse) -> None:
    contract: Contract = house.contract
    silver_names = tuple(column.silver_name for column in contract.columns)
    assert house.bronze.column_names[: len(silver_names)] == contract.column_names
    assert house.silver.column_names[: len(silver_names)] == silver_names
    assert house.rejected.column_names[: len(silver_names)] == silver_names
