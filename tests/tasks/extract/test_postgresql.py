"""Connections over a network are verified unless the URL says otherwise."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from contracts.contract import Contract
from tasks.errors import MisconfiguredError
from tasks.extract.postgresql import connect, with_safe_defaults

TLS = "sslmode=verify-full&sslrootcert=system"


@pytest.mark.parametrize(
    ("url", "complete"),
    [
        ("postgresql://u@localhost/d", "postgresql://u@localhost/d?connect_timeout=15"),
        ("postgresql://u:p@127.0.0.1:5432/d", "postgresql://u:p@127.0.0.1:5432/d?connect_timeout=15"),
        ("postgresql://u@[::1]/d?connect_timeout=3", "postgresql://u@[::1]/d?connect_timeout=3"),
        ("postgresql:///d?host=/run/pg", "postgresql:///d?host=/run/pg&connect_timeout=15"),
        ("postgresql://u@db.example.com/d", f"postgresql://u@db.example.com/d?connect_timeout=15&{TLS}"),
        ("postgresql:///d?host=db", f"postgresql:///d?host=db&connect_timeout=15&{TLS}"),
        (
            "postgresql://u@db/d?sslmode=disable&sslrootcert=x&connect_timeout=1",
            "postgresql://u@db/d?sslmode=disable&sslrootcert=x&connect_timeout=1",
        ),
        ("postgresql://u@[::1/d", "postgresql://u@[::1/d"),
    ],
)
def test_what_the_url_leaves_open_is_made_safe(url: str, complete: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    assert with_safe_defaults(url) == complete


def test_a_bundle_of_one_s_own_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/own authority.pem")
    assert with_safe_defaults("postgresql://db/d").endswith("&sslrootcert=/etc/own%20authority.pem")


@contextmanager
def _server(tls: ssl.SSLContext | None, heard: list[bytes]) -> Iterator[str]:
    """A server on an address other than the loopback names, which answers PostgreSQL's request for TLS and hangs up."""

    def answer_once(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(8)
            connection.sendall(b"S" if tls else b"N")
            if tls:
                with tls.wrap_socket(connection, server_side=True) as encrypted:
                    heard.append(encrypted.recv(100))
            else:
                heard.append(connection.recv(100))

    with socket.create_server(("127.0.0.2", 0)) as listener:
        thread = threading.Thread(target=answer_once, args=[listener])
        thread.start()
        yield f"postgresql://planted-user:planted-password@127.0.0.2:{listener.getsockname()[1]}/d"
        thread.join()


def _failure(contract: Contract, url: str) -> str:
    with pytest.raises(MisconfiguredError) as caught:
        connect(contract.source("store-database"), url)
    assert "planted-password" not in str(caught.value)
    return str(caught.value)


@pytest.mark.services
def test_a_server_without_tls_is_not_logged_in_to(contract: Contract) -> None:
    heard: list[bytes] = []
    with _server(None, heard) as url:
        failure = _failure(contract, url)
    assert heard == [b""]
    assert "server does not support SSL" in failure
    assert "set STORE_DATABASE_URL with the sslmode and sslrootcert that the server needs" in failure


@pytest.mark.services
def test_a_certificate_is_verified_against_ssl_cert_file(
    contract: Contract, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.2").configure_cert(context)
    heard: list[bytes] = []
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    with _server(context, heard) as url:
        assert "certificate verify failed" in _failure(contract, url)
    assert heard == []
    bundle = tmp_path / "own authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    with _server(context, heard) as url:
        _failure(contract, url)
    assert b"planted-user" in heard[0]
