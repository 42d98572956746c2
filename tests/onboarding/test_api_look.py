"""An API's first page tells where its rows are and how it goes on."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from onboarding.api_look import as_texts, keys_of, lists_of_objects, look_at_api, paging_of
from tasks.errors import PipelineError, SourceUnavailable
from tests.tasks.scripted_api import Answer, answer, serve

ANSWERS = {
    "server": "shop",
    "type": "api",
    "connection": {"url": "SHOP_URL"},
    "location": "${SHOP_URL}/orders",
    "authentication": {"type": "none"},
}


@pytest.mark.parametrize(
    ("beside", "paging"),
    [
        ({"next_cursor": None}, {"type": "cursor", "field": "next_cursor"}),
        ({"paging": {"nextPageToken": "abc"}}, {"type": "cursor", "field": "paging.nextPageToken"}),
        ({"links": {"next": "/orders?page=2"}}, {"type": "nextUrl", "field": "links.next"}),
        ({"next": "https://shop/orders?page=2"}, {"type": "nextUrl", "field": "next"}),
        ({"page": "1", "total_pages": "7"}, {"type": "page", "pagesField": "total_pages"}),
        ({"meta": {"hasMore": True}}, {"type": "page", "moreField": "meta.hasMore"}),
        ({"total": "12"}, {"type": "page", "totalField": "total"}),
        ({"total": {"amount": "12.5"}, "more": "yes"}, None),
        ({}, None),
    ],
)
def test_what_stands_beside_the_rows_tells_how_it_goes_on(
    beside: dict[str, Any], paging: dict[str, Any] | None
) -> None:
    assert paging_of({"data": [{"id": "1"}], **beside}, "data", httpx.Response(200)) == paging


def test_a_link_to_the_next_page_tells_it_before_anything_else() -> None:
    response = httpx.Response(200, headers={"Link": '</orders?page=2>; rel="next"'})
    assert paging_of({"data": [{}], "total": "3"}, "data", response) == {"type": "link"}


def test_lists_of_objects_are_found_wherever_they_are() -> None:
    assert dict(lists_of_objects([{"id": "1"}])) == {"$": [{"id": "1"}]}
    content = {"a": {"rows": [{"id": "1"}], "names": ["x"]}, "b": [], "c": [{"n": "2"}]}
    assert dict(lists_of_objects(content)) == {"a.rows": [{"id": "1"}], "c": [{"n": "2"}]}


def test_items_become_texts_and_keys_are_those_with_a_value_of_its_own_in_each() -> None:
    rows = as_texts(
        [{"orderId": "1", "buyer": {"id": "C1"}, "paid": True, "lines": []}, {"orderId": "2", "buyer": {"id": "C1"}}]
    )
    assert rows.rows(named=True) == [
        {"orderId": "1", "buyer.id": "C1", "paid": "true"},
        {"orderId": "2", "buyer.id": "C1", "paid": None},
    ]
    assert keys_of(rows) == ["orderId"]


@pytest.mark.services
def test_numbers_are_kept_as_they_are_written() -> None:
    body = b'{"items": [{"id": 9007199254740993, "total": 1234.50}], "next": null}'
    with serve(answer(body)) as api:
        sample = look_at_api(ANSWERS, {"url": api.url})
    assert sample.rows.rows() == [("9007199254740993", "1234.50")]
    assert sample.words == {"rowsField": "items", "paging": {"type": "nextUrl", "field": "next"}, "keyField": "id"}


@pytest.mark.services
def test_several_lists_and_no_sign_of_paging_are_questions() -> None:
    with serve(answer({"orders": [{"id": 1}], "shops": [{"id": 2}]})) as api:
        (rows,) = look_at_api(ANSWERS, {"url": api.url}).questions
        assert (rows.word, [choice.value for choice in rows.choices]) == ("rowsField", ["orders", "shops"])
        (paging,) = look_at_api({**ANSWERS, "rowsField": "shops"}, {"url": api.url}).questions
        assert paging.word == "paging"
        answered = {**ANSWERS, "rowsField": "shops", "paging": {"type": "none"}}
        assert look_at_api(answered, {"url": api.url}).rows.to_dicts() == [{"id": "2"}]


@pytest.mark.services
@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (answer(b"<html>"), "shop answers with something else than JSON; check its location"),
        (answer({"data": []}), "the first answer of shop has no list of objects to look at"),
        (answer({}, 404), "shop rejects the request (status 404)"),
        (answer({}, 401), "shop asks for credentials (status 401)"),
    ],
)
def test_an_answer_that_is_no_page_is_told_with_what_to_do(reply: Answer, told: str) -> None:
    with serve(reply) as api, pytest.raises(PipelineError) as refused:
        look_at_api(ANSWERS, {"url": api.url})
    assert told in str(refused.value)


@pytest.mark.services
def test_an_api_that_is_busy_is_to_be_tried_again() -> None:
    with serve(answer({}, 503)) as api, pytest.raises(SourceUnavailable, match="try again when it is well"):
        look_at_api(ANSWERS, {"url": api.url})
