"""Every declared way of paging is followed to its end on a real server; an end that comes too early is told."""

from __future__ import annotations

from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

import pytest

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from tasks.errors import SourceUnavailable, StructureError
from tasks.extract.api import pages as api_pages
from tasks.extract.api.client import ApiClient, RetryPolicy
from tasks.extract.api.rows import extract_api
from tasks.extract.chunks import KEY, Window
from tests.tasks.scripted_api import Answer, answer, declared_api, endless, item, serve

pytestmark = pytest.mark.services

QUICK = RetryPolicy(first_wait_seconds=0.01, pace_seconds=0)


def _source(paging: dict[str, object], rows: str | None = None) -> ApiSource:
    page_rows = 2 if "sizeParameter" in paging else None
    return declared_api(paging=paging, pageRows=page_rows, rowsField=rows)


def _keys(contract: Contract, source: ApiSource, url: str, window: Window | None = None) -> list[str]:
    with ApiClient(source, url, {"key": "key"}, QUICK) as client:
        return [key for chunk in extract_api(contract, client, window or Window()) for key in chunk[KEY]]


def _asked(requests: list[dict[str, str]], *names: str) -> list[tuple[str | None, ...]]:
    return [tuple(request.get(name) for name in names) for request in requests]


def test_a_cursor_may_stand_deep_in_the_page_and_be_asked_for_by_any_name(contract: Contract) -> None:
    source = _source(
        {"type": "cursor", "field": "meta.after", "parameter": "start", "sizeParameter": "size"}, "result.items"
    )
    pages = [
        {"result": {"items": [item(1)]}, "meta": {"after": 17}},
        {"meta": {"after": None}, "result": {"n": 1, "items": [item(2)]}},
    ]
    with serve(*map(answer, pages)) as api:
        assert _keys(contract, source, api.url) == ["1", "2"]
    assert _asked(api.requests, "start", "size") == [(None, "2"), ("17", "2")]


def test_a_cursor_may_stand_in_a_header_beside_a_list(contract: Contract) -> None:
    source = _source({"type": "cursor", "header": "X-Next", "parameter": "after"}, "$")
    with serve(answer([item(1)], X_Next="a"), answer([item(2)])) as api:
        assert _keys(contract, source, api.url) == ["1", "2"]
    assert _asked(api.requests, "after", "limit") == [(None, None), ("a", None)]


def test_page_numbers_go_on_to_the_first_empty_page(contract: Contract) -> None:
    source = _source({"type": "page", "parameter": "p", "firstPage": 0, "sizeParameter": "size"}, "$")
    with serve(answer([item(1), item(2)]), answer([item(3)]), answer([item(4)]), answer([])) as api:
        assert _keys(contract, source, api.url) == ["1", "2", "3", "4"]
    assert _asked(api.requests, "p", "size") == [("0", "2"), ("1", "2"), ("2", "2"), ("3", "2")]


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("moreField", [True, True, False]),
        ("pagesField", [3, 3, 3]),
        ("totalField", [3, 3, 3]),
        ("totalField", ["3", "3", "3"]),
    ],
)
def test_page_numbers_go_on_to_the_page_that_is_told_as_the_last(
    contract: Contract, word: str, told: list[object]
) -> None:
    source = _source({"type": "page", word: "meta.told"})
    script = [answer({"data": [item(number)], "meta": {"told": says}}) for number, says in enumerate(told)]
    with serve(*script) as api:
        assert _keys(contract, source, api.url) == ["0", "1", "2"]
    assert _asked(api.requests, "page") == [("1",), ("2",), ("3",)]


@pytest.mark.parametrize("end", [{}, {"moreField": "more"}, {"totalField": "total"}])
def test_offsets_count_the_rows_that_came_and_not_those_that_were_asked_for(
    contract: Contract, end: dict[str, str]
) -> None:
    source = _source({"type": "offset", "parameter": "skip", "sizeParameter": "take", **end})
    sizes = [2, 1, 2] if end else [2, 1, 2, 0]
    numbers = iter(range(9))
    script = [
        answer({"data": [item(next(numbers)) for _ in range(size)], "total": 5, "more": place < 2})
        for place, size in enumerate(sizes)
    ]
    with serve(*script) as api:
        assert _keys(contract, source, api.url) == ["0", "1", "2", "3", "4"]
    assert [asked for (asked,) in _asked(api.requests, "skip")] == ["0", "2", "3", "5"][: len(sizes)]


