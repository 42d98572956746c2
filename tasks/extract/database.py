"""Extracts rows from PostgreSQL: one reading statement, streamed in Arrow batches, each value as PostgreSQL writes it.

The statement sees one snapshot however long it runs, and memory holds a few batches however big the table is.
Driver: https://arrow.apache.org/adbc/current/driver/postgresql.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import polars as pl

from contracts.contract import Contract
from contracts.sources import DatabaseSource
from tasks.errors import StructureError
from tasks.extract.chunks import CURSOR, KEY, LOCATION, Window, as_chunk, rfc3339
from tasks.extract.postgresql import connect, translated_statement_errors

BATCH_BYTES = 16 * 1024 * 1024

_SESSION = (
    "SET TRANSACTION READ ONLY",
    "SET LOCAL client_encoding = 'UTF8'",
    "SET LOCAL TimeZone = 'UTC'",
    "SET LOCAL DateStyle = 'ISO, YMD'",
)
_RFC3339 = """'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'"""


def extract_database(contract: Contract, source: DatabaseSource, url: str, window: Window) -> Iterator[pl.DataFrame]:
    """Chunks of the rows whose last change lies in the window, the oldest change first.

    Rows whose cursor is null have no place in time and come with every window, last.

    Raises:
        SourceUnavailable: the database cannot be reached, or the connection breaks.
        AccessRefused: it rejects the user or its password, or the user may not read the table.
        StructureError: the table or a column is missing.
    """
    with (
        closing(connect(source, url)) as connection,
        connection.cursor() as cursor,
        translated_statement_errors(source),
    ):
        for statement in _SESSION:
            cursor.execute(statement)
        cursor.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)})
        table = cursor.adbc_execute_schema(f"SELECT * FROM {_quoted_path(source.table)}")  # noqa: S608 - quoted
        types = {field.name: str(field.type) for field in table}
        cursor.execute(_statement(contract, source, types, window))
        for batch in cursor.fetch_record_batch():
            yield as_chunk(contract, [pl.all()], pl.DataFrame(batch))


def _statement(contract: Contract, source: DatabaseSource, types: dict[str, str], window: Window) -> str:
    """The SELECT that renders every value as text; identifiers are quoted, times are literals of our own making.

    Parameters would make the driver fetch the whole result at once instead of streaming it. `types` are the Arrow
    types of the table's columns.
    """
    key, cursor = _column(source.key_field), _column(source.cursor_field)
    fields = _present_fields(contract, source, types)
    columns = [f"{_text(field, types[field])} AS {_quoted(name)}" for name, field in fields.items()]
    columns += [f"{key}::text AS {KEY}", f"{_readable(cursor)} AS {CURSOR}"]
    columns += [f"{_literal(f'{source.key_field} ')} || {key}::text AS {LOCATION}"]
    conditions = [f"{cursor} {operator} {_literal(rfc3339(time))}::timestamptz" for operator, time in _bounds(window)]
    within = f"WHERE ({' AND '.join(conditions)}) OR {cursor} IS NULL" if conditions else ""
    return f"SELECT {', '.join(columns)} FROM {_quoted_path(source.table)} t {within} ORDER BY {cursor}, {key}"  # noqa: S608 - quoted


def _present_fields(contract: Contract, source: DatabaseSource, types: dict[str, str]) -> dict[str, str]:
    fields = {name: source.field(name) for name in contract.column_names}
    absent = {name: field for name, field in fields.items() if field not in types}
    missing = {field for name, field in absent.items() if name not in source.optional_columns}
    missing |= {source.key_field, source.cursor_field} - types.keys()
    if missing:
        raise StructureError(
            f"table {source.table} of {source.name} has no column {', '.join(sorted(missing))}; "
            "add it to the table or mend the contract's fieldPaths"
        )
    return {name: field for name, field in fields.items() if name not in absent}


def _text(field: str, arrow_type: str) -> str:
    column = _column(field)
    if arrow_type.startswith("timestamp"):
        return f"coalesce(to_char({column}, {_RFC3339}), {column}::text)"  # to_char gives null for infinity
    return f"{column}::text"


def _readable(cursor: str) -> str:
    """Null where the time is infinite or out of Arrow's calendar, which no watermark can be compared with."""
    return f"CASE WHEN {cursor} BETWEEN '0001-01-01' AND '9999-12-31' THEN {cursor}::timestamptz END"


def _bounds(window: Window) -> list[tuple[str, datetime]]:
    return [(operator, time) for operator, time in ((">=", window.since), ("<", window.until)) if time]


def _column(name: str) -> str:
    return f"t.{_quoted(name)}"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _quoted_path(path: str) -> str:
    return ".".join(map(_quoted, path.split(".")))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
