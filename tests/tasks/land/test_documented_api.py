"""The API that docs/sources.md adds step by step can be added so: its entry, its variables and its answer are tried."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections import Counter
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
import yaml

from blocks.connections import connection_values, source_connection
from contracts.contract import Contract
from contracts.reader import read_contract
from tasks.extract.api.client import RetryPolicy
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tests.contracts.documents import document, written
from tests.tasks.ingestions import from_source
from tests.tasks.scripted_api import Answer, answer, serve

pytestmark = pytest.mark.services

PAGE = Path("docs/sources.md").read_text(encoding="utf-8").partition("## APIs")[2]
TOKEN_USES = 2
"""So often the server takes a token, whatever life it promised."""


def _block(language: str) -> str:
    """The first block of that language in the page."""
    found = re.search(rf"^( *)```{language}\n(.*?)^ *```", PAGE, re.DOTALL | re.MULTILINE)
    assert found
    return "\n".join(line.removeprefix(found[1]) for line in found[2].splitlines())


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    content = document()
    content["servers"] += yaml.safe_load(_block("yaml"))
    return read_contract(written(tmp_path, content))


def _marketplace(orders: list[str], per_page: int) -> Answer:
    """What the page's API does: tokens that end early, orders since a time, in numbered pages."""
    uses: Counter[str] = Counter()

    def send(handler: BaseHTTPRequestHandler) -> None:
        place = urlsplit(handler.path)
        asked = dict(parse_qsl(place.query))
        if place.path == "/oauth/token":
            basic = b64decode(handler.headers["Authorization"].removeprefix("Basic "))
            assert basic == b"shop:secret"
            token = f"token-{len(uses)}"
            uses[token] = 0
            answer({"access_token": token, "token_type": "Bearer", "expires_in": 3600})(handler)
            return
        token = handler.headers["Authorization"].removeprefix("Bearer ")
        if token not in uses or uses[token] == TOKEN_USES:
            answer({"error": "expired"}, 401)(handler)
            return
        uses[token] += 1
        assert (place.path, asked["status"], asked["per_page"]) == ("/v2/orders", "paid", "200")
        found = [one for one in orders if _modified(one) > int(asked.get("modified_after", "0"))]
        start = (int(asked["page"]) - 1) * per_page
        rows = ", ".join(found[start : start + per_page])
        answer(f'{{"result": {{"orders": [{rows}], "pages": {-(-len(found) // per_page)}}}}}'.encode())(handler)

    return send


def _modified(order: str) -> int:
    return int(datetime.fromisoformat(json.loads(order)["modified"]).timestamp())


def _orders(count: int, day: int) -> list[str]:
    """The page's order so many times, each with a key and a time of its own, numbers as the page writes them."""
    written_order = re.search(r"\[\s*(\{.*\})\s*\]", _block("json"), re.DOTALL)
    assert written_order
    first_key, time = "9007199254740993", "2026-02-01T12:00:00Z"
    assert first_key in written_order[1]
    assert time in written_order[1]
    keyed = [written_order[1].replace(first_key, str(int(first_key) + 100 * day + n)) for n in range(count)]
    return [order.replace(time, f"2026-01-{day:02}T12:00:{n:02}Z") for n, order in enumerate(keyed)]


def test_the_api_is_read_page_by_page_with_tokens_that_end_and_then_only_what_changed(
    contract: Contract, raw: RawContainer, tmp_path: Path
) -> None:
    orders = _orders(5, day=1)
    with serve(_marketplace(orders, per_page=2)) as api:
        variables = dict(line.strip().split("=", 1) for line in _block("sh").splitlines())
        given = {
            "MARKETPLACE_URL": api.url,
            "MARKETPLACE_TOKEN_URL": f"{api.url}/oauth/token",
            "MARKETPLACE_CLIENT_ID": "shop",
            "MARKETPLACE_CLIENT_SECRET_FILE": str(tmp_path / "client-secret"),
        }
        assert given.keys() == variables.keys()
        (tmp_path / "client-secret").write_text("secret\n")
        credentials = connection_values(source_connection(contract.source("marketplace-api"), given))
        ingest = from_source(
            contract,
            "marketplace-api",
            credentials.pop("url"),
            credentials=credentials,
            retries=RetryPolicy(first_wait_seconds=0.01, pace_seconds=0),
            now=datetime(2026, 2, 2, tzinfo=UTC),
        )
        assert [report.manifest.rows for report in ingest(raw)] == [LoadRows(extracted=5, landed=5)]
        assert api.paths.count("/oauth/token") == 2
        orders += _orders(1, day=2)
        assert [report.manifest.rows for report in ingest(raw)] == [LoadRows(extracted=1, landed=1)]
        assert ingest(raw) == []
    rows = [
        json.loads(line)
        for name in raw.names("customer_purchases/marketplace-api/")
        for line in raw.read(name).decode().splitlines()
    ]
    assert [row["total_amount"] for row in rows] == ["1234.50"] * 6
    last = api.requests[-1]
    assert int(last["modified_after"]) == _modified(orders[-1]) - 600 - 1
