"""What is altered in a table that exists, and what the contract cannot change under its rows."""

from __future__ import annotations

from dataclasses import replace

import pytest

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


def test_another_type_needs_a_rebuild_and_is_named() -> None:
    present = replace(PRESENT, columns={**PRESENT.columns, "paid": ("string", "Whether.")})
    assert changes_that_need_a_rebuild(TABLE, present) == ["column paid is string and the contract says boolean"]


DEFINITION = {"key": "customer_id", "mask of email": "email", "logic of paid": "amount > 0"}


@pytest.mark.parametrize(
    ("now", "changed"),
    [
        (DEFINITION, []),
        (DEFINITION | {"key": "customer_id, email"}, ["key was customer_id and is customer_id, email"]),
        (DEFINITION | {"logic of paid": "amount > 1"}, ["logic of paid was amount > 0 and is amount > 1"]),
        (DEFINITION | {"mask of email": "keyed_hash"}, ["mask of email was email and is keyed_hash"]),
        ({"key": "customer_id", "logic of paid": "amount > 0"}, ["mask of email was email and is none"]),
        (DEFINITION | {"mask of customer_id": "keyed_hash"}, ["mask of customer_id was none and is keyed_hash"]),
        (DEFINITION | {"mask of cpf": "keyed_hash"}, []),
        (DEFINITION | {"logic of late": "amount < 0"}, ["logic of late was none and is amount < 0"]),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_rows_were_made_by_must_not_change_under_them(now: dict[str, str], changed: list[str]) -> None:
    """A column that is new may come with a mask: no row has a value in it."""
    was = replace(TABLE, definition=DEFINITION).properties
    assert changes_that_need_a_rebuild(replace(TABLE, definition=now), replace(PRESENT, properties=was)) == changed


def test_a_masked_column_that_the_contract_drops_changes_no_row() -> None:
    was = replace(TABLE, definition=DEFINITION | {"mask of fax": "keyed_hash"}).properties
    assert changes_that_need_a_rebuild(replace(TABLE, definition=DEFINITION), replace(PRESENT, properties=was)) == []


def test_a_table_that_does_not_say_what_it_was_made_by_is_taken_as_it_is() -> None:
    assert changes_that_need_a_rebuild(TABLE, replace(PRESENT, properties={})) == []
