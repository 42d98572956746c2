"""A Jobs API over https, the workspace that asks it with the official SDK, and no pauses between tries."""

from __future__ import annotations

from collections.abc import Iterator
from ssl import PROTOCOL_TLS_SERVER, SSLContext

import pytest
import stamina

from sandbox.home import SandboxHome
from sandbox.parts.certificates import ensure_certificates
from tasks.transform import transformation
from tasks.transform.workspace import Workspace
from tests.packaged_contracts import PURCHASES
from tests.tasks.transform.jobs_service import JobsService, served


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> SandboxHome:
    home = SandboxHome(tmp_path_factory.mktemp("home"))
    ensure_certificates(home)
    return home


@pytest.fixture
def tls(certificates: SandboxHome, monkeypatch: pytest.MonkeyPatch) -> SSLContext:
    """What a server of the test shows, and every client of the test trusts."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.tls / "ca-bundle.pem"))
    context = SSLContext(PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.tls / "server.pem", certificates.tls / "server.key")
    return context


@pytest.fixture(autouse=True)
def _without_pauses(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(transformation, "POLL_SECONDS", 0)
    with stamina.set_testing(True, attempts=3):
        yield


@pytest.fixture
def service(tls: SSLContext) -> Iterator[JobsService]:
    with served(JobsService(PURCHASES.digest), tls) as running:
        yield running


@pytest.fixture
def workspace(service: JobsService) -> Workspace:
    return Workspace(service.address, "planted-token")
