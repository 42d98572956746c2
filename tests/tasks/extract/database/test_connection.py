"""Connections over a network are verified unless the URL says otherwise."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl
import pytest
import trustme

from contracts.contract import Contract
from tasks.errors import MisconfiguredError, SourceUnavailable
from tasks.extract.chunks import FAULT, KEY, Window
from tasks.extract.database.connection import checked_url, connect, with_safe_defaults
from tasks.extract.database.rows import extract_database
from tests.tasks.extract.database.transaction_pool import transaction_pool
from tests.tasks.store_database import StoreDatabase, database_source

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
        ("postgresql://db/d?sslmode=require", "postgresql://db/d?sslmode=require&connect_timeout=15"),
        (
            "postgresql://db/d?sslmode=verify-full",
            "postgresql://db/d?sslmode=verify-full&connect_timeout=15&sslrootcert=system",
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
        connect(database_source(contract), url)
    assert "planted-password" not in str(caught.value)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("around", ["\n", "\r\n", " ", "\t", "\u00a0", "\ufeff"])
def test_what_was_pasted_around_the_url_is_no_part_of_it(contract: Contract, around: str) -> None:
    source, url = database_source(contract), "postgresql://u:p%20w@db/d"
    assert checked_url(source, f"{url}{around}") == url
    assert checked_url(source, f"{around}{url}") == url


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:planted-password\n@127.0.0.1:1/d",
        "postgresql://u:planted-password@127.0.0.1:1/d\npostgresql://u:planted-password@127.0.0.1:1/d",
        "postgresql://u:planted password@127.0.0.1:1/d",
        "postgresql://u:planted-password@127.0.0.1:1/\u200bd",
        "postgresql://u:planted-password@127.0.0.1:1/d\0",
    ],
)
def test_blanks_and_line_ends_inside_the_url_are_refused(contract: Contract, url: str) -> None:
    failure = _failure(contract, url)
    assert "a blank, a line end or an invisible character inside" in failure
    assert failure.endswith("set STORE_DATABASE_URL")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql://u:planted-password@127.0.0.1:1/d?sslmode=planted-word", "an unknown value for sslmode"),
        ("postgresql://u:planted-password@127.0.0.1:1/d?channel_binding=x", "an unknown value for channel_binding"),
        ("postgresql://u:planted-password@127.0.0.1:1/d?connect_timeout=x", "an unknown value for connect_timeout"),
        ("postgresql://u:planted-password@127.0.0.1:1/d?unheard_of=x", "not a valid postgresql:// URL"),
        ("postgresql://u:planted-password@127.0.0.1:99999/d", "not a valid postgresql:// URL"),
        (
            "postgresql://u:planted-password@127.0.0.1:1/d?sslmode=require&sslrootcert=system",
            "needs sslmode=verify-full",
        ),
        ("'postgresql://u:planted-password@127.0.0.1:1/d'", "not a valid postgresql:// URL"),
        ("mysql://u:planted-password@127.0.0.1:1/d", "not a valid postgresql:// URL"),
        ("", "not a valid postgresql:// URL"),
    ],
)
def test_a_url_that_cannot_be_meant_is_told_in_one_line(contract: Contract, url: str, told: str) -> None:
    failure = _failure(contract, url)
    assert told in failure
    assert "planted-word" not in failure


def test_a_host_that_has_no_address_may_have_one_later(contract: Contract) -> None:
    with pytest.raises(SourceUnavailable, match="the name of its host is not known here") as caught:
        connect(database_source(contract), "postgresql://u:planted@password@store.invalid/d")
    assert "password" not in str(caught.value)


@pytest.mark.services
def test_a_database_that_is_not_there_is_a_matter_of_the_url(contract: Contract, database_url: str) -> None:
    assert 'database "storeroom" does not exist; create it or set STORE_DATABASE_URL' in _failure(
        contract, f"{database_url}room"
    )


@pytest.mark.services
def test_a_url_with_its_line_end_connects(contract: Contract, database_url: str) -> None:
    connect(database_source(contract), f"{database_url}\n").close()


@pytest.mark.services
@pytest.mark.parametrize("option", ["sslrootcert=/no/such.pem", "sslrootcert=/no/such.pem&sslmode=verify-full"])
def test_a_certificate_file_that_is_not_there_is_named(contract: Contract, option: str) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.2").configure_cert(context)
    with _server(context, []) as url:
        failure = _failure(contract, f"{url}?{option}")
    assert 'root certificate file "/no/such.pem" does not exist' in failure
    assert "with the sslmode and sslrootcert that the server needs" in failure


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
    with _server(context, heard) as url, pytest.raises(SourceUnavailable, match="unexpected eof"):
        connect(database_source(contract), url)  # the server is trusted, and hangs up
    assert b"planted-user" in heard[0]


@pytest.mark.services
@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
def test_a_file_of_authorities_in_the_url_is_what_the_server_is_held_against(
    contract: Contract, tmp_path: Path, mode: str
) -> None:
    authority, other, context = trustme.CA(), trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("store.example").configure_cert(context)
    for name, issuer in (("own.pem", authority), ("other.pem", other)):
        issuer.cert_pem.write_to_path(str(tmp_path / name))
    heard: list[bytes] = []
    with _server(context, heard) as url:
        assert "certificate verify failed" in _failure(
            contract, f"{url}?sslmode={mode}&sslrootcert={tmp_path}/other.pem"
        )
    assert heard == []
    trusted = f"?sslmode={mode}&sslrootcert={tmp_path}/own.pem"
    if mode == "verify-full":
        with _server(context, heard) as url:
            assert 'does not match host name "127.0.0.2"' in _failure(contract, url + trusted)
        assert b"planted-user" not in b"".join(heard)
    else:
        with _server(context, heard) as url, pytest.raises(SourceUnavailable, match="unexpected eof"):
            connect(database_source(contract), url + trusted)
        assert b"planted-user" in heard[0]


@pytest.mark.services
def test_a_reading_keeps_nothing_in_its_session_that_a_pool_of_transactions_would_lose(
    contract: Contract, store: StoreDatabase
) -> None:
    for n, amount in enumerate(["1", "0", "2"]):
        store.add(n, f"2026-02-0{n + 1}Z", total_amount=amount)
    store.run("ALTER TABLE purchases RENAME total_amount TO written_amount")
    store.run("CREATE VIEW sales AS SELECT *, 4 / written_amount AS total_amount FROM purchases")
    parts = urlsplit(store.url)
    with transaction_pool((str(parts.hostname), int(parts.port or 0))) as pool:
        url = store.url.replace(f":{parts.port}/", f":{pool.port}/") + "?sslmode=disable&gssencmode=disable"
        chunks = list(extract_database(contract, database_source(contract, "public.sales"), url, Window()))
    rows = pl.concat(chunks).sort(KEY)
    assert rows["updated_at"].to_list() == [f"2026-02-0{day}T00:00:00.000000Z" for day in (1, 2, 3)]
    assert rows[FAULT].is_null().to_list() == [True, False, True]
    assert pool.transactions > 1
