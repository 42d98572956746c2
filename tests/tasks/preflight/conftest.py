"""A cloud that answers at an address of this machine, and the identity of a pod that is federated with its Entra."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from sandbox.home import SandboxHome
from sandbox.parts.certificates import ensure_certificates
from tests.tasks.preflight.stub_cloud import PRINCIPAL, TENANT, StubCloud, served, token_with
from tests.tasks.scripted_api import answer


@pytest.fixture(autouse=True)
def _no_waits() -> Iterator[None]:
    with stamina.set_testing(True, attempts=2):
        yield


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = SandboxHome(tmp_path_factory.mktemp("tls"))
    ensure_certificates(home)
    return home.tls


@pytest.fixture
def cloud(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[StubCloud]:
    """Nothing stands anywhere yet."""
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(certificates / "ca-bundle.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    with served(StubCloud(), context) as running:
        yield running


@pytest.fixture
def entra(cloud: StubCloud, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The token that Entra gives the identity, for whatever resource; an application's."""
    assertion, token = tmp_path / "assertion", token_with()
    assertion.write_text("assertion-of-the-pod")
    given = {"token_type": "Bearer", "access_token": token, "expires_in": 3600}
    cloud.routes[f"POST /{TENANT}/oauth2/v2.0/token"] = answer(given)
    cloud.accepted.add(token)
    for name, value in {
        "AZURE_AUTHORITY_HOST": cloud.url,
        "AZURE_TENANT_ID": TENANT,
        "AZURE_CLIENT_ID": PRINCIPAL,
        "AZURE_FEDERATED_TOKEN_FILE": str(assertion),
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_USERNAME"):
        monkeypatch.delenv(name, raising=False)
    return token
