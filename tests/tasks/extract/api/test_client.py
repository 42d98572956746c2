"""The client waits, asks again or gives up as each kind of answer deserves, and keeps the key to itself."""

from __future__ import annotations

import gzip
import json
import logging
import math
import socket
import ssl
import threading
import time
import zlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from tasks.errors import AccessRefused, MisconfiguredError, SourceUnavailable, StructureError
from tasks.extract.api import client as api_client
from tasks.extract.api.client import ApiClient, RetryPolicy
from tasks.extract.api.errors import retry_after_seconds
from tasks.extract.api.page import Page
from tasks.extract.api.requests import PageRequest
from tests.tasks.scripted_api import (
    Answer,
    answer,
    customers_api,
    cut_off,
    declared_api,
    dripping,
    item,
    page,
    serve,
    stalled,
    written_page,
)

services = pytest.mark.services

KEY = "planted-key"
HASTY = RetryPolicy(
    deadline_seconds=10, read_seconds=0.3, first_wait_seconds=0.01, longest_wait_seconds=0.05, pace_seconds=0
)
BRIEF = RetryPolicy(
    deadline_seconds=0.5, read_seconds=0.2, first_wait_seconds=0.01, longest_wait_seconds=0.05, pace_seconds=0
)


@pytest.fixture
def source(contract: Contract) -> ApiSource:
    return customers_api(contract)


def _get(source: ApiSource, url: str, retries: RetryPolicy = HASTY) -> Page:
    with ApiClient(source, url, {"key": KEY}, retries) as client:
        return client.get(PageRequest(client.url, {"limit": "5000"}), "page 1")


@services
def test_asks_the_contract_s_path_with_the_key_in_a_header(source: ApiSource) -> None:
    with serve(page()) as api:
        assert _get(source, api.url + "/") == Page()
    assert api.paths == ["/v1/purchases"]
    assert api.requests == [{"limit": "5000", "X-API-Key": KEY}]


@services
def test_numbers_stay_as_they_were_written(source: ApiSource) -> None:
    text = '{"amount": 1234.50, "id": 12345678901234567890, "flag": true, "none": null}'
    with serve(written_page(text)) as api:
        assert _get(source, api.url) == Page((text,))


@services
@pytest.mark.parametrize(
    "failure",
    [
        answer({}, 500),
        answer({}, 502),
        answer({}, 503, Retry_After="0"),
        answer({}, 429, Retry_After="0"),
        answer({}, 429, Retry_After="Wed, 21 Oct 2015 07:28:00 GMT"),
        answer({}, 429),
        answer({}, 408),
        answer(b'{"data": [{"purcha'),
        answer(b"<html>busy</html>"),
        answer(b"\xff\xfe"),
        answer(b""),
        answer(b"not gzip", Content_Encoding="gzip"),
        answer(gzip.compress(b'{"data": [], "next_cursor": null}')[:-15], Content_Encoding="gzip"),
        answer(gzip.compress(b'{"data": []}').replace(b"\xab", b"\xac"), Content_Encoding="deflate"),
        answer({}, 503, Retry_After="Wed, 21 Oct 99999999999 07:28:00 GMT"),
        answer({}, 503, Retry_After="Wed, 21 Oct 9999 07:28:00 +999999"),
        cut_off(item(1)),
        stalled(0.5),
    ],
    ids=range(18),
)
def test_a_failure_that_may_pass_is_asked_again(source: ApiSource, failure: Answer) -> None:
    with serve(failure, failure, page(item(7))) as api:
        assert _get(source, api.url).items == (json.dumps(item(7)),)
    assert len(api.requests) == 3


