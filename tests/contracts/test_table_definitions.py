"""What a contract cannot change under rows that are there, and what it can."""

from __future__ import annotations

import pytest

from contracts.columns import Masking
from contracts.lake_terms import Layer
from contracts.table_definitions import (
    changes_under_rows,
    definition,
    definition_as_text,
    definition_of_deleted,
    definitions,
    inapplicable,
)
from tests.contract_changes import with_column
from tests.packaged_contracts import RETURNS

BEFORE = {
    "key": "order_id",
    "type of order_id": "string",
    "type of email": "string",
    "mask of email": "email",
    "type of paid": "boolean",
    "logic of paid": "amount > 0",
}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, []),
        ({"key": "order_id, email"}, ["key was order_id and is order_id, email"]),
        ({"type of email": "date"}, ["type of email was string and is date"]),
        ({"logic of paid": "amount > 1"}, ["logic of paid was amount > 0 and is amount > 1"]),
        ({"mask of email": "keyed_hash"}, ["mask of email was email and is keyed_hash"]),
        ({"mask of email": None}, ["mask of email was email and is none"]),
        ({"mask of order_id": "keyed_hash"}, ["mask of order_id was none and is keyed_hash"]),
        ({"logic of paid": None}, ["logic of paid was amount > 0 and is none"]),
        ({"type of email": None, "mask of email": None}, []),
        ({"type of cpf": "string", "mask of cpf": "keyed_hash", "name of cpf": "cpf_masked"}, []),
        ({"type of late": "boolean", "logic of late": "amount < 0"}, ["logic of late was none and is amount < 0"]),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_rows_were_made_by_must_not_change_under_them(changed: dict[str, str | None], told: list[str]) -> None:
    """A new column of the sources may come with a mask, as no row has a value in it; a computed one is to have one."""
    now = {what: value for what, value in (BEFORE | changed).items() if value is not None}
    assert changes_under_rows(BEFORE, now) == told


def test_a_hashed_column_that_gets_another_name_is_a_change() -> None:
    renamed = with_column(RETURNS, "cpf", encrypted_name="cpf_hash")
    assert changes_under_rows(definition(RETURNS.table), definition(renamed.table)) == [
        "name of cpf was cpf_masked and is cpf_hash"
    ]


def test_a_hash_of_digits_and_one_of_the_text_are_two_masks() -> None:
    """What identifies somebody is hashed by its digits where it is one of digits: the same rows have other hashes."""
    of_text = with_column(RETURNS, "product", masking=Masking.KEYED_HASH, encrypted_name="product_hash")
    assert definition(of_text.table)["mask of product"] == "keyed_hash of the text"
    assert definition(RETURNS.table)["mask of cpf"] == "keyed_hash"


def test_every_table_of_silver_and_gold_has_one() -> None:
    found = definitions(RETURNS)
    assert list(found) == ["silver.product_returns", "gold.weekly_returns", "gold.return_causes"]
    assert found["gold.return_causes"] == {
        "key": "opened",
        "type of opened": "string",
        "type of returns": "bigint",
        "type of average_pieces": "double",
        "type of last_returned_on": "date",
        "logic of opened": "case when opened then 'yes' when not opened then 'no' else 'unknown' end",
        "logic of returns": "count(*)",
        "logic of average_pieces": "avg(quantity)",
        "logic of last_returned_on": "max(returned_on)",
    }


def test_rejected_rows_are_texts_without_key_and_logic() -> None:
    found = definition_as_text(RETURNS.table)
    assert set(found.values()) == {"string", "keyed_hash", "cpf_masked"}
    assert "key" not in found


def test_deleted_rows_are_made_by_key_and_order_alone() -> None:
    assert definition_of_deleted(RETURNS.table) == {
        name: text
        for name, text in definition(RETURNS.table).items()
        if name == "key" or name.rpartition(" of ")[2] in {c.name for c in RETURNS.table.deletion_columns}
    }


def test_a_refusal_names_the_change_and_the_command() -> None:
    assert inapplicable("gold.return_causes", ["logic of returns was count(*) and is 1"], RETURNS, Layer.GOLD) == (
        "gold.return_causes: logic of returns was count(*) and is 1: the contract cannot be applied to the rows that "
        "are there. Take the change back, or make the table anew: make rebuild DATASET=product-returns LAYER=gold"
    )
