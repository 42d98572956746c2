"""Reads PostgreSQL as it was at one point in time, however many statements that takes and whichever of them fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import adbc_driver_postgresql.dbapi as postgresql
import pyarrow as pa
from adbc_driver_manager import Error

from contracts.sources.database import DatabaseSource
from tasks.errors import StructureError
from tasks.extract.database.connection import connect
from tasks.extract.database.errors import statement_error

SQL_ASCII = "SQL_ASCII"
"""What PostgreSQL calls a database whose bytes have no encoding: it neither checks nor converts them."""

_WRITINGS = (
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL standard_conforming_strings = on",  # so that a literal ends where it is seen to end
    "SET LOCAL bytea_output = hex",
    "SET LOCAL extra_float_digits = 1",  # every digit that a float needs to be read back as it is
    "SET LOCAL IntervalStyle = postgres",
)
_BATCH_BYTES = "adbc.postgresql.batch_size_hint_bytes"


@contextmanager
def open_snapshot(source: DatabaseSource, url: str) -> Iterator[Snapshot]:
    """The database as of now, read-only.

    Raises:
        SourceUnavailable: the database cannot be reached.
        MisconfiguredError: the URL or the trust in the server is not as it must be.
        AccessRefused: it rejects the user or its password.
    """
    with closing(connect(source, url)) as connection:
        yield Snapshot(source, connection)


class Snapshot:
    """One repeatable-read transaction, which outlives statements that fail.

    Every method that runs a statement raises what `statement_error` makes of PostgreSQL's errors.
    """

    def __init__(self, source: DatabaseSource, connection: postgresql.Connection) -> None:
        """Begin the transaction; the driver must not begin one itself, because it could not return to a savepoint."""
        self._source, self._connection = source, connection
        self._run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self.encoding = str(self.fetch("SELECT current_setting('server_encoding')")[0][0])
        self._run(f"SET LOCAL client_encoding = '{SQL_ASCII if self.encoding == SQL_ASCII else 'UTF8'}'")
        for statement in _WRITINGS:
            self._run(statement)
        self._run("SAVEPOINT begun")

    def types(self, statement: str) -> dict[str, str]:
        """The Arrow types of the columns that a statement gives, by name."""
        with self._statement() as cursor:
            return dict(_names_and_types(cursor.adbc_execute_schema(statement)))

    def stream(self, statement: str, batch_bytes: int) -> Iterator[pa.RecordBatch]:
        """The statement's rows as they come. Texts of a SQL_ASCII database may hold any bytes."""
        with self._statement() as cursor:
            cursor.adbc_statement.set_options(**{_BATCH_BYTES: str(batch_bytes)})
            cursor.execute(statement)
            # the reader that the driver offers publicly turns errors into OSError and drops PostgreSQL's code
            yield from cursor._results.reader

    def fetch(self, statement: str) -> list[tuple[Any, ...]]:
        """The statement's rows, which must be few."""
        with self._statement() as cursor:
            cursor.execute(statement)
            try:
                return list(cursor.fetchall())
            except UnicodeDecodeError:
                raise StructureError(f"a key of {self._source.table} is no UTF-8 text; mend it") from None

    def _run(self, statement: str) -> None:
        """Run it in one message: `execute` prepares it in another one, and a pool may change the server in between."""
        with self._statement() as cursor:
            cursor.executescript(statement)

    @contextmanager
    def _statement(self) -> Iterator[postgresql.Cursor]:
        with self._connection.cursor() as cursor:
            try:
                yield cursor
            except Error as error:
                raise statement_error(self._source, error.sqlstate, is_connected=self._roll_back()) from None
            except (OSError, pa.ArrowException):  # what Arrow makes of an error that the driver does not explain
                raise statement_error(self._source, None, is_connected=self._roll_back()) from None

    def _roll_back(self) -> bool:
        """Make the transaction fit for further statements; False if the connection is gone."""
        with suppress(Error), self._connection.cursor() as cursor:
            cursor.execute("ROLLBACK TO SAVEPOINT begun")
            return True
        return False


def _names_and_types(schema: pa.Schema) -> Iterator[tuple[str, str]]:
    for field in schema:
        with suppress(UnicodeDecodeError):  # a contract cannot name such a column, so it stops nothing
            yield field.name, str(field.type)
