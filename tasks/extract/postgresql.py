"""Connects to PostgreSQL, and says what its errors mean for whoever must act.

Over a network only with a verified certificate, unless the URL itself says otherwise. No message holds the connection's
URL or any value of a row.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import adbc_driver_postgresql.dbapi as postgresql
from adbc_driver_manager import Error

from contracts.sources import DatabaseSource
from tasks.errors import AccessRefused, MisconfiguredError, PipelineError, SourceUnavailable

CONNECT_TIMEOUT_SECONDS = 15

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_REJECTED_LOGIN = ("authentication failed", "no password supplied", "pg_hba.conf", "permission denied")
_UNDEFINED_TABLE, _INVALID_SCHEMA, _INSUFFICIENT_PRIVILEGE = "42P01", "3F000", "42501"


def connect(source: DatabaseSource, url: str) -> postgresql.Connection:
    """A connection to the source's database.

    Raises:
        SourceUnavailable: nothing answers there as it should.
        MisconfiguredError: the URL is malformed, or the server's certificate is not trusted.
        AccessRefused: the server rejects the login.
    """
    with translated_connection_errors(source):
        return postgresql.connect(with_safe_defaults(url))


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
        defaults |= {"sslmode": "verify-full", "sslrootcert": os.environ.get("SSL_CERT_FILE", "system")}
    missing = {name: value for name, value in defaults.items() if name not in given}
    return f"{url}{'&' if parts.query else '?'}{urlencode(missing, quote_via=quote, safe='/')}" if missing else url


@contextmanager
def translated_connection_errors(source: DatabaseSource) -> Iterator[None]:
    """Errors of connecting as ours."""
    try:
        yield
    except Error as error:
        raise _connection_error(source, str(error)) from None


@contextmanager
def translated_statement_errors(source: DatabaseSource) -> Iterator[None]:
    """Errors of running a statement or reading its rows as ours."""
    try:
        yield
    except Error as error:
        raise _statement_error(source, error.sqlstate) from None
    except OSError:  # what Arrow makes of an error in the middle of the stream
        raise _statement_error(source, None) from None


def _connection_error(source: DatabaseSource, message: str) -> PipelineError:
    where = f"set {source.connection.url}"
    # libpq quotes parts of a URL it cannot read, password included; what it says of a server holds neither
    reason = next((line for line in message.splitlines() if "connection to server" in line), None)
    if reason is None:
        return MisconfiguredError(f"cannot connect to {source.name}: its URL is not a valid postgresql:// URL; {where}")
    reason = reason[reason.index("connection to server") :]
    if any(text in reason for text in _REJECTED_LOGIN):
        return AccessRefused(f"cannot log in to {source.name}: {reason}; {where} to a user who may read {source.table}")
    if "SSL" in reason and "SYSCALL" not in reason:
        where += " with the sslmode and sslrootcert that the server needs"
        return MisconfiguredError(f"cannot connect to {source.name}: {reason}; {where}")
    return SourceUnavailable(f"cannot connect to {source.name}: {reason}; start the server or {where}")


def _statement_error(source: DatabaseSource, sqlstate: str | None) -> PipelineError:
    code = f"SQLSTATE {sqlstate}" if sqlstate else "connection lost"
    if sqlstate in {_UNDEFINED_TABLE, _INVALID_SCHEMA}:
        return MisconfiguredError(f"{source.name} has no table {source.table} ({code}); create it or mend the contract")
    if sqlstate == _INSUFFICIENT_PRIVILEGE:
        return AccessRefused(f"{source.name} does not let the user read {source.table} ({code}); grant SELECT on it")
    return SourceUnavailable(f"reading {source.table} of {source.name} failed ({code}); run again")
