from __future__ import annotations

import ssl
import stat
from pathlib import Path

import certifi
import pytest
import trustme

from sandbox.home import SandboxHome
from sandbox.parts.certificates import ensure_certificates


@pytest.fixture(autouse=True)
def _no_bundle_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)


def subjects(bundle: Path) -> set[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(bundle)
    return {str(certificate["subject"]) for certificate in context.get_ca_certs()}


def test_the_bundle_trusts_the_user_s_authority_and_the_sandbox_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = tmp_path / "users.pem"
    trustme.CA(organization_name="The user's company").cert_pem.write_to_path(str(users))
    monkeypatch.setenv("SSL_CERT_FILE", str(users))

    home = SandboxHome(tmp_path / "home")
    ensure_certificates(home)

    found = subjects(home.tls / "ca-bundle.pem")
    assert any("The user's company" in subject for subject in found)
    assert any("Data Master sandbox" in subject for subject in found)
    assert len(found) == 2


def test_without_a_bundle_of_the_user_the_public_authorities_are_trusted_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
    home = SandboxHome(tmp_path)
    ensure_certificates(home)

    assert subjects(home.tls / "ca-bundle.pem") > subjects(Path(certifi.where()))


def test_a_second_start_keeps_the_certificate_and_a_sourced_bundle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = SandboxHome(tmp_path)
    ensure_certificates(home)
    before = {path.name: path.read_text() for path in home.tls.iterdir()}

    monkeypatch.setenv("SSL_CERT_FILE", str(home.tls / "ca-bundle.pem"))
    ensure_certificates(home)

    assert {path.name: path.read_text() for path in home.tls.iterdir()} == before


def test_the_server_s_key_is_private_and_the_authority_s_is_kept_nowhere(tmp_path: Path) -> None:
    home = SandboxHome(tmp_path)
    ensure_certificates(home)

    assert stat.S_IMODE((home.tls / "server.key").stat().st_mode) == 0o600
    assert {path.name for path in home.tls.iterdir()} == {"ca.pem", "ca-bundle.pem", "server.pem", "server.key"}
