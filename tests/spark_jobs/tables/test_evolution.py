"""What is altered in a table that exists, and what the contract cannot change under its rows."""

from __future__ import annotations

from dataclasses import replace

from spark_jobs.tables.evolution import PresentTable, alterations, changes_that_need_a_rebuild, missing_tags
from spark_jobs.tables.statements import tag_columns, tagged_columns
from tests.spark_jobs.tables.shop_table import TABLE

PRESENT = PresentTable(
    {"customer_id": ("string", "Who."), "email": ("string", "Where to."), "paid": ("boolean", "Whether.")},
    TABLE.properties,
    ("customer_id",),
)


def test_tags_are_set_once() -> None:
    tagged = replace(PRESENT, properties={"datamaster.tagged": tagged_columns(TABLE)})
    assert missing_tags(TABLE, PRESENT) == tag_columns(TABLE)
    assert missing_tags(TABLE, tagged) == []


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
        f"{alter} CLUSTER BY (`customer_id`)",
    ]


def test_what_the_rows_were_made_by_is_compared_with_the_contract() -> None:
    now = replace(TABLE, definition={"key": "customer_id, email"})
    assert changes_that_need_a_rebuild(now, PRESENT) == ["key was customer_id and is customer_id, email"]
    assert changes_that_need_a_rebuild(TABLE, PRESENT) == []


def test_a_table_that_does_not_say_what_it_was_made_by_is_taken_as_it_is() -> None:
    assert changes_that_need_a_rebuild(TABLE, replace(PRESENT, properties={})) == []
