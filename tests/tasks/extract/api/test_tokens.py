"""Tokens are asked for as RFC 6749 says, renewed before they end, and once when an API takes one no more."""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl

import pytest

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from tasks.errors import AccessRefused, MisconfiguredError, PipelineError, SourceUnavailable
from tasks.extract.api import tokens as api_tokens
from tasks.extract.api.client import ApiClient, RetryPolicy
from tasks.extract.api.rows import extract_api
from tasks.extract.chunks import KEY, Window
from tests.tasks.scripted_api import Answer, answer, declared_api, dripping, endless, item, page, serve, stalled

pytestmark = pytest.mark.services

HASTY = RetryPolicy(
    deadline_seconds=2, read_seconds=0.5, first_wait_seconds=0.01, longest_wait_seconds=0.05, pace_seconds=0
)
VARIABLES = {"clientId": "SHOP_CLIENT", "clientSecret": "SHOP_SECRET", "tokenUrl": "SHOP_TOKEN_URL"}
SECRET = "planted:s+cret/é"
OAUTH = declared_api(VARIABLES, authentication={"type": "oauth2", "scopes": ["orders.read", "stores.read"]})


def _keys(contract: Contract, source: ApiSource, url: str, token_url: str) -> list[str]:
    credentials = {"client_id": "shop client", "client_secret": SECRET, "token_url": f"{token_url}/oauth/token"}
    with ApiClient(source, url, credentials, HASTY) as client:
        return [key for chunk in extract_api(contract, client, Window()) for key in chunk[KEY]]


def _token(number: int, **words: object) -> Answer:
    return answer({"access_token": f"token-{number}", "token_type": "bearer", "expires_in": 3600} | words)


