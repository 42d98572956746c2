"""Says what a PostgreSQL error means for whoever must act, without the connection's URL or any value of a row."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from adbc_driver_manager import Error

from contracts.model import Source
from tasks.errors import AccessRefused, IngestionError, SourceUnavailable, StructureError

_REJECTED_LOGIN = ("authentication failed", "no password supplied", "pg_hba.conf", "permission denied")
_UNDEFINED_TABLE, _INVALID_SCHEMA, _INSUFFICIENT_PRIVILEGE = "42P01", "3F000", "42501"


@contextmanager
def clear_connection_errors(source: Source) -> Iterator[None]:
    """Errors of connecting as ours."""
    try:
        yield
    except Error as error:
        raise _connection_error(source, str(error)) from None


@contextmanager
def clear_statement_errors(source: Source) -> Iterator[None]:
    """Errors of running a statement or reading its rows as ours."""
    try:
        yield
    except Error as error:
        raise _statement_error(source, error.sqlstate) from None
    except OSError:  # what Arrow makes of an error in the middle of the stream
        raise _statement_error(source, None) from None


def _connection_error(source: Source, message: str) -> IngestionError:
    where = f"set {source.connection.get('url')}" if source.connection else "set its URL"
    # libpq quotes parts of a URL it cannot read, password included; what it says of a server holds neither
    reason = next((line for line in message.splitlines() if "connection to server" in line), None)
    if reason is None:
        return SourceUnavailable(f"cannot connect to {source.name}: its URL is not a valid postgresql:// URL; {where}")
    reason = reason[reason.index("connection to server") :]
    if any(text in reason for text in _REJECTED_LOGIN):
        return AccessRefused(f"cannot log in to {source.name}: {reason}; {where} to a user who may read {source.table}")
    if "SSL" in reason:
        where += " with the sslmode and sslrootcert that the server needs"
    return SourceUnavailable(f"cannot connect to {source.name}: {reason}; start the server or {where}")


def _statement_error(source: Source, sqlstate: str | None) -> IngestionError:
    code = f"SQLSTATE {sqlstate}" if sqlstate else "connection lost"
    if sqlstate in {_UNDEFINED_TABLE, _INVALID_SCHEMA}:
        return StructureError(f"{source.name} has no table {source.table} ({code}); create it or mend the contract")
    if sqlstate == _INSUFFICIENT_PRIVILEGE:
        return AccessRefused(f"{source.name} does not let the user read {source.table} ({code}); grant SELECT on it")
    return SourceUnavailable(f"reading {source.table} of {source.name} failed ({code}); run again")
