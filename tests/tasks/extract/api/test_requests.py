"""A page is asked for exactly as the contract declares: where, by which method, with what, and since when."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from contracts.contract import Contract
from contracts.sources.api import Incremental
from tasks.extract.api.client import ApiClient
from tasks.extract.api.requests import PageRequest, page_request
from tasks.extract.api.rows import extract_api
from tasks.extract.api.times import asked_time
from tasks.extract.chunks import KEY, Window
from tests.tasks.scripted_api import answer, declared_api, item, serve

URL = "https://shop.example.com/v1/purchases"
SINCE = datetime(2026, 2, 1, 12, 0, 7, 654321, tzinfo=UTC)


def test_by_default_the_size_is_asked_for_then_the_time_then_the_cursor() -> None:
    source = declared_api()
    assert page_request(source, URL, None, None) == PageRequest(URL, {"limit": 5000})
    assert page_request(source, URL, SINCE, "a") == PageRequest(
        URL,
        {"limit": 5000, "updated_since": "2026-02-01T12:00:07.654321Z", "cursor": "a"},
        has_cursor=True,
    )


def test_fixed_parameters_stand_beside_those_of_paging_and_time() -> None:
    source = declared_api(
        parameters={"status": "paid", "fields": ["id", "total"], "deleted": False},
        incremental={"parameter": "modified[gte]", "format": "epochSeconds"},
        paging={"type": "page", "sizeParameter": "per_page"},
        pageRows=250,
    )
    assert page_request(source, URL, SINCE, 3) == PageRequest(
        URL,
        {
            "status": "paid",
            "fields": ("id", "total"),
            "deleted": False,
            "per_page": 250,
            "modified[gte]": 1769947207,
            "page": 3,
        },
    )


def test_a_post_has_its_parameters_at_their_places_in_the_body() -> None:
    body = {"filters": [{"field": "changed", "op": "GTE", "value": 0}], "sort": ["changed"]}
    source = declared_api(
        method="POST",
        body=body,
        parameters={"portal": 7},
        incremental={"parameter": "filters.0.value", "format": "epochMilliseconds"},
        paging={"type": "cursor", "field": "paging.next.after", "parameter": "after", "sizeParameter": "page.size"},
        pageRows=100,
    )
    first = page_request(source, URL, None, None)
    assert first == PageRequest(URL, {"portal": 7}, "POST", body | {"page": {"size": 100}})
    later = page_request(source, URL, SINCE, "a")
    filters = [{"field": "changed", "op": "GTE", "value": 1769947207654}]
    assert later.body == {"filters": filters, "sort": ["changed"], "page": {"size": 100}, "after": "a"}
    assert source.body == body


@pytest.mark.services
def test_a_post_is_sent_as_json_and_repeated_parameters_several_times(contract: Contract) -> None:
    source = declared_api(
        method="POST",
        body={"query": "é"},
        parameters={"fields": ["id", "total"], "all": True},
        paging={"type": "offset", "parameter": "from"},
        pageRows=None,
        rowsField="$",
    )
    with serve(answer([item(1), item(2)]), answer([])) as api, ApiClient(source, api.url, {"key": "key"}) as client:
        keys = [key for chunk in extract_api(contract, client, Window()) for key in chunk[KEY]]
    assert keys == ["1", "2"]
    assert [json.loads(body) for body in api.bodies] == [{"query": "é", "from": 0}, {"query": "é", "from": 2}]
    assert api.headers[0]["Content-Type"] == "application/json"
    assert api.targets[0].endswith("?fields=id&fields=total&all=true")


FIRST_DAY = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14)))


@pytest.mark.parametrize(
    ("words", "since", "asked"),
    [
        ({}, SINCE, "2026-02-01T12:00:07.654321Z"),
        ({"inclusive": False}, SINCE, "2026-02-01T12:00:07.654320Z"),
        ({"format": "rfc3339Seconds"}, SINCE, "2026-02-01T12:00:07Z"),
        ({"format": "rfc3339Seconds", "inclusive": False}, SINCE, "2026-02-01T12:00:06Z"),
        ({"format": "date"}, SINCE, "2026-02-01"),
        ({"format": "date"}, datetime(2026, 2, 1, 11, tzinfo=UTC), "2026-01-31"),
        ({"format": "date", "inclusive": False}, SINCE, "2026-01-31"),
        ({"format": "epochSeconds"}, SINCE, 1769947207),
        ({"format": "epochSeconds", "inclusive": False}, SINCE, 1769947206),
        ({"format": "epochMilliseconds"}, SINCE, 1769947207654),
        ({"format": "epochMilliseconds", "inclusive": False}, SINCE, 1769947207653),
        ({"format": "date", "inclusive": False}, FIRST_DAY, "0001-01-02"),
        ({"format": "epochSeconds"}, FIRST_DAY, -62135510400),
    ],
)
def test_no_time_is_asked_for_later_than_the_one_that_is_meant(
    words: dict[str, object], since: datetime, asked: str | int
) -> None:
    assert asked_time(Incremental.model_validate(words), since) == asked


@pytest.mark.services
def test_what_was_asked_for_too_early_is_left_out_again(contract: Contract) -> None:
    source = declared_api(incremental={"parameter": "since", "format": "date", "inclusive": False})
    times = ["2026-01-31T23:00:00Z", "2026-02-01T12:00:07.654320Z", "2026-02-01T12:00:07.654321Z"]
    with (
        serve(answer({"data": [item(n, time) for n, time in enumerate(times)]})) as api,
        ApiClient(source, api.url, {"key": "key"}) as client,
    ):
        chunks = list(extract_api(contract, client, Window(since=SINCE)))
    assert [key for chunk in chunks for key in chunk[KEY]] == ["2"]
    assert api.requests[0]["since"] == "2026-01-31"
