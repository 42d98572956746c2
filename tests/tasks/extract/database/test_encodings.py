"""Bytes that are no text set their row aside, whatever the database's encoding; all others arrive as UTF-8."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from adbc_driver_postgresql import dbapi

from contracts.contract import Contract
from contracts.raw_layout import UNDECLARED
from contracts.sources.database import DatabaseSource
from tasks.extract.chunks import FAULT, KEY, LOCATION, SOURCE_TEXT, Window, chunk_schema
from tasks.extract.database.rows import extract_database
from tasks.extract.database.texts import as_frame
from tasks.extract.undeclared import undeclared_as_json
from tests.tasks.store_database import StoreDatabase, database_source, databases_of_encodings

pytestmark = pytest.mark.services

IDENTITY = (KEY, LOCATION, FAULT, SOURCE_TEXT)


@pytest.fixture
def source(contract: Contract) -> DatabaseSource:
    return database_source(contract)


@pytest.fixture(scope="module")
def urls(new_home: Callable[[], Path]) -> Iterator[dict[str, str]]:
    with databases_of_encodings(new_home(), ["SQL_ASCII", "LATIN1", "WIN1252", "EUC_JP"]) as urls:
        yield urls


@pytest.fixture
def store_of(urls: dict[str, str]) -> Iterator[Callable[[str], StoreDatabase]]:
    connections: list[dbapi.Connection] = []

    def open_store(encoding: str) -> StoreDatabase:
        connections.append(dbapi.connect(urls[encoding], autocommit=True))
        return StoreDatabase(urls[encoding], connections[-1])

    yield open_store
    for connection in connections:
        connection.close()


def _bytes(hexadecimal: str, encoding: str) -> str:
    """SQL of a text of any bytes."""
    return f"convert_from('\\x{hexadecimal}'::bytea, '{encoding}')"


def _rows(contract: Contract, source: DatabaseSource, url: str, window: Window | None = None) -> pl.DataFrame:
    chunks = extract_database(contract, source, url, window or Window())
    schema = chunk_schema(contract)
    return pl.concat([pl.DataFrame(schema=schema), *(chunk.select(*schema) for chunk in chunks)])


@pytest.mark.parametrize(
    ("bad", "shown"),
    [
        ("4a6f73e9", r"Jos\xe9"),
        ("ff", r"\xff"),
        ("c3a9c3", r"é\xc3"),
        ("eda080", r"\xed\xa0\x80"),
        ("61" * 40 + "80", "a" * 40 + r"\x80"),
    ],
)
def test_a_row_of_bytes_without_encoding_is_set_aside(
    contract: Contract, source: DatabaseSource, store_of: Callable[[str], StoreDatabase], bad: str, shown: str
) -> None:
    store = store_of("SQL_ASCII")
    store.add(1, "2026-02-01Z", first_name="'José'")
    store.add(2, "2026-02-02Z", first_name=_bytes(bad, "SQL_ASCII"), last_name="'Souza'")
    store.add(3, "2026-02-03Z", first_name="'Ana'")
    rows = _rows(contract, source, store.url)
    assert rows.select("first_name", "last_name", *IDENTITY).rows() == [
        ("José", None, "1", "purchase_id 1", None, None),
        (None, "Souza", "2", "purchase_id 2", "it has bytes that are not UTF-8 in first_name", f"first_name: {shown}"),
        ("Ana", None, "3", "purchase_id 3", None, None),
    ]


def test_bytes_without_encoding_in_a_column_that_the_contract_does_not_know_set_no_row_aside(
    contract: Contract, source: DatabaseSource, store_of: Callable[[str], StoreDatabase]
) -> None:
    store = store_of("SQL_ASCII")
    store.run("ALTER TABLE purchases ADD note text")
    store.add(1, "2026-02-01Z", note=_bytes("4a6f73e9", "SQL_ASCII"))
    store.add(2, "2026-02-02Z", note="'José'")
    (chunk,) = extract_database(contract, source, store.url, Window())
    assert chunk.select(IDENTITY).rows() == [("1", "purchase_id 1", None, None), ("2", "purchase_id 2", None, None)]
    assert undeclared_as_json(chunk)[UNDECLARED].to_list() == ['{"note":"Jos�"}', '{"note":"José"}']


def test_a_key_of_bytes_without_encoding_still_finds_its_row(
    contract: Contract, source: DatabaseSource, store_of: Callable[[str], StoreDatabase]
) -> None:
    store = store_of("SQL_ASCII")
    store.run("ALTER TABLE purchases ALTER purchase_id TYPE text")
    for n, key in enumerate(["'a'", _bytes("4a6f73e9", "SQL_ASCII"), "'São'"], 1):
        store.run(f"INSERT INTO purchases (purchase_id, updated_at) VALUES ({key}, '2026-02-0{n}Z')")
    rows = _rows(contract, source, store.url)
    assert rows.select(IDENTITY).rows() == [
        ("a", "purchase_id a", None, None),
        (r"Jos\xe9", r"purchase_id Jos\xe9", "it has bytes that are not UTF-8 in _key", r"_key: Jos\xe9"),
        ("São", "purchase_id São", None, None),
    ]


def test_bytes_and_a_failing_view_set_their_own_rows_aside(
    contract: Contract, source: DatabaseSource, store_of: Callable[[str], StoreDatabase]
) -> None:
    store = store_of("SQL_ASCII")
    for n in range(1, 29):
        name = _bytes("e9", "SQL_ASCII") if n in {5, 20} else f"'{n}'"
        store.add(n, f"2026-02-{n:02d}Z", first_name=name, total_amount="0" if n in {5, 6} else "2")
    store.run("ALTER TABLE purchases RENAME total_amount TO written_amount")
    store.run("CREATE VIEW sales AS SELECT *, 4 / written_amount AS total_amount FROM purchases")
    rows = _rows(contract, source.model_copy(update={"table": "public.sales"}), store.url)
    assert rows.height == 28
    divided = "PostgreSQL cannot give its total_amount: division_by_zero (SQLSTATE 22012)"
    no_text = "it has bytes that are not UTF-8 in first_name"
    assert dict(rows.filter(pl.col(FAULT).is_not_null()).select(KEY, FAULT).iter_rows()) == {
        "5": f"{divided}; {no_text}",
        "6": divided,
        "20": no_text,
    }


@pytest.mark.parametrize(
    ("encoding", "name", "text"),
    [("LATIN1", "4a6f73e9", "José"), ("WIN1252", "80204a6f73e9", "€ José"), ("EUC_JP", "c6fccbdc", "日本")],
)
def test_other_encodings_are_converted(
    contract: Contract,
    source: DatabaseSource,
    store_of: Callable[[str], StoreDatabase],
    encoding: str,
    name: str,
    text: str,
) -> None:
    store = store_of(encoding)
    store.add(1, "2026-02-01Z", first_name=_bytes(name, encoding))
    assert _rows(contract, source, store.url).select("first_name", FAULT).rows() == [(text, None)]


@pytest.mark.parametrize(
    ("encoding", "bad", "shown"),
    [("WIN1252", "4a6f73e981", r"Jos\xe9\x81"), ("WIN1252", "9d", r"\x9d"), ("EUC_JP", "a9a1", r"\xa9\xa1")],
)
def test_a_character_that_utf_8_has_not_sets_its_row_aside(
    contract: Contract,
    source: DatabaseSource,
    store_of: Callable[[str], StoreDatabase],
    encoding: str,
    bad: str,
    shown: str,
) -> None:
    store = store_of(encoding)
    for n in range(1, 100):
        store.add(
            n, f"2026-02-01T01:{n // 60:02d}:{n % 60:02d}Z", first_name=_bytes(bad, encoding) if n == 70 else "'Ana'"
        )
    rows = _rows(contract, source, store.url)
    assert sorted(rows[KEY], key=int) == [str(n) for n in range(1, 100)]
    fault = "PostgreSQL cannot give its first_name: untranslatable_character (SQLSTATE 22P05)"
    assert rows.filter(pl.col(FAULT).is_not_null()).select("first_name", *IDENTITY).rows() == [
        (None, "70", "purchase_id 70", fault, f"first_name: {shown}")
    ]


def test_a_key_with_such_a_character_is_found_by_its_time(
    contract: Contract, source: DatabaseSource, store_of: Callable[[str], StoreDatabase]
) -> None:
    store = store_of("WIN1252")
    store.run("ALTER TABLE purchases ALTER purchase_id TYPE text")
    for n, key in enumerate(["'a'", _bytes("6281", "WIN1252"), "'c'"], 1):
        store.run(f"INSERT INTO purchases (purchase_id, updated_at) VALUES ({key}, '2026-02-0{n}Z')")
    rows = _rows(contract, source, store.url)
    assert rows.filter(pl.col(FAULT).is_null())[KEY].to_list() == ["a", "c"]
    assert rows.filter(pl.col(FAULT).is_not_null()).select(*IDENTITY, "updated_at").rows() == [
        (
            None,
            None,
            "PostgreSQL cannot give its purchase_id: untranslatable_character (SQLSTATE 22P05)",
            r"purchase_id: b\x81",
            "2026-02-02T00:00:00.000000Z",
        )
    ]


def test_a_column_whose_name_is_no_text_stops_nothing(
    contract: Contract, source: DatabaseSource, store_of: Callable[[str], StoreDatabase]
) -> None:
    store = store_of("SQL_ASCII")
    store.run(
        "DO $$ BEGIN EXECUTE 'ALTER TABLE purchases ADD \"pre' || "
        + _bytes("e7", "SQL_ASCII")
        + " || 'o\" int'; END $$"
    )
    store.add(1, "2026-02-01Z")
    assert _rows(contract, source, store.url)[KEY].to_list() == ["1"]


def test_damaged_texts_of_any_database_are_never_taken_for_text() -> None:
    damaged = pa.array([b"a", b"\xe9", None, "é".encode(), b"x" * 30 + b"\xff"], pa.binary()).view(pa.string())
    rows = as_frame(
        pa.record_batch({KEY: pa.array(["1", "2", "3", "4", "5"]), "name": damaged, "n": pa.array(range(5))})
    )
    assert rows[KEY].to_list() == ["1", "2", "3", "4", "5"]
    assert rows["name"].to_list() == ["a", None, None, "é", None]
    assert rows["n"].to_list() == [0, 1, 2, 3, 4]
    assert rows[SOURCE_TEXT].to_list() == [None, r"name: \xe9", None, None, "name: " + "x" * 30 + r"\xff"]
