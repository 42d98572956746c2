"""Items that are read at once say what they say read one by one, and what is read at once is JSON for sure."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from contracts.contract import Contract
from contracts.raw_layout import UNDECLARED
from contracts.sources.api import ApiSource
from tasks.extract.api import items as api_items
from tasks.extract.api.items import IS_OBJECT, ReadItems, read_items
from tasks.extract.api.json_text import DECODER, list_at_once
from tasks.extract.api.shapes import Shape
from tasks.extract.chunks import FAULT, KEY
from tests.tasks.scripted_api import customers_api, item

COLUMNS = {"id": "customer.id", "product": "product", "amount": "payment.totalAmount", "whole": "customer"}

_LETTERS = st.text(st.sampled_from('aé😀"\\/\n\t\x00\x7f\u2028,:{}[]0 '), max_size=4)
_NUMBERS = st.sampled_from(
    ["0", "-0", "1.10", "1E5", "-1e-7", "12345678901234567890.10", "01", "+1", ".5", "1.", "NaN"]
)
_WRITTEN_TEXTS = st.builds(lambda text, is_ascii: json.dumps(text, ensure_ascii=is_ascii), _LETTERS, st.booleans())
_SCALARS = (
    _WRITTEN_TEXTS | _NUMBERS | st.sampled_from(["null", "true", "false", '"\\ud83d"', '"\\u0041\\uD83D\\uDE00"'])
)
_BLANKS = st.sampled_from(["", "", " ", "\n  "])


def _object(members: list[tuple[str, str]], blank: str) -> str:
    between = f"{blank},{blank}"
    return f"{{{blank}{between.join(f'{json.dumps(name)}{blank}:{blank}{value}' for name, value in members)}{blank}}}"


def _objects(values: st.SearchStrategy[str], *names: str) -> st.SearchStrategy[str]:
    members = st.lists(st.tuples(st.sampled_from(names), values), max_size=4)
    return st.builds(_object, members, _BLANKS)


_OTHERS = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=2).map(lambda of: f"[{','.join(of)}]") | _objects(inner, "a", "é"),
    max_leaves=5,
)
_VALUES = _SCALARS | _objects(_SCALARS, "id", "totalAmount", "x") | _OTHERS
_ITEMS = _objects(_VALUES, "purchaseId", "updatedAt", "customer", "product", "payment", "other") | _OTHERS


@pytest.fixture(scope="module")
def source(contract: Contract) -> ApiSource:
    return customers_api(contract)


def _read_one_by_one(source: ApiSource, items: list[str], columns: dict[str, str]) -> ReadItems:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(api_items, "MOST_SHAPES", 0)
        return read_items(source, items, columns)


@pytest.mark.parametrize("columns", [COLUMNS, {name: COLUMNS[name] for name in ("id", "product", "amount")}], ids=str)
@given(items=st.lists(_ITEMS, max_size=6), repeated=st.integers(1, 3))
@settings(max_examples=150, deadline=None)
def test_items_say_the_same_at_once_and_one_by_one(
    source: ApiSource, columns: dict[str, str], items: list[str], repeated: int
) -> None:
    every = items * repeated
    at_once, one_by_one = read_items(source, every, columns), _read_one_by_one(source, every, columns)
    assert_frame_equal(at_once.rows.drop(UNDECLARED), one_by_one.rows.drop(UNDECLARED))
    assert list(map(_beside, at_once.rows[UNDECLARED])) == list(map(_beside, one_by_one.rows[UNDECLARED]))
    assert at_once.fields == one_by_one.fields


def _beside(beside: dict[str, Any] | None) -> tuple[list[str], object] | None:
    """Names and values, numbers as the texts that they were written as."""
    return beside and (beside["names"], beside["values"] and DECODER.decode(beside["values"]))


def test_items_of_many_shapes_come_in_their_order(source: ApiSource) -> None:
    sparse = [{name: value for name, value in item(number).items() if name != left_out} for number, left_out in _SPARSE]
    read = read_items(source, [json.dumps(one) for one in sparse], COLUMNS)
    assert read.rows[KEY].to_list() == [str(number) for number, _ in _SPARSE]
    assert read.rows["product"].null_count() == sum(left_out == "product" for _, left_out in _SPARSE)


_SPARSE = list(enumerate(["product", "store", "", "customer", "payment"] * 5))


def test_a_number_is_the_text_that_it_was_written_as(source: ApiSource) -> None:
    amounts = ["1.10", "-0", "1E400", "12345678901234567890.12345678901234567890"]
    items = [json.dumps(item(1)).replace('"1234.50"', amount) for amount in amounts]
    assert Shape.of(items[0], list(COLUMNS.values())[:-1], lambda _: False)
    columns = {"amount": COLUMNS["amount"]}
    assert read_items(source, items, columns).rows["amount"].to_list() == amounts


def test_no_item_of_a_page_of_one_shape_is_read_by_itself(source: ApiSource, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []
    monkeypatch.setattr(api_items, "read_odd_item", lambda text, *_: looked_at.append(text))
    items = [json.dumps(item(number, product=f"Maçã \\ {number}", lines=[{"n": 1}, None])) for number in range(50)]
    rows = read_items(source, items, {"product": "product"}).rows
    assert rows["product"].to_list() == [f"Maçã \\ {number}" for number in range(50)]
    assert not looked_at
    assert rows.select(pl.col(FAULT).is_null().all(), pl.col(IS_OBJECT).all()).row(0) == (True, True)


@given(items=st.lists(_ITEMS, min_size=1, max_size=4), blank=_BLANKS, behind=st.sampled_from(["", ',"a":[{}]}', " "]))
@settings(max_examples=150, deadline=None)
def test_a_list_that_is_read_at_once_is_json_and_has_these_items(items: list[str], blank: str, behind: str) -> None:
    text = f"[{f'{blank},{blank}'.join(items)}{blank}]"
    if found := list_at_once(text + behind):
        assert found == (tuple(items), len(text))
        json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> Any:
    raise AssertionError(f"{constant} is no JSON")


@pytest.mark.parametrize(
    "text",
    ['[{"a": 1},]', '[{"a": 01}]', '[{"a": NaN}]', '[{"a": "\\ud83d"}]', '{"a": []}', "[{}", "[{}}]", "[" * 9999 + "]"],
)
def test_what_is_no_list_of_json_is_left_to_be_read_one_by_one(text: str) -> None:
    assert list_at_once(text) is None


def test_a_lists_end_is_found_before_so_many_other_lists() -> None:
    behind = [',"a":[]' * lists for lists in (0, 1, 10, 11)]
    assert [list_at_once(f"[1]{text}}}") for text in behind] == [(("1",), 3)] * 3 + [None]
