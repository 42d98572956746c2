"""Connects to PostgreSQL: over a network only with a verified certificate, unless the URL itself says otherwise."""

from __future__ import annotations

import os
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import adbc_driver_postgresql.dbapi as postgresql

from contracts.model import Source
from tasks.postgresql_errors import clear_connection_errors

CONNECT_TIMEOUT_SECONDS = 15

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def connect(source: Source, url: str) -> postgresql.Connection:
    """A connection to the source's database.

    Raises:
        SourceUnavailable: the URL is malformed, or nothing answers there as it should.
        AccessRefused: the server rejects the login.
    """
    with clear_connection_errors(source):
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
