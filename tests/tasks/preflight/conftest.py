"""A cloud that answers at an address of this machine, and the identity of a pod that is federated with its Entra."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

from sandbox.home import SandboxHome
from sandbox.parts.certificates import ensure_certificates
from tests.tasks.preflight.stub_cloud import StubCloud, federate, served


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
    return federate(cloud, monkeypatch, tmp_path)
