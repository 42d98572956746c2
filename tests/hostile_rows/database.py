"""Hostile rows in a table of PostgreSQL, with whatever its types can hold."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

import polars as pl
from adbc_driver_postgresql import dbapi

from contracts.contract import Contract
from contracts.logical_types import LogicalType
from contracts.sources.database import DatabaseSource
from tests.hostile_rows.rows import NUMBER, HostileRow, Values
from tests.hostile_rows.values import Pool, Text

_STAGING = "hostile_rows"
_FIRST_KEY, _LAST_KEY = -(2**63), 2**63 - 1

SQL_TYPES = {LogicalType.DATE: "date", LogicalType.NUMBER: "numeric(14,2)", LogicalType.TIMESTAMP: "timestamptz"}

_GOOD_TIMES = tuple(f"2026-01-{day:02}T{hour:02}:00:00.000000Z" for day in (1, 2) for hour in range(20))
_WRITTEN: dict[LogicalType, tuple[tuple[Text, ...], tuple[Text, ...]]] = {
    LogicalType.DATE: (
        tuple(f"2026-{month:02}-15" for month in range(1, 12)),
        (
            *(None, "infinity", "-infinity", "0044-03-15 BC", "4713-01-01 BC", "0001-01-01", "0999-12-31"),
            *(
                "1000-01-01",
                "1582-10-10",
                "1999-12-31",
                "2000-01-01",
                "2024-02-29",
                "2026-11-26",
                "2026-11-27",
                "9999-12-31",
            ),
            *("10000-01-01", "5874897-12-31"),
        ),
    ),
    LogicalType.NUMBER: (
        ("0.00", "0.01", "10.00", "999.99", "1000.00", "1000.01", "1234.50"),
        (None, "NaN", "-0.01", "999999999999.99", "-999999999999.99"),
    ),
    LogicalType.TIMESTAMP: (
        _GOOD_TIMES,
        (
            *(None, "infinity", "-infinity", "0044-03-15 12:00:00+00 BC", "0001-01-01T00:00:00.000000Z"),
            *("0999-12-31T23:59:59.999999Z", "1000-01-01T00:00:00.000000Z", "1969-12-31T23:59:59.999999Z"),
            *("2026-01-01T00:00:00.000001Z", "9999-12-31T23:59:59.999999Z", "10000-01-01T00:00:00.000000Z"),
            "294276-12-31T23:59:59.999999Z",
        ),
    ),
}
"""Good and hostile values of PostgreSQL's own types, as landing writes them; PostgreSQL reads them as well."""


def typed_pools(contract: Contract, pools: Mapping[str, Pool], sql_types: Mapping[str, str]) -> dict[str, Pool]:
    """The pools with such values alone as columns of these types can hold."""
    types = {column.name: column.logical_type for column in contract.columns}
    own = {name: Pool(good, edges, edges) for name in sql_types for good, edges in [_WRITTEN[types[name]]]}
    return {**pools, **own}


def fill_table(
    url: str, source: DatabaseSource, sql_types: Mapping[str, str], rows: Sequence[Values], draw: random.Random
) -> Iterator[HostileRow]:
    """Make the source's table of these rows anew, its columns of these types or else text; what is to be landed."""
    held = [{name: value and value.replace("\0", "") for name, value in row.items()} for row in rows]
    keys = pl.Series(source.key_field, [_key(place, draw) for place in range(len(rows))], pl.Int64)
    frame = pl.DataFrame(held, schema=dict.fromkeys(rows[0], pl.String)).with_columns(keys)
    columns = ", ".join(f"{name}::{sql_types.get(name, 'text')} AS {name}" for name in rows[0])
    with dbapi.connect(url, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_STAGING}, {source.table} CASCADE")
        cursor.adbc_ingest(_STAGING, frame.to_arrow(), mode="create")
        cursor.execute(f"CREATE TABLE {source.table} AS SELECT {source.key_field}, {columns} FROM {_STAGING}")
        cursor.execute(f"DROP TABLE {_STAGING}")
    for row in held:
        yield HostileRow(str(row[NUMBER]), row)


def _key(place: int, draw: random.Random) -> int | None:
    """Nearly always a key of its own; else that of others, none, or the first or last that there can be."""
    odd = (None, 0, _FIRST_KEY, _LAST_KEY)
    return draw.choice(odd) if draw.random() < 0.01 else place + 1
