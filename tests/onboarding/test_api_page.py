"""A page of an API tells where its rows are and how it goes on."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from onboarding.api_page import as_texts, keys_of, lists_of_objects, ways_of_paging


@pytest.mark.parametrize(
    ("beside", "ways"),
    [
        ({"next_cursor": None}, [{"type": "cursor", "field": "next_cursor"}]),
        ({"paging": {"nextPageToken": "abc"}}, [{"type": "cursor", "field": "paging.nextPageToken"}]),
        ({"links": {"next": "/orders?page=2"}}, [{"type": "nextUrl", "field": "links.next"}]),
        ({"next_url": None}, [{"type": "nextUrl", "field": "next_url"}]),
        ({"page": "1", "total_pages": "7"}, [{"type": "page", "pagesField": "total_pages"}]),
        (
            *({"meta": {"hasMore": True}},),
            [{"type": "page", "moreField": "meta.hasMore"}, {"type": "offset", "moreField": "meta.hasMore"}],
        ),
        ({"total": "12"}, [{"type": "page", "totalField": "total"}, {"type": "offset", "totalField": "total"}]),
        ({"total": {"amount": "12.5"}, "more": "yes", "next": None}, []),
        ({}, []),
    ],
)
def test_what_stands_beside_the_rows_tells_how_it_goes_on(beside: dict[str, Any], ways: list[dict[str, Any]]) -> None:
    assert ways_of_paging({"data": [{"id": "1"}], **beside}, "data", httpx.Response(200)) == ways


def test_a_link_to_the_next_page_tells_it_before_anything_else() -> None:
    response = httpx.Response(200, headers={"Link": '</orders?page=2>; rel="next"'})
    assert ways_of_paging({"data": [{}], "total": "3"}, "data", response) == [{"type": "link"}]


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
