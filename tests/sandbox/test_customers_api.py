from __future__ import annotations

import os
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from sandbox.customers_api.purchases_store import Position
from sandbox.customers_api.rate_limit import TokenBucket
from sandbox.generator.customer_purchases.api_database import bring_api_database_to
from sandbox.generator.customer_purchases.row_versions import truth
from sandbox.generator.population import Population, SourceKind
from tests.packaged_contracts import PURCHASES as CONTRACT

POPULATION = Population(3000, 3, datetime(2026, 11, 25, tzinfo=UTC))
REPOSITORY = Path(__file__).parents[2]
KEY = "planted-api-key-7f3a"


@dataclass
class Api:
    """A running server, its database and its log."""

    client: httpx.Client
    database: Path
    log: Path

    def get(self, key: str | None = KEY, **parameters: str | int) -> httpx.Response:
        return self.client.get(
            "/v1/purchases", params=parameters, headers={"X-API-Key": key} if key is not None else {}
        )

    def pages(self, **parameters: str | int) -> Iterator[list[dict[str, Any]]]:
        cursor: dict[str, str] = {}
        while True:
            page = self.get(**parameters, **cursor).raise_for_status().json()
            assert set(page) == {"data", "next_cursor"}
            yield page["data"]
            if page["next_cursor"] is None:
                return
            cursor = {"cursor": page["next_cursor"]}

    def everything(self, **parameters: str | int) -> list[dict[str, Any]]:
        return [item for page in self.pages(**parameters) for item in page]


@contextmanager
def _serving(folder: Path, database: Path, *, rate: float = 1000.0, tls: bool = False) -> Iterator[Api]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    chain, key, trusted = (folder / name for name in ("chain.pem", "key.pem", "ca.pem"))
    chain.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    certificate.private_key_pem.write_to_path(key)
    authority.cert_pem.write_to_path(trusted)
    options = ["--certificate", str(chain), "--private-key", str(key)] if tls else []
    command = [sys.executable, "-m", "sandbox.customers_api", "--database", str(database), "--port", str(port)]
    log = folder / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*command, "--requests-per-second", str(rate), *options],
            cwd=REPOSITORY,
            env={**os.environ, "CUSTOMERS_API_KEY": KEY},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    try:
        with httpx.Client(base_url=url, verify=ssl.create_default_context(cafile=trusted), trust_env=False) as client:
            _wait_until_it_answers(client, server, log)
            yield Api(client, database, log)
    finally:
        server.terminate()
        server.wait()


def _wait_until_it_answers(client: httpx.Client, server: subprocess.Popen[bytes], log: Path) -> None:
    while True:
        assert server.poll() is None, log.read_text()
        try:
            client.get("/health")
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("customers_api") / "purchases.sqlite"
    bring_api_database_to(0, POPULATION, CONTRACT, file)
    return file


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, database: Path) -> Iterator[Api]:
    with _serving(tmp_path_factory.mktemp("server"), database) as running:
        yield running


@pytest.fixture
def own_api(tmp_path: Path) -> Iterator[Api]:
    """A server whose data the test may change."""
    file = tmp_path / "purchases.sqlite"
    bring_api_database_to(0, POPULATION, CONTRACT, file)
    with _serving(tmp_path, file) as running:
        yield running


@pytest.mark.services
@pytest.mark.parametrize("limit", [499, 500, 3000, 5000])
def test_pages_hold_every_purchase_once_in_order_of_change(api: Api, limit: int) -> None:
    pages = list(api.pages(limit=limit))
    items = [item for page in pages for item in page]
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert pages[-1]
    changes = [(item["updatedAt"], item["purchaseId"]) for item in items]
    assert changes == sorted(changes)
    expected = truth(POPULATION, CONTRACT, SourceKind.API, range(1))
    assert {item["purchaseId"] for item in items} == {f"WEB-{row:010d}" for row in expected["row"]}
    assert len(items) == expected.height == 3000


@pytest.mark.services
def test_items_have_the_promised_shape_and_texts(api: Api) -> None:
    item = api.get(limit=1).json()["data"][0]
    assert {name: set(value) if isinstance(value, dict) else type(value) for name, value in item.items()} == {
        "purchaseId": str,
        "customer": {"id", "firstName", "lastName", "email", "cpf"},
        "payment": {"totalAmount", "cardNumber"},
        "product": str,
        "store": {"location"},
        "purchasedOn": str,
        "updatedAt": str,
    }
    row = truth(POPULATION, CONTRACT, SourceKind.API, range(1)).row(int(item["purchaseId"][4:]), named=True)
    assert item["customer"]["cpf"] == row["cpf"]
    assert item["payment"]["totalAmount"] == row["total_amount"]
    assert item["updatedAt"] == row["updated_at"]


@pytest.mark.services
def test_updated_since_includes_its_moment_and_reads_offsets(api: Api) -> None:
    items = api.everything()
    since = items[2000]["updatedAt"]
    expected = [item for item in items if item["updatedAt"] >= since]
    assert api.everything(updated_since=since) == expected
    local = datetime.fromisoformat(since).timestamp()
    offset = datetime.fromtimestamp(local - 3 * 3600, UTC).strftime("%Y-%m-%dT%H:%M:%S-03:00")
    assert api.everything(updated_since=offset, limit=300) == expected
    assert api.everything(updated_since="2100-01-01T00:00:00Z") == []


