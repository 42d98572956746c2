"""Every declared way of showing who asks gets to the API, and its secrets get nowhere else."""

from __future__ import annotations

import base64
import logging
from datetime import UTC, datetime

import pytest

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from tasks.errors import AccessRefused, MisconfiguredError, PipelineError
from tasks.extract.api.client import ApiClient, RetryPolicy
from tasks.extract.api.rows import extract_api
from tasks.extract.chunks import KEY, Window
from tests.tasks.scripted_api import answer, declared_api, item, page, serve

HASTY = RetryPolicy(deadline_seconds=0.5, first_wait_seconds=0.01, longest_wait_seconds=0.05, pace_seconds=0)
SECRET = "planted s+cr%et"
KEY_VARIABLE = {"key": "CUSTOMERS_API_KEY"}
USER_VARIABLES = {"user": "SHOP_USER", "password": "SHOP_PASSWORD"}

IN_QUERY = declared_api(KEY_VARIABLE, authentication={"type": "apiKey", "in": "query", "name": "api_key"})
WAYS = [
    declared_api(KEY_VARIABLE, authentication={"type": "apiKey", "in": "header", "name": "X-Shop-Token"}),
    declared_api(KEY_VARIABLE, authentication={"type": "http", "scheme": "bearer"}),
    declared_api(USER_VARIABLES, authentication={"type": "http", "scheme": "basic"}),
    IN_QUERY,
]


def _keys(contract: Contract, source: ApiSource, url: str, credentials: dict[str, str]) -> list[str]:
    with ApiClient(source, url, credentials, HASTY) as client:
        chunks = extract_api(contract, client, Window(since=datetime(2026, 1, 1, tzinfo=UTC)))
        return [key for chunk in chunks for key in chunk[KEY]]


@pytest.mark.services
@pytest.mark.parametrize(
    ("source", "header", "value"),
    [
        (WAYS[0], "X-Shop-Token", SECRET),
        (WAYS[1], "Authorization", f"Bearer {SECRET}"),
        (WAYS[2], "Authorization", "Basic " + base64.b64encode(f"joão:{SECRET}".encode()).decode()),
    ],
    ids=["header", "bearer", "basic"],
)
def test_each_page_is_asked_for_with_the_credentials_in_a_header(
    contract: Contract, source: ApiSource, header: str, value: str
) -> None:
    credentials = {"key": f" {SECRET}\n", "user": "joão", "password": SECRET}
    with serve(page(item(1), next_cursor="a"), page(item(2))) as api:
        assert _keys(contract, source, api.url, credentials) == ["1", "2"]
    assert [headers[header] for headers in api.headers] == [value, value]
    assert [request["X-API-Key"] for request in api.requests] == [None, None]


@pytest.mark.services
def test_a_key_in_the_query_stands_beside_the_other_parameters(contract: Contract) -> None:
    with serve(page(item(1), next_cursor="a"), page(item(2))) as api:
        assert _keys(contract, IN_QUERY, api.url, {"key": SECRET}) == ["1", "2"]
    assert [(asked["api_key"], asked.get("cursor"), asked["limit"]) for asked in api.requests] == [
        (SECRET, None, "5000"),
        (SECRET, "a", "5000"),
    ]


@pytest.mark.services
def test_an_open_api_is_shown_nothing(contract: Contract) -> None:
    source = declared_api({}, authentication={"type": "none"})
    with serve(page(item(1))) as api:
        assert _keys(contract, source, api.url, {}) == ["1"]
    assert not {"authorization", "x-api-key"} & {name.lower() for name in api.headers[0]}


@pytest.mark.services
def test_an_open_api_that_asks_for_credentials_is_told(contract: Contract) -> None:
    source = declared_api({}, authentication={"type": "none"})
    with serve(answer({}, 401)) as api, pytest.raises(AccessRefused, match="declare its authentication"):
        _keys(contract, source, api.url, {})


@pytest.mark.services
@pytest.mark.parametrize(
    ("source", "told"),
    [(WAYS[1], "rejects the key .*; set CUSTOMERS_API_KEY$"), (WAYS[2], "set SHOP_USER and SHOP_PASSWORD$")],
    ids=["key", "user"],
)
def test_rejected_credentials_are_told_with_their_variables(contract: Contract, source: ApiSource, told: str) -> None:
    with serve(answer({}, 401)) as api, pytest.raises(AccessRefused, match=told):
        _keys(contract, source, api.url, {"key": "k", "user": "u", "password": "p"})
    assert len(api.requests) == 1


@pytest.mark.services
@pytest.mark.parametrize("source", WAYS, ids=["header", "bearer", "basic", "query"])
@pytest.mark.parametrize(
    "failure",
    [
        answer({"error": f"{SECRET} may not"}, 400, Set_Cookie=f"session={SECRET}"),
        answer({"error": SECRET}, 401),
        answer({"error": SECRET}, 503),
        answer({}, 302, Location=f"http://127.0.0.1:1/elsewhere?api_key={SECRET.replace(' ', '+')}"),
        answer({"data": [], "next_cursor": {}}),
        answer(b"", Link="<?api_key=planted>"),
    ],
    ids=range(6),
)
def test_no_secret_gets_into_errors_or_logs(
    contract: Contract, source: ApiSource, failure: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    credentials = {"key": SECRET, "user": "user", "password": SECRET}
    with serve(failure) as api, pytest.raises(PipelineError) as caught:  # type: ignore[arg-type]
        _keys(contract, source, api.url, credentials)
    told = caplog.text + repr(caught.value) + repr(caught.value.__cause__) + repr(caught.value.__context__)
    assert "planted" not in told
    assert api.requests


@pytest.mark.services
def test_a_key_that_the_api_repeats_in_its_urls_is_neither_followed_nor_logged(
    contract: Contract, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    source = declared_api(
        KEY_VARIABLE,
        authentication={"type": "apiKey", "in": "query", "name": "api_key"},
        paging={"type": "nextUrl", "field": "next"},
        pageRows=None,
    )
    old = "?api_key=planted-old&page=2"
    with serve(answer({"data": [item(1)], "next": old}), answer({}, 307, Location=old), page(item(2))) as api:
        assert _keys(contract, source, api.url, {"key": SECRET}) == ["1", "2"]
    assert [asked["api_key"] for asked in api.requests] == [SECRET] * 3
    assert "planted" not in caplog.text
    assert "HTTP Request: GET" in caplog.text


@pytest.mark.parametrize(
    ("credentials", "error", "told"),
    [
        ({"user": "u"}, AccessRefused, r"^customers-api has no password; set SHOP_PASSWORD$"),
        ({"user": " ", "password": "p"}, AccessRefused, r"^customers-api has no user; set SHOP_USER$"),
        ({"user": "u", "password": "plan\nted"}, MisconfiguredError, r"^the password of .*; set SHOP_PASSWORD$"),
    ],
)
def test_credentials_that_cannot_be_sent_are_told_before_anything_is_asked(
    credentials: dict[str, str], error: type[PipelineError], told: str
) -> None:
    with pytest.raises(error, match=told) as caught:
        ApiClient(WAYS[2], "https://shop.example.com", credentials)
    assert "plan" not in str(caught.value)


def test_a_url_holds_no_credentials() -> None:
    with pytest.raises(MisconfiguredError, match="has credentials in it; set CUSTOMERS_API_URL without") as caught:
        ApiClient(WAYS[0], "https://user:planted@shop.example.com", {"key": "k"})
    assert "planted" not in str(caught.value)
