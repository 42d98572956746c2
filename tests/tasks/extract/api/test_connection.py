"""Settings that cannot work are told in one line before anything is asked; blanks around them do not matter."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from tasks.errors import AccessRefused, MisconfiguredError
from tasks.extract.api.client import ApiClient
from tasks.extract.api.connection import usable_url
from tasks.extract.api.requests import PageRequest
from tests.tasks.scripted_api import customers_api, page, serve

KEY = "planted-key"
HTTPS = "https://customers.example.com"


@pytest.fixture
def source(contract: Contract) -> ApiSource:
    return customers_api(contract)


@pytest.mark.services
@pytest.mark.parametrize(("before", "after"), [("", "\n"), ("", "\r\n"), (" ", " "), ("\t", "\u00a0\n"), ("\n", "/\n")])
def test_blanks_around_key_and_url_are_not_sent(source: ApiSource, before: str, after: str) -> None:
    with (
        serve(page()) as api,
        ApiClient(source, f"{before}{api.url}{after}", {"key": f"{before}{KEY}{after.strip('/')}"}) as client,
    ):
        client.get(PageRequest(client.url), "page 1")
    assert api.requests == [{"X-API-Key": KEY}]
    assert api.paths == ["/v1/purchases"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        " \n",
        "customers",
        "ftp://host",
        "http://",
        "https://[::1",
        "file:///tmp",
        "https://host\n.example.com",
        "https://host\t/path",
        "https://ho st",
        "https://host/\x00",
        "https://host:99999",
        "https://host:port",
        "https://a..b",
        f"https://{'a' * 70}.example.com",
        "https://xn--a-.example.com\u200b",
    ],
)
def test_a_malformed_url_is_told_with_its_variable(source: ApiSource, url: str) -> None:
    with pytest.raises(MisconfiguredError, match=r"^the URL of customers-api .* set CUSTOMERS_API_URL$"):
        ApiClient(source, url, {"key": KEY})


@pytest.mark.parametrize("url", [f"{HTTPS}?version=1", f"{HTTPS}/shop#rows"])
def test_a_url_that_no_path_can_follow_is_told(source: ApiSource, url: str) -> None:
    with pytest.raises(MisconfiguredError, match=r"has a [?] or #.*set CUSTOMERS_API_URL"):
        ApiClient(source, url, {"key": KEY})


def test_the_path_follows_the_url(source: ApiSource) -> None:
    assert usable_url(source, f"{HTTPS}:8443/shop/") == f"{HTTPS}:8443/shop/v1/purchases"


@pytest.mark.parametrize("key", ["", " \n", "\u00a0"])
def test_a_key_that_is_not_there_is_told_with_its_variable(source: ApiSource, key: str) -> None:
    with pytest.raises(AccessRefused, match=r"^customers-api has no key; set CUSTOMERS_API_KEY$"):
        ApiClient(source, HTTPS, {"key": key})


@pytest.mark.parametrize("key", ["planted-ké", "planted\nkey", "planted\x00key", "\ufeffplanted", "planted\u2011key"])
def test_a_key_that_no_header_can_hold_is_told_and_not_quoted(source: ApiSource, key: str) -> None:
    with pytest.raises(MisconfiguredError, match=r"^the key of customers-api .* set CUSTOMERS_API_KEY$") as caught:
        ApiClient(source, HTTPS, {"key": key})
    assert "planted" not in str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_the_key_is_never_sent_unencrypted_over_a_network(source: ApiSource) -> None:
    with pytest.raises(MisconfiguredError, match="unencrypted"):
        ApiClient(source, "http://customers.example.com", {"key": KEY})


@pytest.mark.parametrize("bundle", ["absent.pem", "empty.pem", "."])
def test_certificates_that_cannot_be_read_are_told(
    source: ApiSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundle: str
) -> None:
    (tmp_path / "empty.pem").touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / bundle))
    with pytest.raises(
        MisconfiguredError, match=r"^customers-api cannot be asked: SSL_CERT_FILE \(.*\) is no readable"
    ):
        ApiClient(source, HTTPS, {"key": KEY})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("NO_PROXY", "localhost,fd00::/8"),
        ("NO_PROXY", "[::1]"),
        ("HTTPS_PROXY", "http://user:planted@proxy:port"),
        ("ALL_PROXY", "gopher://user:planted@proxy"),
        ("HTTPS_PROXY", "socks5://user:planted@proxy:1080"),
    ],
)
def test_proxies_that_cannot_be_used_are_told_and_not_quoted(
    source: ApiSource, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(MisconfiguredError, match="HTTP_PROXY, HTTPS_PROXY, ALL_PROXY or NO_PROXY") as caught:
        ApiClient(source, HTTPS, {"key": KEY})
    assert "planted" not in str(caught.value)
