"""Pages of a real HTTP server as chunks, and pages that are none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import polars as pl
import pytest

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from tasks.errors import StructureError
from tasks.extract.api.client import ApiClient
from tasks.extract.api.rows import extract_api
from tasks.extract.chunks import CURSOR, FAULT, KEY, LOCATION, SOURCE_TEXT, Window, chunk_schema
from tests.tasks.scripted_api import answer, customers_api, item, page, serve

pytestmark = pytest.mark.services

EVERYTHING = Window()


@pytest.fixture
def source(contract: Contract) -> ApiSource:
    return customers_api(contract)


def _rows(contract: Contract, source: ApiSource, url: str, window: Window = EVERYTHING) -> pl.DataFrame:
    schema = chunk_schema(contract)
    with ApiClient(source, url, {"key": "key"}) as client:
        chunks = (chunk.select(*schema) for chunk in extract_api(contract, client, window))
        return pl.concat([pl.DataFrame(schema=schema), *chunks])


def test_nested_fields_become_the_contract_s_columns(contract: Contract, source: ApiSource) -> None:
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


def test_pages_are_followed_to_the_last_and_empty_ones_are_no_end(contract: Contract, source: ApiSource) -> None:
    pages = [page(item(1), item(2), next_cursor="a"), page(next_cursor="b"), page(item(3))]
    with serve(*pages) as api:
        assert _rows(contract, source, api.url)[KEY].to_list() == ["1", "2", "3"]
    assert [request.get("cursor") for request in api.requests] == [None, "a", "b"]
    assert {request["limit"] for request in api.requests} == {"5000"}


def test_nothing_there_is_no_chunk(contract: Contract, source: ApiSource) -> None:
    with serve(page()) as api, ApiClient(source, api.url, {"key": "key"}) as client:
        assert list(extract_api(contract, client, EVERYTHING)) == []


def test_chunks_hold_several_pages(contract: Contract, source: ApiSource) -> None:
    pages = [page(item(n), next_cursor=str(n)) for n in range(5)]
    with serve(*pages, page(item(5))) as api, ApiClient(source, api.url, {"key": "key"}) as client:
        assert [chunk.height for chunk in extract_api(contract, client, EVERYTHING, chunk_rows=2)] == [2, 2, 2]


def test_a_window_is_asked_for_from_its_start_and_left_at_its_end(contract: Contract, source: ApiSource) -> None:
    days = [item(day, f"2026-02-0{day}T00:00:00Z") for day in range(1, 7)]
    window = Window(since=datetime(2026, 2, 2, tzinfo=UTC), until=datetime(2026, 2, 4, tzinfo=UTC))
    pages = [page(*days[:2], next_cursor="a"), page(*days[2:4], next_cursor="b"), page(*days[4:])]
    with serve(*pages) as api:
        assert _rows(contract, source, api.url, window)[KEY].to_list() == ["2", "3"]
    assert [request["updated_since"] for request in api.requests] == ["2026-02-02T00:00:00.000000Z"] * 3


def test_at_most_one_page_is_asked_for_behind_the_one_beyond_the_window(contract: Contract, source: ApiSource) -> None:
    window = Window(until=datetime(2026, 2, 2, tzinfo=UTC))
    beyond = [page(item(day, f"2026-02-0{day}T00:00:00Z"), next_cursor=str(day)) for day in (1, 2, 3)]
    with serve(*beyond) as api:
        assert _rows(contract, source, api.url, window)[KEY].to_list() == ["1"]
    assert len(api.requests) == 3


def test_one_item_dated_ahead_does_not_end_the_window(contract: Contract, source: ApiSource) -> None:
    window = Window(until=datetime(2026, 2, 2, tzinfo=UTC))
    odd = item(9, "9999-01-01T00:00:00Z")
    with serve(
        page(odd, item(1, "2026-01-01T00:00:00Z"), next_cursor="a"), page(item(2, "2026-01-02T00:00:00Z"))
    ) as api:
        assert _rows(contract, source, api.url, window)[KEY].to_list() == ["1", "2"]


@pytest.mark.parametrize(
    ("since", "asked"),
    [
        (datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), "0001-01-02T00:00:00.000000Z"),
        (datetime(999, 1, 1, tzinfo=UTC), "0999-01-01T00:00:00.000000Z"),
        (datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-14))), "9999-12-30T23:59:59.999999Z"),
    ],
    ids=["first day", "three digits", "last day"],
)
def test_a_window_at_the_ends_of_the_calendar_can_be_asked_for(
    contract: Contract, source: ApiSource, since: datetime, asked: str
) -> None:
    with serve(page(item(1, "yesterday"))) as api:
        assert _rows(contract, source, api.url, Window(since=since)).height == 1
    assert [request["updated_since"] for request in api.requests] == [asked]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-02-01T12:00:00.123456789Z", datetime(2026, 2, 1, 12, 0, 0, 123456, tzinfo=UTC)),
        ("2026-02-01t12:00:00.5z", datetime(2026, 2, 1, 12, 0, 0, 500000, tzinfo=UTC)),
        ("2026-02-01T12:00:00-03:30", datetime(2026, 2, 1, 15, 30, tzinfo=UTC)),
        ("2026-02-01T12:00:00+23:59", datetime(2026, 1, 31, 12, 1, tzinfo=UTC)),
        ("2026-02-01T12:00:00-00:00", datetime(2026, 2, 1, 12, tzinfo=UTC)),
        ("9999-12-31T23:59:59.999999Z", datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)),
        ("9999-12-31T23:59:59-01:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("0000-01-01T00:00:00+14:00", None),
        ("99999999999-01-01T00:00:00Z", None),
        ("2026-02-01 12:00:00", None),
        ("2026-02-30T12:00:00Z", None),
    ],
)
def test_a_time_is_read_as_rfc_3339_says_or_the_item_has_no_place_in_time(
    contract: Contract, source: ApiSource, written: str, read: datetime | None
) -> None:
    window = Window(since=datetime(2026, 1, 1, tzinfo=UTC))
    with serve(page(item(1, written))) as api:
        rows = _rows(contract, source, api.url, window)
    assert rows.select("updated_at", CURSOR).rows() == [(written, read)]


def test_an_item_without_a_readable_time_is_extracted_for_landing_to_judge(
    contract: Contract, source: ApiSource
) -> None:
    window = Window(since=datetime(2026, 2, 2, tzinfo=UTC))
    with serve(page(item(1, "yesterday"), item(2, "2026-02-03T00:00:00Z"))) as api:
        rows = _rows(contract, source, api.url, window)
    assert rows.select(KEY, "updated_at", CURSOR).rows() == [
        ("1", "yesterday", None),
        ("2", "2026-02-03T00:00:00Z", datetime(2026, 2, 3, tzinfo=UTC)),
    ]


def test_values_of_any_json_type_are_extracted_as_text(contract: Contract, source: ApiSource) -> None:
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


def test_a_field_may_be_absent_from_an_item_and_from_all(contract: Contract, source: ApiSource) -> None:
    poor = {"purchaseId": "2", "updatedAt": "2026-02-01T12:00:00Z"}
    with serve(page(item(1), poor), page(poor)) as api:
        assert _rows(contract, source, api.url)["cpf"].to_list() == ["529.982.247-25", None]
        assert _rows(contract, source, api.url).select("cpf", FAULT).rows() == [(None, None)]


@pytest.mark.parametrize(
    "last",
    [{"data": []}, {"data": [], "next_cursor": ""}, {"data": None, "next_cursor": None}, {"data": None}],
    ids=["no cursor", "empty cursor", "no data", "neither"],
)
def test_a_page_without_a_cursor_is_the_last(contract: Contract, source: ApiSource, last: object) -> None:
    with serve(page(item(1), next_cursor="a"), answer(last)) as api:
        assert _rows(contract, source, api.url)[KEY].to_list() == ["1"]
    assert len(api.requests) == 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "is not an object with data and next_cursor"),
        ("planted", "is not an object with data and next_cursor"),
        ({"next_cursor": None}, "is not an object with data and next_cursor"),
        ({"error": "planted"}, "is not an object with data and next_cursor"),
        ({"data": {"1": "planted"}, "next_cursor": None}, "has a data that is no list"),
        ({"data": "planted", "next_cursor": None}, "has a data that is no list"),
        ({"data": [], "next_cursor": {}}, "has a next_cursor that is neither null nor a text that can be asked for"),
        ({"data": [], "next_cursor": True}, "has a next_cursor that is neither null nor a text that can be asked for"),
        ({"data": [], "next_cursor": "\ud83d"}, "has a next_cursor that is neither .*"),
        ({"data": [], "next_cursor": "a\nb"}, "has a next_cursor that is neither .*"),
        ({"data": [], "next_cursor": "a" * 5000}, "has a next_cursor that is neither .*"),
        (b'{"data": [1], "data": [], "next_cursor": null}', "has data more than once"),
        (b'{"data": [], "next_cursor": "a", "next_cursor": null}', "has next_cursor more than once"),
    ],
)
def test_a_malformed_page_is_told_by_its_number(
    contract: Contract, source: ApiSource, body: object, message: str
) -> None:
    with (
        serve(page(item(1), next_cursor="a"), answer(body)) as api,
        pytest.raises(StructureError, match=f"^page 2 of customers-api {message}$"),
    ):
        _rows(contract, source, api.url)
    assert len(api.requests) == 2


def _some_fields(contract: Contract, source: ApiSource) -> ApiSource:
    """The source with optional columns that this test's item does not have."""
    return source.model_copy(update={"optional_columns": contract.column_names})