@pytest.mark.services
def test_a_correction_between_pages_moves_a_purchase_but_never_hides_one(own_api: Api) -> None:
    pages = own_api.pages(limit=1000)
    first = next(pages)
    bring_api_database_to(1, POPULATION, CONTRACT, own_api.database)
    rest = [item for page in pages for item in page]
    changed = {f"WEB-{row:010d}" for row in truth(POPULATION, CONTRACT, SourceKind.API, range(1, 2))["row"]}
    assert changed <= {item["purchaseId"] for item in rest}
    assert len({item["purchaseId"] for item in first + rest}) == 3030
    assert {item["purchaseId"] for item in first} & {item["purchaseId"] for item in rest} <= changed


@pytest.mark.services
@pytest.mark.parametrize("key", [None, "", "wrong", KEY + "x", KEY.upper()])
def test_without_the_key_nothing_is_answered(api: Api, key: str | None) -> None:
    response = api.get(key=key)
    assert response.status_code == 401
    assert list(response.json()) == ["error"]


@pytest.mark.services
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "5001"),
        ("limit", "-1"),
        ("limit", "ten"),
        ("limit", "1.5"),
        ("updated_since", "yesterday"),
        ("updated_since", ""),
        ("updated_since", "2026-01-31"),
        ("updated_since", "2026-01-31T12:00:00"),
        ("updated_since", "2026-02-30T12:00:00Z"),
        ("cursor", ""),
        ("cursor", "bm90IG91cnM"),
        ("cursor", "!!"),
        ("cursor", "WzEsMl0"),
        ("cursor", "W3RydWUsIngiXQ"),
        ("cursor", "WzFlOTk5LCJ4Il0"),
        ("cursor", "A" * 5000),
    ],
)
def test_a_bad_parameter_is_named_and_refused(api: Api, name: str, value: str) -> None:
    response = api.get(**{name: value})
    assert response.status_code == 400
    assert list(response.json()) == ["error"]
    assert response.json()["error"].startswith(f"{name}: ")


@pytest.mark.services
def test_over_the_rate_limit_the_client_is_told_how_long_to_wait(tmp_path: Path, database: Path) -> None:
    with _serving(tmp_path, database, rate=0.5) as api:
        assert api.get(limit=1).status_code == 200
        refused = api.get(limit=1)
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] in {"1", "2"}
        time.sleep(int(refused.headers["Retry-After"]))
        assert api.get(limit=1).status_code == 200
        assert api.client.get("/health").status_code == 200


@pytest.mark.services
def test_requests_without_the_key_do_not_use_up_the_rate(tmp_path: Path, database: Path) -> None:
    with _serving(tmp_path, database, rate=0.1) as api:
        assert [api.get(key=None).status_code for _ in range(5)] == [401] * 5
        assert api.get(limit=1).status_code == 200


@pytest.mark.services
def test_https_is_served_with_the_given_certificate(tmp_path: Path, database: Path) -> None:
    with _serving(tmp_path, database, tls=True) as api:
        assert api.get(limit=2).raise_for_status().json()["next_cursor"]
        with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
            httpx.get(api.client.base_url, trust_env=False)


@pytest.mark.services
def test_before_there_are_data_it_says_so_and_then_serves_them(tmp_path: Path) -> None:
    file = tmp_path / "later" / "purchases.sqlite"
    with _serving(tmp_path, file) as api:
        assert api.client.get("/health").status_code == 503
        assert api.get().status_code == 503
        assert not file.exists()
        bring_api_database_to(0, POPULATION, CONTRACT, file)
        assert api.client.get("/health").json() == {"status": "ok"}
        assert len(api.everything()) == 3000


@pytest.mark.services
def test_pages_are_served_while_a_generation_is_being_written(own_api: Api) -> None:
    with closing(sqlite3.connect(own_api.database, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("DELETE FROM purchases")
        assert len(own_api.everything()) == 3000
        writer.execute("ROLLBACK")


@pytest.mark.services
def test_the_key_is_never_logged(api: Api) -> None:
    api.get()
    api.get(limit="bad")
    api.get(key=KEY + "x")
    log = api.log.read_text()
    assert "GET /v1/purchases" in log
    assert KEY not in log


@pytest.mark.services
def test_it_refuses_to_start_without_a_key(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sandbox.customers_api", "--database", str(tmp_path / "x"), "--port", "1024"]
    started = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={**os.environ, "CUSTOMERS_API_KEY": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert started.returncode != 0
    assert "CUSTOMERS_API_KEY" in started.stderr


def test_a_bucket_allows_a_burst_then_the_rate() -> None:
    now = [100.0]
    bucket = TokenBucket(2.0, clock=lambda: now[0])
    assert [bucket.seconds_to_wait() for _ in range(4)] == [0, 0, 1, 1]
    now[0] += 0.5
    assert [bucket.seconds_to_wait() for _ in range(2)] == [0, 1]
    now[0] += 3600
    assert [bucket.seconds_to_wait() for _ in range(3)] == [0, 0, 1]


def test_a_slow_bucket_says_how_many_seconds_to_wait() -> None:
    now = [0.0]
    bucket = TokenBucket(0.1, clock=lambda: now[0])
    assert [bucket.seconds_to_wait() for _ in range(2)] == [0, 10]
    now[0] += 7
    assert bucket.seconds_to_wait() == 3


@given(st.integers(min_value=-(2**62), max_value=2**62), st.text(max_size=40))
def test_a_cursor_reads_back_as_the_position_it_was_made_from(microseconds: int, purchase_id: str) -> None:
    position = Position(microseconds, purchase_id)
    assert Position.of_cursor(position.cursor()) == position


@given(st.text(max_size=60))
def test_any_other_text_is_refused_as_a_cursor(text: str) -> None:
    try:
        position = Position.of_cursor(text)
    except ValueError as error:
        assert str(error).startswith("cursor: ")  # noqa: PT017 - either outcome is right for some text
    else:
        assert isinstance(position.purchase_id, str)