@pytest.mark.parametrize("paging", ["page", "offset"])
def test_an_end_before_the_total_is_told_as_cut_off(contract: Contract, paging: str) -> None:
    source = _source({"type": paging, "totalField": "total"})
    with (
        serve(answer({"data": [item(1)], "total": 3}), answer({"data": [], "total": 3})) as api,
        pytest.raises(
            StructureError, match=r"^page 2 of customers-api is empty behind 1 rows, though its total says 3$"
        ),
    ):
        _keys(contract, source, api.url)


def test_an_api_that_does_not_heed_page_numbers_is_told(contract: Contract, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_pages, "MOST_PAGES_WITHOUT_NEWS", 5)
    with serve(answer([item(1)])) as api, pytest.raises(StructureError, match="had nothing new and no end"):
        _keys(contract, _source({"type": "page"}, "$"), api.url)


@pytest.mark.parametrize(
    "link",
    [
        '<{}/v1/purchases?after=a&limit=9>; rel="next"',
        '</v1/purchases?after=a&limit=9>; rel="next"',
        '<?after=a&limit=9>; title="the next, of 2"; rel="NEXT last", <?after=z>; rel="prev"',
    ],
    ids=["absolute", "path", "query"],
)
def test_links_are_followed_as_rfc_8288_writes_them(contract: Contract, link: str) -> None:
    source = _source({"type": "link", "sizeParameter": "size"}, "$")
    with serve(answer([])) as api:
        api.script[:] = [answer([item(1)], Link=link.format(api.url)), answer([item(2)], Link='<?a>; rel="first"')]
        assert _keys(contract, source, api.url, Window(since=datetime(2026, 1, 1, tzinfo=UTC))) == ["1", "2"]
    assert api.paths == ["/v1/purchases", "/v1/purchases"]
    assert _asked(api.requests, "size", "after", "limit") == [("2", None, None), (None, "a", "9")]
    assert [asked is None for (asked,) in _asked(api.requests, "updated_since")] == [False, True]


def test_the_next_page_s_url_may_stand_in_a_field(contract: Contract) -> None:
    source = _source({"type": "nextUrl", "field": "links.next"})
    with serve(answer({"data": [item(1)], "links": {"next": "purchases?p=2"}}), answer({"data": [item(2)]})) as api:
        assert _keys(contract, source, api.url) == ["1", "2"]
    assert _asked(api.requests, "p") == [(None,), ("2",)]
    assert api.requests[1]["X-API-Key"] == "key"


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/v1", "http://localhost:{port}/v1", "//127.0.0.1:1/v1", "http://u:p@127.0.0.1:{port}/"]
)
def test_the_next_page_s_url_leads_nowhere_else(contract: Contract, url: str) -> None:
    source = _source({"type": "nextUrl", "field": "next"})
    with serve(answer({})) as api:
        url = url.format(port=urlsplit(api.url).port)
        api.script[:] = [answer({"data": [item(1)], "next": url})]
        with pytest.raises(StructureError, match=r"^page 1 of customers-api has a next that leads to another origin"):
            _keys(contract, source, api.url)
    assert len(api.requests) == 1


@pytest.mark.parametrize("paging", [{"type": "link"}, {"type": "nextUrl", "field": "next"}])
def test_a_url_that_comes_back_is_told_instead_of_reading_for_ever(
    contract: Contract, paging: dict[str, object]
) -> None:
    same = endless(lambda n: answer({"data": [item(n)], "next": "?page=2"}, Link='<?page=2>; rel="next"'))
    with serve(same) as api, pytest.raises(StructureError, match="page 2 of customers-api repeats an earlier"):
        _keys(contract, _source(paging), api.url)


def test_without_paging_one_answer_is_all(contract: Contract) -> None:
    source = _source({"type": "none"}, "$")
    with serve(answer([item(1), item(2)])) as api:
        assert _keys(contract, source, api.url) == ["1", "2"]
    assert api.requests == [{"X-API-Key": "key"}]


