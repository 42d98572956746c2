"""Any relation is read, whatever its kind, its names and the types of its columns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from contracts.contract import Contract
from contracts.sources.database import CursorFormat, DatabaseSource
from tasks.errors import StructureError
from tasks.extract.chunks import CURSOR, KEY, Window, chunk_schema
from tasks.extract.database.rows import changes_span, extract_database
from tests.tasks.store_database import StoreDatabase, database_source

pytestmark = pytest.mark.services

SINCE = Window(since=datetime(2026, 2, 2, tzinfo=UTC))
UNITS = {
    CursorFormat.EPOCH_SECONDS: timedelta(seconds=1),
    CursorFormat.EPOCH_MILLISECONDS: timedelta(milliseconds=1),
    CursorFormat.EPOCH_MICROSECONDS: timedelta(microseconds=1),
}
OTHER_WRITINGS = (
    "?options=-c%20bytea_output%3Descape%20-c%20extra_float_digits%3D-10%20-c%20IntervalStyle%3Diso_8601"
    "%20-c%20DateStyle%3DGerman%20-c%20TimeZone%3DAsia/Tokyo"
)


def _rows(contract: Contract, source: DatabaseSource, url: str, window: Window | None = None) -> pl.DataFrame:
    chunks = extract_database(contract, source, url, window or Window())
    schema = chunk_schema(contract)
    return pl.concat([pl.DataFrame(schema=schema), *(chunk.select(*schema) for chunk in chunks)])


@pytest.fixture
def source(contract: Contract) -> DatabaseSource:
    return database_source(contract)


@pytest.mark.parametrize(
    "made",
    [
        "CREATE VIEW kind AS SELECT * FROM purchases",
        "CREATE MATERIALIZED VIEW kind AS SELECT * FROM purchases",
        "CREATE TABLE kind (LIKE purchases) PARTITION BY RANGE (updated_at); "
        "CREATE TABLE january PARTITION OF kind FOR VALUES FROM (MINVALUE) TO ('2026-02-02Z'); "
        "CREATE TABLE february PARTITION OF kind DEFAULT; INSERT INTO kind SELECT * FROM purchases",
        "CREATE TABLE kind (region text) INHERITS (purchases)",
    ],
    ids=["view", "materialized view", "partitioned table", "table with heirs"],
)
def test_a_relation_of_any_kind_is_read(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, made: str
) -> None:
    for n in (1, 2, 3):
        store.add(n, f"2026-02-0{n}Z")
    for statement in ("DROP TABLE IF EXISTS kind CASCADE", *made.split("; ")):
        store.run(statement)
    heirs = "INHERITS" in made
    kind = source if heirs else source.model_copy(update={"table": "public.kind"})
    if heirs:
        store.run("INSERT INTO kind SELECT * FROM purchases WHERE purchase_id = 2")
    assert _rows(contract, kind, store.url, SINCE)[KEY].to_list() == (["2", "2", "3"] if heirs else ["2", "3"])


@pytest.mark.parametrize(
    ("made", "named"),
    [
        ('"Point of Sale"."Purchases"', "Point of Sale.Purchases"),
        ('"store.2026"."a ""sale"""', '"store.2026"."a ""sale"""'),
        ("purchases", "purchases"),
    ],
)
def test_names_are_taken_in_their_own_letters(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, made: str, named: str
) -> None:
    store.add(1, "2026-02-01Z")
    schema, _, table = made.rpartition(".")
    if schema:
        for statement in (
            f"DROP SCHEMA IF EXISTS {schema} CASCADE",
            f"CREATE SCHEMA {schema}",
            f"ALTER TABLE purchases SET SCHEMA {schema}",
            f"ALTER TABLE {schema}.purchases RENAME TO {table}",
            f'ALTER TABLE {made} RENAME purchase_id TO "PurchaseId"',
            f'ALTER TABLE {made} RENAME updated_at TO "UpdatedAt"',
        ):
            store.run(statement)
    said = {"table": named} | (
        {"key_field": "PurchaseId", "cursor_field": "UpdatedAt", "field_paths": {"updated_at": "UpdatedAt"}}
        if schema
        else {}
    )
    declared = DatabaseSource.model_validate({**dict(source), **said})
    assert _rows(contract, declared, store.url)[KEY].to_list() == ["1"]


