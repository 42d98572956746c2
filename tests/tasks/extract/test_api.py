"""Pages of a real HTTP server as chunks, and pages that are none."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from contracts.contract import Contract
from contracts.sources import Source
from tasks.errors import StructureError
from tasks.extract import api as api_module
from tasks.extract.api import extract_api
from tasks.extract.api_client import ApiClient
from tasks.extract.chunks import CURSOR, FAULT, KEY, LOCATION, SOURCE_TEXT, Window, chunk_schema
from tests.tasks.scripted_api import Answer, answer, item, page, serve

pytestmark = pytest.mark.services

EVERYTHING = Window()


@pytest.fixture
def source(contract: Contract) -> Source:
    return contract.source("customers-api")


def _rows(contract: Contract, source: Source, url: str, window: Window = EVERYTHING) -> pl.DataFrame:
    with ApiClient(source, url, "key") as client:
        return pl.concat([pl.DataFrame(schema=chunk_schema(contract)), *extract_api(contract, client, window)])


def test_nested_fields_become_the_contract_s_columns(contract: Contract, source: Source) -> None:
    with serve(page(item(7))) as api:
        assert _rows(contract, source, api.url).to_dicts() == [
            {
                "customer_id": "C7",
                "first_name": "Ana",
                "last_name": "Silva",
                "email": "ana@example.com",
                "purchase_date": "2026-01-31",
                "total_amount": "1234.50",
                "product": "TV",
                "store_location": "São Paulo",
                "cpf": "529.982.247-25",
                "credit_card_number": "4111111111111111",
                "updated_at": "2026-02-01T12:00:00Z",
                KEY: "7",
                CURSOR: datetime(2026, 2, 1, 12, tzinfo=UTC),
                LOCATION: "purchaseId 7",
                FAULT: None,
                SOURCE_TEXT: None,
            }
        ]


def test_pages_are_followed_to_the_last_and_empty_ones_are_no_end(contract: Contract, source: Source) -> None:
    pages = [page(item(1), item(2), next_cursor="a"), page(next_cursor="b"), page(item(3))]
    with serve(*pages) as api:
        assert _rows(contract, source, api.url)[KEY].to_list() == ["1", "2", "3"]
    assert [request.get("cursor") for request in api.requests] == [None, "a", "b"]
    assert {request["limit"] for request in api.requests} == {"5000"}


def test_nothing_there_is_no_chunk(contract: Contract, source: Source) -> None:
    with serve(page()) as api, ApiClient(source, api.url, "key") as client:
        assert list(extract_api(contract, client, EVERYTHING)) == []


def test_chunks_hold_several_pages(contract: Contract, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_module, "CHUNK_ROWS", 2)
    pages = [page(item(n), next_cursor=str(n)) for n in range(5)]
    with serve(*pages, page(item(5))) as api, ApiClient(source, api.url, "key") as client:
        assert [chunk.height for chunk in extract_api(contract, client, EVERYTHING)] == [2, 2, 2]


def test_a_window_is_asked_for_from_its_start_and_left_at_its_end(contract: Contract, source: Source) -> None:
    days = [item(day, f"2026-02-0{day}T00:00:00Z") for day in range(1, 7)]
    window = Window(since=datetime(2026, 2, 2, tzinfo=UTC), until=datetime(2026, 2, 4, tzinfo=UTC))
    pages = [page(*days[:2], next_cursor="a"), page(*days[2:4], next_cursor="b"), page(*days[4:])]
    with serve(*pages) as api:
        assert _rows(contract, source, api.url, window)[KEY].to_list() == ["2", "3"]
    assert [request["updated_since"] for request in api.requests] == ["2026-02-02T00:00:00.000000Z"] * 2


def test_an_item_without_a_readable_time_is_extracted_for_landing_to_judge(contract: Contract, source: Source) -> None:
    window = Window(since=datetime(2026, 2, 2, tzinfo=UTC))
    with serve(page(item(1, "yesterday"), item(2, "2026-02-03T00:00:00Z"))) as api:
        rows = _rows(contract, source, api.url, window)
    assert rows.select(KEY, "updated_at", CURSOR).rows() == [
        ("1", "yesterday", None),
        ("2", "2026-02-03T00:00:00Z", datetime(2026, 2, 3, tzinfo=UTC)),
    ]


def test_values_of_any_json_type_are_extracted_as_text(contract: Contract, source: Source) -> None:
    body = (
        '{"data": [{"purchaseId": 1, "customer": {"id": 7, "cpf": null}, "payment": {"totalAmount": 12.50}, '
        '"product": true, "store": null, "updatedAt": "2026-02-01T12:00:00Z", "unknown": [{"deep": 1}]}], '
        '"next_cursor": null}'
    )
    with serve(answer(body.encode())) as api:
        rows = _rows(contract, _some_fields(contract, source), api.url)
    assert rows.select(KEY, "customer_id", "cpf", "total_amount", "product", "store_location").rows() == [
        ("1", "7", None, "12.50", "true", None)
    ]


def test_a_field_may_be_absent_from_an_item_but_not_from_all(contract: Contract, source: Source) -> None:
    poor = {"purchaseId": "2", "updatedAt": "2026-02-01T12:00:00Z"}
    with serve(page(item(1), poor)) as api:
        assert _rows(contract, source, api.url)["cpf"].to_list() == ["529.982.247-25", None]
    renamed = item(1, client=item(1)["customer"])
    del renamed["customer"]
    with (
        serve(page(renamed, poor)) as api,
        pytest.raises(StructureError, match=r"no item .* has customer\.cpf, "),
    ):
        _rows(contract, source, api.url)


def test_half_a_surrogate_pair_is_replaced_and_whole_ones_are_kept(contract: Contract, source: Source) -> None:
    with serve(page(item(1, product="\ud83d x"), item(2, product="😀"))) as api:
        assert _rows(contract, source, api.url)["product"].to_list() == ["? x", "😀"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "page 1 of customers-api is not an object with data and next_cursor"),
        ({"data": []}, "page 1 of customers-api is not an object with data and next_cursor"),
        ({"next_cursor": None}, "page 1 of customers-api is not an object with data and next_cursor"),
        ({"data": None, "next_cursor": None}, "data of page 1 of customers-api is not a list of objects"),
        ({"data": ["planted"], "next_cursor": None}, "data of page 1 of customers-api is not a list of objects"),
        ({"data": [], "next_cursor": ""}, "next_cursor of page 1 of customers-api is neither null nor a text"),
        ({"data": [], "next_cursor": {}}, "next_cursor of page 1 of customers-api is neither null nor a text"),
        (
            {"data": [item(1, product=["planted"])], "next_cursor": None},
            "an item of customers-api has a list or an object where a value should be",
        ),
    ],
)
def test_a_malformed_page_is_told_by_its_number(contract: Contract, source: Source, body: object, message: str) -> None:
    with serve(answer(body)) as api, pytest.raises(StructureError, match=f"^{message}$"):
        _rows(contract, source, api.url)


def test_a_cursor_that_comes_back_is_told_instead_of_reading_for_ever(contract: Contract, source: Source) -> None:
    circle: list[Answer] = [page(item(1), next_cursor="a"), page(item(2), next_cursor="b"), page(next_cursor="a")]
    with serve(*circle) as api, pytest.raises(StructureError, match="page 3 of customers-api repeats"):
        _rows(contract, source, api.url)


def _some_fields(contract: Contract, source: Source) -> Source:
    """The source with optional columns that this test's item does not have."""
    return source.model_copy(update={"optional_columns": contract.column_names})
