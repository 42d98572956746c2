"""An item that cannot be read as columns is a row with its fault and its text; the others are rows like any other."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import polars as pl
import pytest

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from tasks.extract.api.client import ApiClient
from tasks.extract.api.rows import extract_api
from tasks.extract.chunks import CURSOR, FAULT, KEY, LOCATION, SOURCE_TEXT, Window
from tests.tasks.scripted_api import customers_api, item, page, serve, written_page

pytestmark = pytest.mark.services


@pytest.fixture
def source(contract: Contract) -> ApiSource:
    return customers_api(contract)


def _rows(contract: Contract, source: ApiSource, url: str) -> pl.DataFrame:
    with ApiClient(source, url, {"key": "key"}) as client:
        return pl.concat(list(extract_api(contract, client, Window())))


def _written(**changes: object) -> str:
    return json.dumps(item(2) | changes)


def _with(text: str, place: str = '"TV"') -> str:
    """The item's text with other words at its product, or another place."""
    return _written().replace(place, text)


@pytest.mark.parametrize(
    ("odd", "fault"),
    [
        ('"planted"', "the item is not an object"),
        ("7", "the item is not an object"),
        ("null", "the item is not an object"),
        ("[[], {}]", "the item is not an object"),
        ("NaN", "the item is not an object"),
        ("{}", "purchaseId is missing"),
        (_written(purchaseId=None), "purchaseId is missing"),
        (_written(purchaseId=""), "purchaseId is missing"),
        (_written(purchaseId=None, product=[]), "purchaseId is missing; product is a list, not a value"),
        (_written(purchaseId=[2]), "purchaseId is a list, not a value"),
        (_written(updatedAt={"at": 1}), "updatedAt is an object, not a value"),
        (_written(product={"name": "planted"}), "product is an object, not a value"),
        (_written(product=[]), "product is a list, not a value"),
        (_written(customer="planted"), "customer is not an object"),
        (_written(customer=[], store=7), "customer is not an object; store is not an object"),
        (_written(product="planted \ud83d"), "product has half a character in it, or bytes that are not UTF-8"),
        (_written(customer={"id": "\udc00"}), "customer.id has half a character in it, or bytes that are not UTF-8"),
        (_with("NaN"), "product is NaN or infinite, which JSON does not have"),
        (_with("-Infinity", '"1234.50"'), "payment.totalAmount is NaN or infinite, which JSON does not have"),
        (_with('"TV", "product": "TV"'), "the item has product more than once"),
        (
            _with('{"location": "a"}, "store": {}', '{"location": "S\\u00e3o Paulo"}'),
            "the item has store more than once",
        ),
        (_with('"a", "cpf": "b"', '"529.982.247-25"'), "customer has cpf more than once"),
        (_with('"C:\\temp\\x"'), "the item is not JSON"),
        (_with('"a\nb"'), "the item is not JSON"),
        (_with("007"), "the item is not JSON"),
        (_with("undefined"), "the item is not JSON"),
        (_with("'TV'"), "the item is not JSON"),
        (_with("[" * 100_000 + "]" * 100_000), "the item is not JSON"),
        ("None", "the item is not JSON"),
    ],
    ids=range(29),
)
def test_an_odd_item_is_a_row_at_fault_and_the_others_are_read(
    contract: Contract, source: ApiSource, odd: str, fault: str
) -> None:
    neighbours = [json.dumps(item(number)) for number in (1, 3)]
    with serve(written_page(neighbours[0], odd, neighbours[1])) as api:
        rows = _rows(contract, source, api.url)
    assert len(api.requests) == 1
    assert rows[FAULT].to_list() == [None, fault, None]
    assert rows[SOURCE_TEXT].to_list() == [None, odd, None]
    assert rows["customer_id"].to_list()[::2] == ["C1", "C3"]
    assert "planted" not in fault


def test_what_can_be_read_of_an_item_at_fault_is_there(contract: Contract, source: ApiSource) -> None:
    with serve(page(item(2, product=[]))) as api:
        (row,) = _rows(contract, source, api.url).to_dicts()
    assert (row["customer_id"], row["product"], row[KEY]) == ("C2", None, "2")
    assert (row[LOCATION], row[CURSOR]) == ("purchaseId 2", datetime(2026, 2, 1, 12, tzinfo=UTC))


def test_bytes_that_are_not_utf_8_are_their_own_item_s_fault(contract: Contract, source: ApiSource) -> None:
    good, bad = json.dumps(item(1, product="Rádio"), ensure_ascii=False), _written().replace("TV", "R?dio")
    with serve(written_page(good, bad.encode().replace(b"?", b"\xe1"), good.replace('"1"', '"3"'))) as api:
        rows = _rows(contract, source, api.url)
    assert rows["product"].to_list() == ["Rádio", None, "Rádio"]
    assert rows[FAULT][1] == "product has half a character in it, or bytes that are not UTF-8"
    assert "R\\xe1dio" in rows[SOURCE_TEXT][1]


def test_items_without_a_key_are_told_from_each_other_by_what_they_say(contract: Contract, source: ApiSource) -> None:
    with serve(page({"a": 1}, {"a": 2}, "x", "y")) as api:
        first, second = _rows(contract, source, api.url), _rows(contract, source, api.url)
    assert first[KEY].n_unique() == 4
    assert first[KEY].to_list() == second[KEY].to_list()
    assert first[LOCATION].n_unique() == 4


@pytest.mark.parametrize(
    ("harmless", "column", "value"),
    [
        (_with("1e999"), "product", "1e999"),
        (_with("9" * 5000), "product", "9" * 5000),
        (_with("-0.10"), "product", "-0.10"),
        (_with("false"), "product", "false"),
        (_with('"\\ud83d\\ude00"'), "product", "😀"),
        (_written(customer=None), "customer_id", None),
        (_written(unknown="\ud83d", other=[{"deep": 1}]), "product", "TV"),
        (_with('"TV", "unknown": 1, "unknown": NaN'), "product", "TV"),
    ],
    ids=range(8),
)
def test_values_are_texts_as_they_were_written_and_unknown_fields_do_not_matter(
    contract: Contract, source: ApiSource, harmless: str, column: str, value: str | None
) -> None:
    with serve(written_page(harmless)) as api:
        rows = _rows(contract, source, api.url)
    assert rows.select(FAULT, column).rows() == [(None, value)]
