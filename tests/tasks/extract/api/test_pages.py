"""Reading comes to an end whatever cursors an API gives, and neither loses nor repeats an item on the way."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

import pytest

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from tasks.errors import StructureError
from tasks.extract.api import pages as api_pages
from tasks.extract.api.client import ApiClient, RetryPolicy
from tasks.extract.api.rows import extract_api
from tasks.extract.chunks import KEY, Window
from tests.tasks.scripted_api import Answer, answer, customers_api, endless, item, page, serve

pytestmark = pytest.mark.services

QUICK = RetryPolicy(first_wait_seconds=0.01, pace_seconds=0)


@pytest.fixture
def source(contract: Contract) -> ApiSource:
    return customers_api(contract)


def _keys(
    contract: Contract, source: ApiSource, url: str, since: datetime | None = None, retries: RetryPolicy = QUICK
) -> list[str]:
    with ApiClient(source, url, {"key": "key"}, retries) as client:
        chunks = list(extract_api(contract, client, Window(since=since)))
    return [key for chunk in chunks for key in chunk[KEY]]


def test_a_cursor_that_comes_back_is_told_instead_of_reading_for_ever(contract: Contract, source: ApiSource) -> None:
    circle: list[Answer] = [page(item(1), next_cursor="a"), page(item(2), next_cursor="b"), page(next_cursor="a")]
    with serve(*circle) as api, pytest.raises(StructureError, match="page 3 of customers-api repeats"):
        _keys(contract, source, api.url)


@pytest.mark.parametrize(
    "make",
    [
        lambda number: page(next_cursor=str(number)),
        lambda number: answer({"data": None, "next_cursor": str(number)}),
        lambda number: page(item(1), item(2), next_cursor=str(number)),
        lambda number: page(item(number % 2), next_cursor=str(number)),
    ],
    ids=["empty", "null", "the same page", "two pages in turn"],
)
def test_pages_without_news_come_to_an_end(
    contract: Contract, source: ApiSource, monkeypatch: pytest.MonkeyPatch, make: Callable[[int], Answer]
) -> None:
    monkeypatch.setattr(api_pages, "MOST_PAGES_WITHOUT_NEWS", 10)
    with serve(endless(make)) as api, pytest.raises(StructureError, match=r"^10 pages of customers-api in a row, "):
        _keys(contract, source, api.url)
    assert 10 <= len(api.requests) <= 13


def test_pages_without_news_are_no_end_while_others_come(
    contract: Contract, source: ApiSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_pages, "MOST_PAGES_WITHOUT_NEWS", 3)
    pages = [page(*([item(n)] if n % 3 == 0 else []), next_cursor=str(n)) for n in range(9)]
    with serve(*pages, page(item(9))) as api:
        assert _keys(contract, source, api.url) == ["0", "3", "6", "9"]


def test_a_page_that_comes_twice_is_read_once(contract: Contract, source: ApiSource) -> None:
    with serve(page(item(1), next_cursor="a"), page(item(1), next_cursor="b"), page(item(2))) as api:
        assert _keys(contract, source, api.url) == ["1", "2"]


def test_requests_are_paced(contract: Contract, source: ApiSource) -> None:
    started = time.monotonic()
    with serve(*(page(next_cursor=str(n)) for n in range(10)), page()) as api:
        _keys(contract, source, api.url, retries=RetryPolicy())
    assert time.monotonic() - started >= 10 * RetryPolicy().pace_seconds


def _shop(times: list[str], page_rows: int, *, forgets_after: int) -> Answer:
    """An API over items of these times whose cursors are forgotten after so many pages of each beginning."""
    handed_out = 0

    def send(handler: BaseHTTPRequestHandler) -> None:
        nonlocal handed_out
        asked = dict(parse_qsl(urlsplit(handler.path).query))
        handed_out = handed_out + 1 if "cursor" in asked else 0
        if handed_out >= forgets_after:
            answer({"error": "cursor: expired"}, 410)(handler)
            return
        rows = [(number, time) for number, time in enumerate(times) if time >= asked.get("updated_since", "")]
        start = int(asked.get("cursor", "0"))
        found, more = rows[start : start + page_rows], len(rows) > start + page_rows
        page(*(item(*row) for row in found), next_cursor=str(start + page_rows) if more else None)(handler)

    return send


@pytest.mark.parametrize("since", [None, datetime(2026, 1, 3, tzinfo=UTC)])
def test_a_cursor_that_expires_is_followed_by_a_new_beginning_where_reading_was(
    contract: Contract, source: ApiSource, since: datetime | None
) -> None:
    times = [f"2026-01-{number // 2 + 1:02}T00:00:00.000000Z" for number in range(20)]
    with serve(_shop(times, 3, forgets_after=3)) as api:
        keys = _keys(contract, source, api.url, since)
    assert keys == [str(number) for number in range(4 if since else 0, 20)]
    assert len({request.get("updated_since") for request in api.requests}) > 1


@pytest.mark.parametrize("status", [400, 404, 409, 410, 412, 422])
def test_what_came_before_is_not_read_again_and_what_changed_meanwhile_is(
    contract: Contract, source: ApiSource, status: int
) -> None:
    first, timeless, odd = item(1, "2026-01-01T00:00:00Z"), item(2, "soon"), item(3, "9999-01-01T00:00:00Z")
    changed = item(1, "2026-01-03T00:00:00Z")
    script = [
        page(first, timeless, odd, next_cursor="a"),
        answer({}, status),
        page(first, timeless, odd, item(4), next_cursor="b"),
        page(changed),
    ]
    with serve(*script) as api:
        assert _keys(contract, source, api.url) == ["1", "2", "3", "4", "1"]
    assert [request.get("updated_since") for request in api.requests] == [
        None,
        None,
        "2026-01-01T00:00:00.000000Z",
        "2026-01-01T00:00:00.000000Z",
    ]
    assert [request.get("cursor") for request in api.requests] == [None, "a", None, "b"]


def test_an_odd_time_among_others_moves_no_new_beginning_ahead(contract: Contract, source: ApiSource) -> None:
    first, odd, later = (
        item(1, "2020-01-01T00:00:00Z"),
        item(2, "2025-01-01T00:00:00Z"),
        item(3, "2021-01-01T00:00:00Z"),
    )
    expired = answer({}, 410)
    script = [
        page(first, next_cursor="a"),
        expired,
        page(first, odd, next_cursor="b"),
        expired,
        page(first, odd, later),
    ]
    with serve(*script) as api:
        assert _keys(contract, source, api.url) == ["1", "2", "3"]
    assert {request.get("updated_since") for request in api.requests} == {None, "2020-01-01T00:00:00.000000Z"}


def test_an_api_that_never_takes_its_cursors_is_told(contract: Contract, source: ApiSource) -> None:
    rejecting = endless(lambda n: answer({"error": "what?"}, 400) if n % 2 else page(item(n), next_cursor=str(n)))
    with (
        serve(rejecting) as api,
        pytest.raises(StructureError, match=r"rejects a cursor .*status 400: what\?\), 6 times in one extraction"),
    ):
        _keys(contract, source, api.url)
    assert len(api.requests) == 12


def test_a_first_request_that_is_rejected_is_not_made_again(contract: Contract, source: ApiSource) -> None:
    with serve(answer({"error": "limit"}, 400)) as api, pytest.raises(StructureError, match="rejects the request"):
        _keys(contract, source, api.url)
    assert len(api.requests) == 1