def test_values_of_every_type_come_as_postgresql_writes_them_whatever_the_user_s_settings(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    store.run("DROP VIEW IF EXISTS typed; ")
    store.run("DROP DOMAIN IF EXISTS cpf_number CASCADE")
    store.run("DROP TYPE IF EXISTS city CASCADE")
    store.run("CREATE TYPE city AS ENUM ('São Paulo', 'Belém')")
    store.run("CREATE DOMAIN cpf_number AS text CHECK (length(value) = 11)")
    store.add(1, "2026-02-01 12:00Z")
    store.run(
        "CREATE VIEW typed AS SELECT purchase_id, updated_at, '{\"a\": [1.50, null]}'::json AS customer_id, "
        "ARRAY['a,b', NULL, 'ç']::text[] AS first_name, '\\x00ff41'::bytea AS last_name, "
        "0.1::float8 + 0.2 AS email, date '2026-01-31' AS purchase_date, 'NaN'::numeric AS total_amount, "
        "interval '1 day 02:03' AS product, 'Belém'::city AS store_location, '52998224725'::cpf_number AS cpf, "
        "'-Infinity'::numeric AS credit_card_number FROM purchases"
    )
    typed = source.model_copy(update={"table": "public.typed"})
    (row,) = _rows(contract, typed, store.url + OTHER_WRITINGS).to_dicts()
    assert {name: row[name] for name in contract.column_names} == {
        "customer_id": '{"a": [1.50, null]}',
        "first_name": '{"a,b",NULL,ç}',
        "last_name": r"\x00ff41",
        "email": "0.30000000000000004",
        "purchase_date": "2026-01-31",
        "total_amount": "NaN",
        "product": "1 day 02:03:00",
        "store_location": "Belém",
        "cpf": "52998224725",
        "credit_card_number": "-Infinity",
        "updated_at": "2026-02-01T12:00:00.000000Z",
    }


@pytest.mark.parametrize(
    ("column_type", "said", "written"),
    [
        ("bigint", CursorFormat.EPOCH_MILLISECONDS, [1769990399999, 1769990400000, 1769990400001]),
        ("integer", CursorFormat.EPOCH_SECONDS, [1769990399, 1769990400, 1769990401]),
        ("bigint", CursorFormat.EPOCH_MICROSECONDS, [1769990399999999, 1769990400000000, 1769990400000001]),
    ],
)
def test_a_cursor_may_be_a_number_since_the_epoch(
    contract: Contract,
    source: DatabaseSource,
    store: StoreDatabase,
    column_type: str,
    said: CursorFormat,
    written: list[int],
) -> None:
    store.run(f"ALTER TABLE purchases DROP updated_at, ADD updated_at {column_type}")
    for n, number in enumerate([*written, "NULL"]):
        store.add(n, "", updated_at=str(number))
    numbered = source.model_copy(update={"cursor_format": said})
    rows = _rows(contract, numbered, store.url, SINCE)
    assert rows[KEY].to_list() == ["1", "2", "3"]
    assert rows["updated_at"].to_list() == [*map(str, written[1:]), None]
    noon, unit = datetime(2026, 2, 2, tzinfo=UTC), UNITS[said]
    assert rows[CURSOR].to_list() == [noon, noon + unit, None]
    assert _rows(contract, numbered, store.url, Window(until=noon))[KEY].to_list() == ["0", "3"]


def test_a_cursor_may_be_a_number_that_grows(contract: Contract, source: DatabaseSource, store: StoreDatabase) -> None:
    store.run("ALTER TABLE purchases DROP updated_at, ADD updated_at bigint")
    store.run("ALTER TABLE purchases ADD written_at text")
    for n, number in enumerate([-5, 7, 8, 2**63 - 1]):
        store.add(n, "", updated_at=str(number))
    growing = source.model_copy(update={"cursor_format": CursorFormat.NUMBER})
    rows = _rows(contract, growing, store.url)
    at = [datetime(1969, 12, 31, 23, 59, 59, 999_995, UTC), *(datetime(1970, 1, 1, 0, 0, 0, n, UTC) for n in (7, 8))]
    assert rows.select(KEY, CURSOR).rows() == [("0", at[0]), ("1", at[1]), ("2", at[2]), ("3", None)]
    assert _rows(contract, growing, store.url, Window(since=at[2]))[KEY].to_list() == ["2", "3"]
    assert changes_span(contract, growing, store.url, Window(since=at[1])) == (at[1], at[2])


def test_a_number_is_not_guessed_to_be_a_time_nor_a_time_a_number(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    said = source.model_copy(update={"cursor_format": CursorFormat.NUMBER})
    with pytest.raises(StructureError, match=r"updated_at of table .* is no whole number"):
        _rows(contract, said, store.url)
    store.run("ALTER TABLE purchases DROP updated_at, ADD updated_at bigint")
    with pytest.raises(StructureError, match="is a whole number; say by cursorFormat what it counts: epochSeconds,"):
        _rows(contract, source, store.url)


def test_the_span_of_changes_leaves_out_rows_without_a_place_in_time(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    assert changes_span(contract, source, store.url, Window()) is None
    for n, time in enumerate(["-infinity", "2026-02-01Z", "2026-02-03Z", "infinity"]):
        store.add(n, time)
    ends = datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 3, tzinfo=UTC)
    assert changes_span(contract, source, store.url, Window()) == ends
    assert changes_span(contract, source, store.url, SINCE) == (ends[1], ends[1])
