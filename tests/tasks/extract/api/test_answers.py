"""Whatever an API answers, reading it ends soon, with rows or with one of the project's errors."""

from __future__ import annotations

import gzip
import json
import time
from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contracts.contract import Contract
from contracts.raw_layout import UNDECLARED
from tasks.errors import PipelineError
from tasks.extract.api import pages as api_pages
from tasks.extract.api.client import ApiClient, RetryPolicy
from tasks.extract.api.page import NotAPage, NotJson, read_page
from tasks.extract.api.rows import extract_api
from tasks.extract.chunks import Window, chunk_schema
from tests.tasks.scripted_api import Answer, answer, customers_api, cut_off, endless, item, serve

DEADLINE_SECONDS = 0.15
POLICY = RetryPolicy(
    deadline_seconds=DEADLINE_SECONDS,
    read_seconds=0.1,
    first_wait_seconds=0.002,
    longest_wait_seconds=0.004,
    pace_seconds=0.002,
)
MOST_REQUESTS = 120
"""Those of one page until its deadline, and a few pages more."""

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["\ud83d", "", "9999-12-31"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
_ITEMS = st.one_of(
    _JSON,
    st.integers(0, 9).map(item),
    st.builds(lambda value: item(1) | {"updatedAt": value}, _JSON),
    st.builds(
        lambda name, value: item(2) | {name: value}, st.sampled_from(["customer", "product", "purchaseId"]), _JSON
    ),
)
_CURSORS = st.one_of(st.none(), st.sampled_from(["a", "b", "", "\n", 7, {}]), st.text(max_size=20))
_PAGES = st.fixed_dictionaries(
    {"data": st.one_of(st.lists(_ITEMS, max_size=4), _JSON)}, optional={"next_cursor": _CURSORS, "other": _JSON}
)
_BODIES = st.one_of(
    _PAGES.map(lambda page: json.dumps(page).encode()),
    st.builds(lambda page, cut: json.dumps(page).encode()[:cut], _PAGES, st.integers(0, 200)),
    st.builds(
        lambda page, encoding: json.dumps(page, ensure_ascii=False).encode(encoding, "replace"),
        _PAGES,
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32", "latin-1"]),
    ),
    st.builds(
        lambda page, old, new: json.dumps(page).encode().replace(old, new),
        _PAGES,
        st.sampled_from([b'"', b"}", b"]", b",", b":", b"1"]),
        st.sampled_from([b"", b"\\", b"\xe1", b'"', b"}", b"NaN", b"\x00", b"["]),
    ),
    st.binary(max_size=50),
    st.just(b'{"data": ' + b"[" * 20_000),
)
_HEADERS = st.dictionaries(
    st.sampled_from(["Retry_After", "Content_Encoding", "Content_Type", "Location"]),
    st.sampled_from(["0", "0.01", "1", "-1", "9" * 30, "Fri, 31 Dec 99999999999 23:59:59 GMT", "gzip", "br", "é", ""]),
    max_size=2,
)
_STATUSES = st.sampled_from([200, 200, 200, 200, 204, 206, 302, 400, 401, 404, 408, 410, 418, 429, 500, 503, 599])


@st.composite
def _answers(draw: st.DrawFn) -> Answer:
    body, headers = draw(_BODIES), draw(_HEADERS)
    if draw(st.booleans()) and headers.get("Content_Encoding") == "gzip":
        body = gzip.compress(body)
    return answer(body, draw(_STATUSES), **headers)


_LAST = st.one_of(
    _answers(),
    st.just(cut_off(item(1))),
    st.just(endless(lambda n: answer({"data": [], "next_cursor": str(n)}))),
    st.just(endless(lambda n: answer({"data": [item(1)], "next_cursor": str(n)}))),
    st.just(endless(lambda n: answer({"data": [item(n)], "next_cursor": "x"}, 410 if n % 2 else 200))),
)


@pytest.mark.services
def test_any_sequence_of_answers_ends_with_rows_or_an_error_of_the_project(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_pages, "MOST_PAGES_WITHOUT_NEWS", 5)
    source = customers_api(contract)
    with serve(answer({})) as api:

        @given(st.lists(_answers(), max_size=5), _LAST)
        @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
        def read(script: list[Answer], last: Answer) -> None:
            api.script[:] = [*script, last]
            api.requests.clear()
            started, told = time.monotonic(), ""
            try:
                with ApiClient(source, api.url, {"key": "key"}, POLICY) as client:
                    for chunk in extract_api(contract, client, Window()):
                        assert chunk.drop(UNDECLARED, strict=False).schema == chunk_schema(contract)
            except PipelineError as error:
                told = str(error)
            assert "529.982" not in told
            assert "\n" not in told
            assert len(api.requests) <= MOST_REQUESTS
            assert time.monotonic() - started < 10

        read()


@given(_BODIES)
@settings(max_examples=300, deadline=None)
def test_any_body_is_a_page_or_told_as_none(body: bytes) -> None:
    try:
        page = read_page(body)
    except (NotJson, NotAPage):
        return
    text = body.decode("utf-8", "surrogateescape").encode("utf-8", "backslashreplace").decode()
    assert all(item in text for item in page.items)


@given(st.lists(_ITEMS, max_size=5))
def test_the_items_of_a_page_are_those_that_were_written(items: list[object]) -> None:
    written = [json.dumps(one) for one in items]
    page = read_page(f'{{"a": [1], "data": [{" , ".join(written)} ], "next_cursor": null}}'.encode())
    assert list(page.items) == written


@pytest.mark.parametrize(
    ("told", "at"),
    [
        ("Thu, 26 Nov 2026 23:59:59 GMT", datetime(2026, 11, 26, 23, 59, 59, tzinfo=UTC)),
        ("yesterday", None),
        ("Thu, 26 Nov 99999 23:59:59 GMT", None),
        (None, None),
    ],
)
def test_a_page_is_of_the_time_that_its_server_tells(told: str | None, at: datetime | None) -> None:
    response = httpx.Response(200, headers={"Date": told} if told else {})
    assert read_page(b'{"data": [], "next_cursor": null}', response=response).answered_at == at


@given(st.lists(_ITEMS, min_size=1, max_size=4), st.data())
def test_an_item_that_is_no_json_takes_no_other_with_it(items: list[object], data: st.DataObject) -> None:
    written = [json.dumps(one) for one in items]
    place = data.draw(st.integers(0, len(written)))
    broken = data.draw(st.sampled_from(['{"a": 01}', '{"a": "\\x"}', "[1,]", '{"a": [None]}', "undefined", '{"a": ]}']))
    page = None
    try:
        page = read_page(f'{{"data": [{", ".join([*written[:place], broken, *written[place:]])}]}}'.encode())
    except NotJson:
        assert broken == '{"a": ]}'
        return
    assert list(page.items) == [*written[:place], broken, *written[place:]]
