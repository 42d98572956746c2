"""The SQL that makes the tables what the contract says."""

from __future__ import annotations

from dataclasses import replace

from spark_jobs.tables import statements
from tests.spark_jobs.tables.shop_table import TABLE


def test_schema_lies_at_its_layer() -> None:
    assert statements.create_schema(TABLE) == (
        "CREATE SCHEMA IF NOT EXISTS `main`.`silver` LOCATION 'abfss://silver@lake.dfs.core.windows.net'"
    )


def test_table_is_created_with_everything_the_contract_says() -> None:
    assert statements.create_table(TABLE) == (
        "CREATE TABLE IF NOT EXISTS `main`.`silver`.`purchases` (\n"
        "  `customer_id` string COMMENT 'Who.',\n"
        "  `email` string COMMENT 'Where to.',\n"
        "  `paid` boolean COMMENT 'Whether.'\n"
        ")\n"
        "USING DELTA\n"
        "CLUSTER BY (`customer_id`)\n"
        "COMMENT 'The shop\\'s purchases.'\n"
        "LOCATION 'abfss://silver@lake.dfs.core.windows.net/purchases'\n"
        "TBLPROPERTIES ('delta.enableChangeDataFeed' = 'true', 'delta.enableDeletionVectors' = 'true', "
        "'delta.logRetentionDuration' = 'interval 400 days', "
        "'delta.deletedFileRetentionDuration' = 'interval 14 days', "
        "'delta.dataSkippingStatsColumns' = 'customer_id', "
        """'datamaster.definition' = '{"key": "customer_id"}')"""
    )


def test_a_table_that_lies_there_can_be_registered_as_it_is() -> None:
    assert statements.register_table(TABLE) == (
        "CREATE TABLE IF NOT EXISTS `main`.`silver`.`purchases` "
        "USING DELTA LOCATION 'abfss://silver@lake.dfs.core.windows.net/purchases'"
    )


def test_columns_are_tagged_with_their_classification_and_the_table_says_so() -> None:
    table = "ALTER TABLE `main`.`silver`.`purchases`"
    assert statements.tag_columns(TABLE) == [
        f"{table} ALTER COLUMN `customer_id` SET TAGS ('classification' = 'internal')",
        f"{table} ALTER COLUMN `email` SET TAGS ('classification' = 'personal')",
        f"{table} ALTER COLUMN `paid` SET TAGS ('classification' = 'internal')",
        f"{table} SET TBLPROPERTIES ('datamaster.tagged' = 'customer_id:internal,email:personal,paid:internal')",
    ]


def test_a_table_without_clustering_says_nothing_of_it() -> None:
    assert "CLUSTER" not in statements.create_table(replace(TABLE, clustering=()))


def test_a_table_is_made_anew_as_it_is_created() -> None:
    created = statements.create_table(TABLE).removeprefix("CREATE TABLE IF NOT EXISTS ")
    assert statements.replace_table(TABLE) == f"CREATE OR REPLACE TABLE {created}"