@services
def test_a_wait_that_the_server_asks_for_is_kept(source: ApiSource, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other threads of this process go on sleeping: the library's `time.sleep` is everybody's."""
    waits: list[float] = []
    own_thread, sleep = threading.get_ident(), time.sleep

    def note_own(seconds: float) -> None:
        (waits.append if threading.get_ident() == own_thread else sleep)(seconds)

    monkeypatch.setattr("tenacity.nap.time.sleep", note_own)
    with serve(answer({}, 429, Retry_After="7"), page()) as api:
        _get(source, api.url)
    assert waits == [7]


@services
def test_a_whole_answer_that_is_no_json_is_asked_for_a_bounded_number_of_times(source: ApiSource) -> None:
    with (
        serve(answer(b'{"data": [{"name": "say "hi" twice"}]}')) as api,
        pytest.raises(StructureError, match=r"^page 1 is not JSON, 3 times in a row$"),
    ):
        _get(source, api.url)
    assert len(api.requests) == 3


@services
@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("latin-1", "Latin-1"),
        ("cp1252", "Latin-1"),
    ],
)
def test_another_encoding_is_told_at_once(source: ApiSource, encoding: str, told: str) -> None:
    text = json.dumps({"data": [item(1), item(2)], "next_cursor": None}, ensure_ascii=False)
    with (
        serve(answer(text.encode(encoding))) as api,
        pytest.raises(StructureError, match=f"{told}.*; JSON must be in UTF-8"),
    ):
        _get(source, api.url)
    assert len(api.requests) == 1


@services
def test_a_byte_order_mark_of_utf_8_does_not_matter(source: ApiSource) -> None:
    with serve(answer(b'\xef\xbb\xbf{"data": [], "next_cursor": null}')) as api:
        assert _get(source, api.url) == Page()


@services
def test_a_page_too_large_for_memory_is_told(source: ApiSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_client, "MOST_PAGE_BYTES", 1000)
    with (
        serve(page(*(item(number) for number in range(9)))) as api,
        pytest.raises(StructureError, match="lower the contract's pageRows"),
    ):
        _get(source, api.url)
    assert len(api.requests) == 1


@services
@pytest.mark.parametrize("busy", [answer({}, 503, Retry_After="0"), answer(b"busy")])
def test_requests_keep_their_pace_whatever_the_server_asks(source: ApiSource, busy: Answer) -> None:
    patient = replace(BRIEF, pace_seconds=0.1)
    with serve(busy) as api, pytest.raises(SourceUnavailable):
        _get(source, api.url, patient)
    assert 2 <= len(api.requests) <= 7


@services
def test_a_wait_beyond_the_deadline_is_not_started(source: ApiSource) -> None:
    with serve(answer({}, 429, Retry_After="3600")) as api, pytest.raises(SourceUnavailable, match="status 429"):
        _get(source, api.url)
    assert len(api.requests) == 1


@services
@pytest.mark.parametrize("failure", [answer({}, 503), stalled(1), dripping(3, 0.05), cut_off(item(1))], ids=range(4))
def test_the_deadline_ends_all_tries(source: ApiSource, failure: Answer) -> None:
    with serve(failure) as api, pytest.raises(SourceUnavailable, match=r"gave no good answer within 0\.5 s"):
        _get(source, api.url, BRIEF)
    assert api.requests


@services
@pytest.mark.parametrize("status", [401, 403])
def test_a_rejected_key_is_told_at_once(source: ApiSource, status: int) -> None:
    with serve(answer({"error": "no"}, status)) as api, pytest.raises(AccessRefused, match="set CUSTOMERS_API_KEY"):
        _get(source, api.url)
    assert len(api.requests) == 1


@services
@pytest.mark.parametrize(
    ("refusal", "message"),
    [
        (answer({"error": "limit: too big"}, 400), r"status 400: limit: too big\)"),
        (answer({"error": "cpf 529.982.247-25 of ana@a.br"}, 400), r"status 400: cpf \*\*\* of \*\*\*\)"),
        (answer(b"nothing here", 404), r"status 404\)"),
        (answer({}, 302, Location="http://127.0.0.1:1/elsewhere"), r"status 302\)"),
    ],
)
def test_a_rejected_request_is_told_at_once(source: ApiSource, refusal: Answer, message: str) -> None:
    with serve(refusal) as api, pytest.raises(StructureError, match=message):
        _get(source, api.url)
    assert len(api.requests) == 1


@services
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_within_the_origin_is_followed_with_the_key(source: ApiSource, status: int) -> None:
    with serve(answer({}, status, Location="/v2/purchases?limit=9"), page(item(7))) as api:
        assert _get(source, api.url).items == (json.dumps(item(7)),)
    assert api.paths == ["/v1/purchases", "/v2/purchases"]
    assert api.requests[1] == {"limit": "9", "X-API-Key": KEY}


@services
def test_a_redirect_to_another_origin_gets_no_request(source: ApiSource) -> None:
    with (
        serve(page()) as other,
        serve(answer({}, 307, Location=f"{other.url}/v1/purchases")) as api,
        pytest.raises(StructureError, match=r"redirects elsewhere than within its own origin"),
    ):
        _get(source, api.url)
    assert other.requests == []


@services
def test_redirects_in_a_circle_come_to_an_end(source: ApiSource) -> None:
    with (
        serve(answer({}, 302, Location="/v1/purchases")) as api,
        pytest.raises(StructureError, match="again and again"),
    ):
        _get(source, api.url)
    assert len(api.requests) == 6


@services
@pytest.mark.parametrize(("status", "methods"), [(302, ["POST"]), (308, ["POST", "POST"])])
def test_a_redirected_post_is_sent_again_only_as_a_post(status: int, methods: list[str]) -> None:
    source = declared_api(method="POST", body={"a": 1})
    with serve(answer({}, status, Location="/v2"), page()) as api, ApiClient(source, api.url, {"key": KEY}) as client:
        asked = PageRequest(client.url, method="POST", body={"a": 1})
        if len(methods) > 1:
            assert client.get(asked, "page 1") == Page()
        else:
            with pytest.raises(StructureError, match="redirects"):
                client.get(asked, "page 1")
    assert api.bodies == ['{"a":1}'] * len(methods)


@services
@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_page_is_read(source: ApiSource, encoding: str) -> None:
    body = json.dumps({"data": [item(7)], "next_cursor": None}).encode()
    packed = gzip.compress(body) if encoding == "gzip" else zlib.compress(body)
    with serve(answer(packed, Content_Encoding=encoding)) as api:
        assert _get(source, api.url).items == (json.dumps(item(7)),)
    assert encoding in api.headers[0]["Accept-Encoding"]


@services
def test_nobody_listening_is_unavailable(source: ApiSource) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(SourceUnavailable, match="ConnectError"):
            _get(source, url, BRIEF)


@services
def test_a_certificate_is_verified_against_ssl_cert_file(
    source: ApiSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with serve(page(), tls=context) as api:
        with pytest.raises(MisconfiguredError, match="is not trusted; let SSL_CERT_FILE"):
            _get(source, api.url)
        assert api.requests == []
        authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        assert _get(source, api.url) == Page()


@services
@pytest.mark.parametrize("failure", [answer({"error": "no"}, 401), answer({}, 500), cut_off(item(1)), stalled(1)])
def test_neither_key_nor_row_gets_into_errors_or_logs(
    source: ApiSource, failure: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serve(failure) as api, pytest.raises((SourceUnavailable, AccessRefused)) as caught:
        _get(source, api.url, BRIEF)
    told = caplog.text + repr(caught.value) + str(caught.value.__cause__)
    assert KEY not in told
    assert "529.982.247-25" not in told


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("120", 120),
        (" 3 ", 3),
        ("Wed, 25 Nov 2026 12:00:30 GMT", 30),
        ("Wed, 25 Nov 2026 11:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("1e9", None),
        ("٣", None),
        ("9" * 400, math.inf),
        ("Wed, 25 Nov 99999999999 12:00:00 GMT", None),
        ("Wed, 25 Nov 2026 12:00:30 +99999999999999", None),
        ("Wed, 25 Nov 2026 12:00:30 -0000", 30),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 251606779139),
        ("", None),
        ("Wed, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_as_rfc_9110_says(header: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(header, datetime(2026, 11, 25, 12, tzinfo=UTC)) == seconds
