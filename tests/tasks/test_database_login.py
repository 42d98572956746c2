"""A database that knows Entra's identities is logged in to with a token, a good one for every connection."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import stamina

from contracts.contract import Contract
from contracts.sources.database import DatabaseSource
from sandbox.home import SandboxHome
from sandbox.parts.certificates import ensure_certificates
from tasks.database_login import EntraLogin
from tasks.errors import AccessRefused, MisconfiguredError
from tasks.extract.chunks import KEY, Window
from tasks.extract.readers import database_reader
from tests.conftest import PASSWORD
from tests.tasks.preflight.stub_cloud import TENANT, StubCloud, by_parameters, federate, served
from tests.tasks.scripted_api import answer
from tests.tasks.store_database import StoreDatabase, database_source

NEARLY_OVER_SECONDS = 301
"""azure-identity renews a token within its last five minutes."""

TOKENS = f"POST /{TENANT}/oauth2/v2.0/token"


@pytest.fixture
def source(contract: Contract) -> DatabaseSource:
    return database_source(contract)


@pytest.fixture
def entra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubCloud]:
    """Entra as a pod asks it, which gives another token of an odd form each time."""
    home = SandboxHome(tmp_path)
    ensure_certificates(home)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(home.tls / "ca-bundle.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(home.tls / "server.pem", home.tls / "server.key")
    numbers = count(1)
    with served(StubCloud(), context) as cloud, stamina.set_testing(True, attempts=2):
        federate(cloud, monkeypatch, tmp_path)
        given = {"token_type": "Bearer", "expires_in": NEARLY_OVER_SECONDS}
        cloud.routes[TOKENS] = by_parameters(lambda _: answer(given | {"access_token": f"token@:/%{next(numbers)}"}))
        yield cloud


@pytest.mark.services
def test_each_connection_logs_in_with_a_token_that_is_good_then(
    contract: Contract,
    source: DatabaseSource,
    store: StoreDatabase,
    entra: StubCloud,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.add(1, "2026-02-01Z")
    clock = _Clock(monkeypatch)
    reader = database_reader(contract, source, EntraLogin(source, store.url.replace(f":{PASSWORD}@", "@")))
    try:
        for number in (1, 2):
            store.run(f"ALTER ROLE store PASSWORD 'token@:/%{number}'")
            (rows,) = reader.extract(Window())
            assert rows[KEY].to_list() == ["1"]
            clock.advance(NEARLY_OVER_SECONDS)
        with pytest.raises(AccessRefused, match="cannot log in to store-database") as caught:
            list(reader.extract(Window()))
    finally:
        store.run(f"ALTER ROLE store PASSWORD '{PASSWORD}'")
    assert "token" not in str(caught.value)
    assert {asked["scope"] for asked in entra.parameters if "scope" in asked} == {
        "https://ossrdbms-aad.database.windows.net/.default"
    }
    assert entra.asked.count(TOKENS) == 3


class _Clock:
    """The clock that azure-identity holds tokens against, which can be put forward."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import time

        self._seconds, now = 0.0, time.time
        monkeypatch.setattr(time, "time", lambda: now() + self._seconds)

    def advance(self, seconds: float) -> None:
        self._seconds += seconds


@pytest.mark.parametrize("url", ["postgresql://db.example/store", "postgresql://flows:planted@db.example/store"])
@pytest.mark.usefixtures("entra")
def test_the_url_names_the_identity_and_no_password(source: DatabaseSource, url: str) -> None:
    with pytest.raises(MisconfiguredError, match="its URL has to name a user and no password; set STORE_") as caught:
        EntraLogin(source, url)()
    assert "planted" not in str(caught.value)


def test_a_refused_identity_is_told_without_what_it_showed(source: DatabaseSource, entra: StubCloud) -> None:
    told = {"error": "invalid_client", "error_description": "AADSTS700213: no matching federated identity."}
    entra.routes[TOKENS] = answer(told, 401)
    with pytest.raises(AccessRefused, match="Entra ID gives no token for store-database") as caught:
        EntraLogin(source, "postgresql://flows@db.example/store")()
    assert "assertion-of-the-pod" not in str(caught.value)