def _after(seconds: float, then: Answer) -> Answer:
    def send(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        then(handler)

    return send


def _if_token(accepts: Callable[[str], bool], then: Answer) -> Answer:
    """That answer to a bearer token that is accepted, else 401."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        is_good = accepts(handler.headers["Authorization"].removeprefix("Bearer "))
        (then if is_good else answer({"error": "expired"}, 401))(handler)

    return send


def test_one_token_serves_all_pages_and_client_and_secret_authenticate_its_request(contract: Contract) -> None:
    with serve(_token(1)) as tokens, serve(page(item(1), next_cursor="a"), page(item(2))) as api:
        assert _keys(contract, OAUTH, api.url, tokens.url) == ["1", "2"]
    assert [headers["Authorization"] for headers in api.headers] == ["Bearer token-1"] * 2
    assert tokens.paths == ["/oauth/token"]
    assert dict(parse_qsl(tokens.bodies[0])) == {"grant_type": "client_credentials", "scope": "orders.read stores.read"}
    basic = base64.b64decode(tokens.headers[0]["Authorization"].removeprefix("Basic ")).decode()
    assert basic == "shop%20client:planted%3As%2Bcret%2F%C3%A9"
    assert tokens.headers[0]["Content-Type"] == "application/x-www-form-urlencoded"


def test_client_and_secret_may_be_sent_in_the_body_with_further_parameters(contract: Contract) -> None:
    way = {"type": "oauth2", "clientAuthentication": "client_secret_post", "parameters": {"audience": "shop"}}
    with serve(_token(1)) as tokens, serve(page(item(1))) as api:
        assert _keys(contract, declared_api(VARIABLES, authentication=way), api.url, tokens.url) == ["1"]
    assert dict(parse_qsl(tokens.bodies[0])) == {
        "grant_type": "client_credentials",
        "client_id": "shop client",
        "client_secret": SECRET,
        "audience": "shop",
    }
    assert "Authorization" not in tokens.headers[0]


def test_a_token_is_renewed_before_it_ends(contract: Contract) -> None:
    pages = [page(item(number), next_cursor=str(number) if number < 3 else None) for number in range(4)]
    with (
        serve(endless(lambda n: _token(n, expires_in="1"))) as tokens,
        serve(pages[0], _after(0.3, pages[1]), _after(0.3, pages[2]), pages[3]) as api,
    ):
        assert _keys(contract, OAUTH, api.url, tokens.url) == ["0", "1", "2", "3"]
    assert [headers["Authorization"] for headers in api.headers] == ["Bearer token-0"] * 3 + ["Bearer token-1"]


def test_a_token_that_is_taken_no_more_in_mid_load_is_renewed_and_reading_goes_on(contract: Contract) -> None:
    first, second = (lambda token: token == "token-0"), (lambda token: token == "token-1")
    pages = [
        _if_token(first, page(item(1), next_cursor="a")),
        _if_token(second, page(item(2), next_cursor="b")),
        _if_token(second, page(item(2), next_cursor="b")),
        _if_token(second, page(item(3))),
    ]
    with serve(endless(_token)) as tokens, serve(*pages) as api:
        assert _keys(contract, OAUTH, api.url, tokens.url) == ["1", "2", "3"]
    assert [asked.get("cursor") for asked in api.requests] == [None, "a", "a", "b"]
    assert len(tokens.paths) == 2


@pytest.mark.parametrize("pages_before", [0, 1])
def test_an_api_that_takes_no_token_is_told_without_asking_for_tokens_for_ever(
    contract: Contract, pages_before: int
) -> None:
    good = [page(item(1), next_cursor="a")] * pages_before
    with (
        serve(endless(_token)) as tokens,
        serve(*good, answer({"error": "no"}, 401)) as api,
        pytest.raises(AccessRefused, match=r"rejects the credentials \(status 401\); set SHOP_CLIENT and SHOP_SECRET$"),
    ):
        _keys(contract, OAUTH, api.url, tokens.url)
    assert len(tokens.paths) == 1 + pages_before
    assert len(api.paths) == 1 + 2 * pages_before


@pytest.mark.parametrize(
    ("refusal", "told"),
    [
        (
            answer({"error": "invalid_client"}, 401),
            r"\(status 401, invalid_client\); set SHOP_CLIENT and",
        ),
        (answer({"error": "invalid_scope", "error_description": SECRET}, 400), r"\(status 400, invalid_scope\)"),
        (answer({"error": f"what is {SECRET}?"}, 400), r"\(status 400\)"),
        (answer(b"<html>", 403), r"\(status 403\)"),
    ],
    ids=range(4),
)
def test_a_client_that_is_rejected_is_told_at_once(contract: Contract, refusal: Answer, told: str) -> None:
    with serve(refusal) as tokens, serve(page()) as api, pytest.raises(AccessRefused, match=told) as caught:
        _keys(contract, OAUTH, api.url, tokens.url)
    assert "planted" not in str(caught.value)
    assert (len(tokens.paths), api.paths) == (1, [])


@pytest.mark.parametrize(
    "failure",
    [
        answer({}, 503, Retry_After="0"),
        answer({}, 429),
        answer(b"busy"),
        answer([]),
        answer({"access_token": 7}),
        answer({"access_token": "a\nb"}),
        answer({"error": "temporarily_unavailable"}),
    ],
    ids=range(7),
)
def test_a_failure_of_the_token_server_that_may_pass_is_asked_again(contract: Contract, failure: Answer) -> None:
    with serve(failure, failure, _token(1)) as tokens, serve(page(item(1))) as api:
        assert _keys(contract, OAUTH, api.url, tokens.url) == ["1"]
    assert len(tokens.paths) == 3


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (answer({}, 404), r"answers with status 404; check SHOP_TOKEN_URL$"),
        (answer({}, 302, Location="/elsewhere"), r"answers with status 302; check SHOP_TOKEN_URL$"),
        (_token(1, token_type="mac"), r"gives tokens that are no bearer tokens$"),
    ],
    ids=range(3),
)
def test_what_is_no_token_server_is_told_at_once(contract: Contract, wrong: Answer, told: str) -> None:
    with serve(wrong) as tokens, serve(page()) as api, pytest.raises(MisconfiguredError, match=told):
        _keys(contract, OAUTH, api.url, tokens.url)
    assert (len(tokens.paths), api.paths) == (1, [])


@pytest.mark.parametrize("failure", [dripping(3, 0.05), stalled(1), answer({}, 503)], ids=range(3))
def test_a_token_server_does_not_outlast_the_page_s_deadline(
    contract: Contract, failure: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_tokens, "TOKEN_SECONDS", 0.3)
    with (
        serve(failure) as tokens,
        serve(page()) as api,
        pytest.raises(SourceUnavailable, match="no good answer within"),
    ):
        _keys(contract, OAUTH, api.url, tokens.url)
    assert api.paths == []


@pytest.mark.parametrize(
    ("url", "told"),
    [("tokens", "^the token URL of customers-api is not an https"), ("http://shop.example.com", "unencrypted")],
)
def test_a_token_url_that_cannot_be_used_is_told_with_its_variable(contract: Contract, url: str, told: str) -> None:
    with pytest.raises(MisconfiguredError, match=f"{told}.*SHOP_TOKEN_URL"):
        _keys(contract, OAUTH, "https://shop.example.com", url)


def test_neither_token_nor_secret_gets_into_errors_or_logs(
    contract: Contract, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        serve(_token(1, access_token="planted-token", extra=SECRET)) as tokens,
        serve(page(item(1), next_cursor="a"), answer({"error": f"planted-token {SECRET}"}, 418)) as api,
        pytest.raises(PipelineError, match="status 418") as caught,
    ):
        _keys(contract, OAUTH, api.url, tokens.url)
    assert "planted" not in caplog.text + repr(caught.value) + repr(caught.value.__context__)
