"""Connects to PostgreSQL, and says what its errors mean for whoever must act.

Over a network only with a verified certificate, unless the URL itself says otherwise. No message holds the connection's
URL or any value of a row.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import adbc_driver_postgresql.dbapi as postgresql
from adbc_driver_manager import Error

from contracts.sources.database import DatabaseSource
from tasks.errors import AccessRefused, MisconfiguredError, PipelineError, SourceUnavailable
from tasks.extract.database.errors import statement_error

CONNECT_TIMEOUT_SECONDS = 15

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_SCHEMES = ("postgresql://", "postgres://")
_REJECTED_LOGIN = (
    "authentication failed",
    "no password supplied",
    "pg_hba.conf",
    "permission denied",
    "is not permitted to log in",
)
_MISSING = re.compile(r'FATAL: +(database|role) ".*" does not exist')
_NO_NUMBER = re.compile(r'invalid integer value ".*" for connection option "(?P<parameter>\w+)"')
_UNKNOWN_WORD = re.compile(r"invalid (?P<parameter>\w+) value: ")
_NOT_CONNECTED = "Failed to connect"
_SERVER, _WEAK, _NO_ADDRESS = "connection to server", "weak sslmode", "could not translate host name"
_VERIFYING = {"verify-full", "verify-ca"}
_TRUST = ("SSL", "certificate", "private key")
_LOST = ("SYSCALL", "closed unexpectedly", "unexpected eof")


def connect(source: DatabaseSource, url: str) -> postgresql.Connection:
    """A connection to the source's database, which begins no transaction by itself.

    Raises:
        SourceUnavailable: nothing answers there as it should.
        MisconfiguredError: the URL is malformed, or the server's certificate is not trusted.
        AccessRefused: the server rejects the login.
    """
    with translated_connection_errors(source):
        return postgresql.connect(with_safe_defaults(checked_url(source, url)), autocommit=True)


def checked_url(source: DatabaseSource, url: str) -> str:
    """The URL without what surrounds it when it is pasted: blanks, line ends, a byte order mark.

    Raises:
        MisconfiguredError: such a thing is inside it, or it is no URL of PostgreSQL.
    """
    trimmed = url.strip().strip("\ufeff").strip()
    if not trimmed.startswith(_SCHEMES):
        raise _malformed(source)
    if any(character.isspace() or not character.isprintable() for character in trimmed):
        raise _malformed(
            source, ": it has a blank, a line end or an invisible character inside (write it as %20, %0A …)"
        )
    return trimmed


def with_safe_defaults(url: str) -> str:
    """The URL with a time limit for connecting and, beyond this machine, TLS verified with the system's authorities.

    Parameters that the URL has keep their values; see libpq's Parameter Key Words for what they mean.
    """
    try:
        parts = urlsplit(url)
        given = dict(parse_qsl(parts.query))
        host = parts.hostname or given.get("host", "")
    except ValueError:
        return url  # libpq says what is wrong with it
    defaults = {"connect_timeout": str(CONNECT_TIMEOUT_SECONDS)}
    if host and host not in _LOOPBACK and not host.startswith("/"):
        defaults["sslmode"] = "verify-full"
        if given.get("sslmode", "verify-full") in _VERIFYING:
            defaults["sslrootcert"] = os.environ.get("SSL_CERT_FILE", "system")
    missing = {name: value for name, value in defaults.items() if name not in given}
    return f"{url}{'&' if parts.query else '?'}{urlencode(missing, quote_via=quote, safe='/')}" if missing else url


@contextmanager
def translated_connection_errors(source: DatabaseSource) -> Iterator[None]:
    """Errors of connecting as ours."""
    try:
        yield
    except Error as error:
        message = str(error)
        if _NOT_CONNECTED in message:
            raise _connection_error(source, message) from None
        # the driver asks for the server's types as soon as it is connected
        raise statement_error(source, error.sqlstate, is_connected=False) from None


def _connection_error(source: DatabaseSource, message: str) -> PipelineError:
    # libpq tries a name's addresses one after the other, and the last one it tried decided
    reasons = [line for line in message.splitlines() if _SERVER in line]
    parameter = _NO_NUMBER.search(message) or _UNKNOWN_WORD.search(message)
    if reasons and not parameter:
        return _server_error(source, reasons[-1][reasons[-1].index(_SERVER) :])
    cannot, where = f"cannot connect to {source.name}", f"set {source.connection.url}"
    # here libpq quotes parts of the URL, password included, so that none of its words are passed on
    if parameter:
        return MisconfiguredError(f"{cannot}: its URL has an unknown value for {parameter['parameter']}; {where}")
    if _WEAK in message:
        return MisconfiguredError(f"{cannot}: its URL's sslrootcert=system needs sslmode=verify-full; {where}")
    if _NO_ADDRESS in message:
        return SourceUnavailable(f"{cannot}: the name of its host is not known here; mend the name service or {where}")
    return _malformed(source)


def _server_error(source: DatabaseSource, reason: str) -> PipelineError:
    """What libpq says of a server holds no secret."""
    cannot, where = f"cannot connect to {source.name}", f"set {source.connection.url}"
    if _MISSING.search(reason):
        return MisconfiguredError(f"{cannot}: {reason}; create it or {where}")
    if any(text in reason for text in _REJECTED_LOGIN):
        return AccessRefused(f"cannot log in to {source.name}: {reason}; {where} to a user who may read {source.table}")
    if any(text in reason for text in _TRUST) and not any(text in reason for text in _LOST):
        where += " with the sslmode and sslrootcert that the server needs"
        return MisconfiguredError(f"{cannot}: {reason}; {where}")
    return SourceUnavailable(f"{cannot}: {reason}; start the server or {where}")


def _malformed(source: DatabaseSource, why: str = "") -> MisconfiguredError:
    return MisconfiguredError(
        f"cannot connect to {source.name}: its URL is not a valid postgresql:// URL{why}; set {source.connection.url}"
    )