@pytest.mark.parametrize(
    ("paging", "rows", "page", "told"),
    [
        ({"type": "page", "moreField": "more"}, None, {"data": []}, "has a more that is neither true nor false"),
        ({"type": "page", "pagesField": "n"}, None, {"data": [], "n": "x"}, "has a n that is no count"),
        ({"type": "offset", "totalField": "n"}, None, {"data": [], "n": -1}, "has a n that is no count"),
        ({"type": "offset", "totalField": "m.n"}, None, {"data": [], "m": 3}, "has a m that is no object"),
        ({"type": "page"}, "a.b", {"a": {"b": {}}}, "has a a.b that is no list"),
        ({"type": "page"}, "a.b", {"a": [1]}, "has a a that is no object"),
        ({"type": "page"}, "a.b", {"b": []}, "is not an object with a.b"),
        ({"type": "page"}, "$", {"data": []}, "is not a list"),
        ({"type": "page"}, "a.b", b'{"a": {"b": [], "b": []}}', "has a.b more than once"),
        ({"type": "page"}, "a.b", b'{"a": {"b": []}, "a": {}}', "has a more than once"),
        ({"type": "nextUrl", "field": "next"}, None, {"data": [], "next": "http://[::1"}, "has a next that is no URL"),
    ],
    ids=range(11),
)
def test_a_page_that_is_not_as_declared_is_told(
    contract: Contract, paging: dict[str, object], rows: str | None, page: object, told: str
) -> None:
    with serve(answer(page)) as api, pytest.raises(StructureError, match=f"^page 1 of customers-api {told}$"):
        _keys(contract, _source(paging, rows), api.url)


def test_an_answer_without_content_is_the_end(contract: Contract) -> None:
    paging: list[dict[str, object]] = [
        {"type": "cursor", "field": "next"},
        {"type": "page", "moreField": "more"},
        {"type": "offset", "totalField": "total"},
        {"type": "link"},
    ]
    for way in paging:
        first = answer(
            {"data": [item(1)], "next": "a", "more": True, "total": 1 if "totalField" in way else 2},
            Link='<?page=2>; rel="next"',
        )
        with serve(first, answer(b"", 204)) as api:
            assert _keys(contract, _source(way), api.url) == ["1"]
        assert len(api.requests) == (1 if "totalField" in way else 2)


def _shifting_shop(changes_after: dict[int, int], answered: list[int], *, by: str) -> Answer:
    """Ten items in pages of two, in order of change; after so many answers the item of that number changes."""
    now = datetime.now(UTC)
    shelf = [item(number, "2026-01-01T00:00:00Z") for number in range(10)]

    def send(handler: BaseHTTPRequestHandler) -> None:
        asked = dict(parse_qsl(urlsplit(handler.path).query))
        start = (int(asked["page"]) - 1) * 2 if by == "page" else int(asked["offset"])
        answer(shelf[start : start + 2])(handler)
        answered.append(start)
        if (number := changes_after.get(len(answered))) is not None:
            place = next(place for place, one in enumerate(shelf) if one["purchaseId"] == str(number))
            shelf.append(shelf.pop(place) | {"updatedAt": now.isoformat().replace("+00:00", "Z")})

    return send


@pytest.mark.parametrize("by", ["page", "offset"])
def test_a_row_that_a_change_draws_over_a_page_s_border_is_found(contract: Contract, by: str) -> None:
    answered: list[int] = []
    with serve(_shifting_shop({2: 0}, answered, by=by)) as api:
        keys = _keys(contract, _source({"type": by}, "$"), api.url)
    assert sorted(keys) == sorted([*"0123456789", "0"])
    assert keys[-1] == "4"
    assert len(answered) == 18


def test_pages_that_do_not_shift_are_read_once(contract: Contract) -> None:
    answered: list[int] = []
    with serve(_shifting_shop({}, answered, by="page")) as api:
        assert _keys(contract, _source({"type": "page"}, "$"), api.url) == list("0123456789")
    assert len(answered) == 6


def test_rows_that_change_too_fast_for_their_pages_are_told(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_pages, "MOST_RESTARTS", 0)
    with (
        serve(_shifting_shop({2: 0}, [], by="page")) as api,
        pytest.raises(SourceUnavailable, match="change faster than its pages can be read"),
    ):
        _keys(contract, _source({"type": "page"}, "$"), api.url)


def test_items_that_stand_on_two_pages_are_read_once(contract: Contract) -> None:
    pages = [answer([item(1), item(2)]), answer([item(2), item(3)]), answer([])]
    with serve(*pages) as api:
        assert _keys(contract, _source({"type": "page"}, "$"), api.url) == ["1", "2", "3"]
