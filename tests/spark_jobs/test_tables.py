"""The SQL that makes the tables what the contract says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contracts.model import Classification, Contract, Layer
from contracts.reader import read_contract
from spark_jobs.columns import TableColumn
from spark_jobs.evolution import PresentTable, TableMismatchError, alterations, missing_tags
from spark_jobs.tables import (
    Lakehouse,
    Table,
    create_schema_statement,
    create_table_statement,
    layer_url,
    register_table_statement,
    tag_statements,
    tagged_columns,
)

TABLE = Table(
    catalog="main",
    layer=Layer.SILVER,
    name="purchases",
    location="abfss://silver@lake.dfs.core.windows.net/purchases",
    description="The shop's purchases.",
    columns=(
        TableColumn("customer_id", "string", "Who."),
        TableColumn("email", "string", "Where to.", Classification.PERSONAL),
        TableColumn("paid", "boolean", "Whether."),
    ),
    clustering=("customer_id",),
)
PRESENT = PresentTable(
    {"customer_id": ("string", "Who."), "email": ("string", "Where to."), "paid": ("boolean", "Whether.")},
    TABLE.properties,
    ("customer_id",),
)


@pytest.fixture(scope="module")
def house() -> Lakehouse:
    return Lakehouse(read_contract(), "main", "abfss://lake.dfs.core.windows.net")


def test_schema_lies_at_its_layer() -> None:
    assert create_schema_statement(TABLE) == (
        "CREATE SCHEMA IF NOT EXISTS `main`.`silver` LOCATION 'abfss://silver@lake.dfs.core.windows.net'"
    )


def test_table_is_created_with_everything_the_contract_says() -> None:
    assert create_table_statement(TABLE) == (
        "CREATE TABLE IF NOT EXISTS `main`.`silver`.`purchases` (\n"
        "  `customer_id` string COMMENT 'Who.',\n"
        "  `email` string COMMENT 'Where to.',\n"
        "  `paid` boolean COMMENT 'Whether.'\n"
        ")\n"
        "USING DELTA\n"
        "CLUSTER BY (customer_id)\n"
        "COMMENT 'The shop\\'s purchases.'\n"
        "LOCATION 'abfss://silver@lake.dfs.core.windows.net/purchases'\n"
        "TBLPROPERTIES (\n"
        "  'delta.enableChangeDataFeed' = 'true',\n"
        "  'delta.enableDeletionVectors' = 'true',\n"
        "  'delta.logRetentionDuration' = 'interval 400 days',\n"
        "  'delta.deletedFileRetentionDuration' = 'interval 14 days',\n"
        "  'delta.dataSkippingStatsColumns' = 'customer_id'\n"
        ")"
    )


def test_a_table_that_lies_there_can_be_registered_as_it_is() -> None:
    assert register_table_statement(TABLE) == (
        "CREATE TABLE IF NOT EXISTS `main`.`silver`.`purchases` "
        "USING DELTA LOCATION 'abfss://silver@lake.dfs.core.windows.net/purchases'"
    )


def test_columns_are_tagged_with_their_classification_and_the_table_says_so() -> None:
    table = "ALTER TABLE `main`.`silver`.`purchases`"
    assert tag_statements(TABLE) == [
        f"{table} ALTER COLUMN `customer_id` SET TAGS ('classification' = 'internal')",
        f"{table} ALTER COLUMN `email` SET TAGS ('classification' = 'personal')",
        f"{table} ALTER COLUMN `paid` SET TAGS ('classification' = 'internal')",
        f"{table} SET TBLPROPERTIES ('datamaster.tagged' = 'customer_id:internal,email:personal,paid:internal')",
    ]


def test_tags_are_set_once() -> None:
    tagged = replace(PRESENT, properties={"datamaster.tagged": tagged_columns(TABLE)})
    assert missing_tags(TABLE, PRESENT) == tag_statements(TABLE)
    assert missing_tags(TABLE, tagged) == []


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


def test_bronze_is_text_as_landed_and_silver_is_typed_and_masked(house: Lakehouse) -> None:
    bronze = {column.name: column.type for column in house.bronze.columns}
    silver = {column.name: column.type for column in house.silver.columns}
    assert {bronze[name] for name in house.contract.column_names} == {"string"}
    assert (silver["purchase_date"], silver["total_amount"], silver["updated_at"]) == ("date", "double", "timestamp")
    assert {"cpf", "credit_card_number", "_rescued_data"} & silver.keys() == set()
    assert {"cpf_masked", "credit_card_masked", "high_value_purchase"} <= silver.keys()


def test_statistics_of_no_personal_value_go_into_the_log(house: Lakehouse) -> None:
    """Delta's log keeps least and greatest values, also of rows that are erased."""
    for table in (house.bronze, house.silver, house.rejected):
        indexed = set(table.properties["delta.dataSkippingStatsColumns"].split(","))
        personal = {column.name for column in table.columns if column.classification is not Classification.INTERNAL}
        assert personal
        assert indexed & personal == set()
        assert set(table.clustering) <= indexed


def test_every_table_is_described(house: Lakehouse) -> None:
    for table in (house.bronze, house.silver, house.rejected, house.gold(house.contract.gold_tables[0])):
        assert table.description
        assert all(column.description for column in table.columns)


def test_a_table_as_the_contract_says_is_not_altered() -> None:
    assert alterations(TABLE, PRESENT) == []


def test_what_the_table_lacks_is_altered() -> None:
    present = PresentTable(
        {"customer_id": ("string", "Who it is."), "email": ("string", "Where to."), "fax": ("string", "Old.")},
        TABLE.properties | {"delta.logRetentionDuration": "interval 7 days", "delta.minReaderVersion": "3"},
        (),
    )
    alter = "ALTER TABLE `main`.`silver`.`purchases`"
    assert alterations(TABLE, present) == [
        f"{alter} ALTER COLUMN `customer_id` COMMENT 'Who.'",
        f"{alter} ADD COLUMNS (`paid` boolean COMMENT 'Whether.')",
        f"{alter} SET TBLPROPERTIES ('delta.logRetentionDuration' = 'interval 400 days')",
        f"{alter} CLUSTER BY (customer_id)",
    ]


def test_another_type_is_refused_by_name() -> None:
    present = replace(PRESENT, columns=PRESENT.columns | {"paid": ("string", "Whether.")})
    with pytest.raises(TableMismatchError) as caught:
        alterations(TABLE, present)
    assert str(caught.value) == (
        "main.silver.purchases: column paid is string and the contract says boolean: "
        "give the column another name in the contract, or rewrite the table"
    )


def test_a_contract_column_has_one_place_in_every_table(house: Lakehouse) -> None:
    contract: Contract = house.contract
    silver_names = tuple(column.silver_name for column in contract.columns)
    assert house.bronze.column_names[: len(silver_names)] == contract.column_names
    assert house.silver.column_names[: len(silver_names)] == silver_names
    assert house.rejected.column_names[: len(silver_names)] == silver_names
