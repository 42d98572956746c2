"""What the contract does not know, as one JSON object in each row, and as names that may be told."""

from __future__ import annotations

import json

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.raw_layout import UNDECLARED
from tasks.extract.undeclared import (
    NOT_READ,
    listed,
    merged_names,
    object_of_texts,
    object_of_written,
    undeclared,
    undeclared_as_json,
    undeclared_names,
)

_TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)


def _chunk(*rows: dict[str, str | None]) -> pl.DataFrame:
    """Rows with these values beside the contract's columns."""
    frame = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))
    values = object_of_texts({name: pl.nth(place) for place, name in enumerate(frame.columns)})
    return frame.select(pl.lit("C1").alias("customer_id"), *undeclared(frame.columns, values))


def test_values_are_members_of_an_object_and_missing_ones_are_none() -> None:
    rows = [{"colour": "red", "a b": None}, {"colour": None, "a b": ""}, {"colour": None, "a b": None}]
    assert undeclared_as_json(_chunk(*rows)).to_dicts() == [
        {"customer_id": "C1", UNDECLARED: '{"colour":"red"}'},
        {"customer_id": "C1", UNDECLARED: '{"a b":""}'},
        {"customer_id": "C1", UNDECLARED: None},
    ]


def test_values_that_are_json_are_members_as_they_are_written() -> None:
    written = pl.DataFrame({"a": ["1.10", "null", "null"], "b": ['{"deep": [1E5]}', '"\\u00e9"', "null"]})
    values = object_of_written({"n": pl.col("a"), "é": pl.col("b")}).alias(UNDECLARED)
    assert written.select(values)[UNDECLARED].to_list() == ['{"n":1.10,"é":{"deep": [1E5]}}', '{"é":"\\u00e9"}', None]


@given(row=st.dictionaries(_TEXTS, _TEXTS, min_size=1, max_size=4))
def test_whatever_names_and_values_are_they_come_back_from_json(row: dict[str, str]) -> None:
    (text,) = undeclared_as_json(_chunk(dict(row)))[UNDECLARED]
    assert json.loads(text) == row


def test_what_is_only_named_is_no_column_of_the_landed_rows() -> None:
    chunk = pl.DataFrame({"customer_id": ["C1"]}).with_columns(undeclared(["till", "colour"], NOT_READ))
    assert undeclared_names(chunk) == ("colour", "till")
    assert undeclared_as_json(chunk).columns == ["customer_id"]


def test_a_chunk_that_has_nothing_undeclared_stays_as_it_is() -> None:
    chunk = pl.DataFrame({"customer_id": ["C1"]}).with_columns(undeclared([], NOT_READ))
    assert (undeclared_names(chunk), undeclared_as_json(chunk).columns) == ((), ["customer_id"])


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Código do Cliente (2)", "Código do Cliente (2)"),
        ("![x](http://a)|`b`\n<b>", "··x·(http·//a)··b···b·"),
        ("valor 2026-01-31", "valor 2026-01-31"),
        ("529.982.247-25", "999.999.999-99"),
        ("ana@example.com", "aaa·aaaaaaa.aaa"),
        ("x" * 100, "x" * 40),
    ],
)
def test_a_name_is_told_without_markup_and_one_that_looks_like_a_value_by_its_shape(name: str, told: str) -> None:
    assert undeclared_names(_chunk({name: "x"})) == (told,)


def test_the_first_twenty_of_all_names_are_told() -> None:
    names = [f"{number:02}" for number in range(25)]
    many = merged_names(names[10:], names[:12], names[20:])
    assert listed(many) == f"{', '.join(names[:20])}, and more"
    assert listed(merged_names(names[:20])) == ", ".join(names[:20])
