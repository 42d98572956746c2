"""Rows that PostgreSQL cannot compute are set aside; the others come, all of them, once."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from contracts.contract import Contract
from contracts.raw_layout import UNDECLARED
from contracts.sources.database import DatabaseSource
from tasks.errors import StructureError
from tasks.extract.chunks import CURSOR, FAULT, KEY, LOCATION, SOURCE_TEXT, Window, chunk_schema
from tasks.extract.database import rows as rows_module
from tasks.extract.database import search as database_search
from tasks.extract.database.rows import extract_database
from tasks.extract.undeclared import undeclared_as_json, undeclared_names
from tests.tasks.store_database import StoreDatabase, database_source

pytestmark = pytest.mark.services

COLUMNS = (
    "purchase_id, customer_id, first_name, last_name, email, purchase_date, total_amount, product, store_location, "
    "cpf, credit_card_number, updated_at"
)

STREAMED = "?options=-c%20enable_sort%3Doff%20-c%20enable_seqscan%3Doff"
"""Has the server read by an index, so that rows come before one that cannot be read is met."""


@pytest.fixture
def source(contract: Contract) -> DatabaseSource:
    return database_source(contract, "public.sales")


def _rows(contract: Contract, source: DatabaseSource, url: str, window: Window | None = None) -> pl.DataFrame:
    chunks = extract_database(contract, source, url, window or Window())
    return pl.concat([pl.DataFrame(schema=chunk_schema(contract)), *chunks])


def _view(store: StoreDatabase, where: str = "", **columns: str) -> None:
    """A view `sales` of all purchases, some of whose columns are other expressions."""
    selected = ", ".join(f"{columns.get(name, name)} AS {name}" for name in COLUMNS.split(", "))
    store.run(f"CREATE VIEW sales AS SELECT {selected} FROM purchases {where}")


def _fill(store: StoreDatabase, rows: int, **columns: str) -> None:
    given = {"purchase_id": "n", "updated_at": "timestamptz '2026-02-01Z' + n * interval '1 minute'"} | columns
    generated = f"SELECT {', '.join(given.values())} FROM generate_series(1, {rows}) n"
    store.run(f"INSERT INTO purchases ({', '.join(given)}) {generated}")


def test_the_row_that_a_view_divides_by_zero_for_is_set_aside(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    _view(store, total_amount="10 / total_amount::int", cpf="upper(cpf)")
    store.add(1, "2026-02-01Z")
    store.add(2, "2026-02-02Z", total_amount="0")
    store.add(3, "2026-02-03Z")
    rows = _rows(contract, source, store.url)
    assert sorted(rows.filter(pl.col(FAULT).is_null())[KEY]) == ["1", "3"]
    (bad,) = rows.filter(pl.col(FAULT).is_not_null()).to_dicts()
    assert bad[FAULT] == "PostgreSQL cannot give its total_amount: division_by_zero (SQLSTATE 22012)"
    assert bad[LOCATION] == "purchase_id 2"
    assert (bad[KEY], bad[CURSOR]) == ("2", datetime(2026, 2, 2, tzinfo=UTC))
    assert (bad["customer_id"], bad["total_amount"], bad[SOURCE_TEXT]) == ("C2", None, None)


@pytest.mark.parametrize(
    ("column", "expression", "reason"),
    [
        ("total_amount", "product::int", "invalid_text_representation (SQLSTATE 22P02)"),
        ("purchase_date", "product::date", "invalid_datetime_format (SQLSTATE 22007)"),
        ("total_amount", "power(10::float8, length(product) * 40)::numeric", None),
        (
            "cpf",
            "(SELECT g::text FROM generate_series(1, length(product)) g)",
            "cardinality_violation (SQLSTATE 21000)",
        ),
        ("email", "('x' || substr('[', 1, length(product) / 9))::text ~ ('(' || product)", None),
    ],
)
def test_what_is_wrong_is_told_without_the_value(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, column: str, expression: str, reason: str | None
) -> None:
    _view(store, **{column: f"CASE WHEN purchase_id = 700 THEN ({expression})::text ELSE '1' END"})
    _fill(store, 1000, product="'planted' || n || 'planted'")
    rows = _rows(contract, source, store.url)
    assert sorted(rows[KEY], key=int) == [str(n) for n in range(1, 1001)]
    (fault,) = rows[FAULT].drop_nulls()
    assert rows.filter(pl.col(FAULT).is_not_null())[LOCATION].to_list() == ["purchase_id 700"]
    assert fault.startswith(f"PostgreSQL cannot give its {column}: {reason or ''}")
    assert "planted" not in fault


def test_many_bad_rows_in_several_places_are_found_in_mid_stream(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "BATCH_BYTES", 64 * 1024)
    bad = {3000, 3001, 6000, 8999, 9000}
    _view(store, total_amount=f"1 / (purchase_id <> ALL ('{bad}'))::int")
    store.run("CREATE INDEX ON purchases (updated_at, purchase_id)")
    _fill(store, 9000)
    first, *others = extract_database(contract, source, store.url + STREAMED, Window())
    rows = pl.concat([first, *others])
    assert first[FAULT].null_count() == first.height > 0
    assert rows.height == 9000
    assert set(rows.filter(pl.col(FAULT).is_not_null())[KEY]) == {str(n) for n in bad}
    assert rows.filter(pl.col(FAULT).is_null())[CURSOR].is_sorted()


def test_a_column_that_the_contract_does_not_know_takes_no_row_to_quarantine(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "BATCH_BYTES", 64 * 1024)
    store.run("CREATE VIEW sales AS SELECT *, 1 / (purchase_id <> 8000)::int AS share FROM purchases")
    store.run("CREATE INDEX ON purchases (updated_at, purchase_id)")
    _fill(store, 9000)
    store.run("ANALYZE purchases")
    first, *others = extract_database(contract, source, store.url + STREAMED, Window())
    rows = pl.concat([chunk.select(*chunk_schema(contract)) for chunk in (first, *others)])
    assert sorted(rows[KEY], key=int) == [str(n) for n in range(1, 9001)]
    assert rows[FAULT].null_count() == rows.height
    assert set(undeclared_as_json(first)[UNDECLARED]) == {'{"share":"1"}'}
    assert {undeclared_names(chunk) for chunk in (first, *others)} == {("share",)}
    assert UNDECLARED not in undeclared_as_json(others[-1])


def test_rows_that_came_before_the_failure_come_once(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "BATCH_BYTES", 64 * 1024)
    _view(store, total_amount="1 / (purchase_id <> 8000)::int")
    store.run("CREATE INDEX ON purchases (updated_at, purchase_id)")
    _fill(store, 9000)
    store.run("ANALYZE purchases")
    chunks = extract_database(contract, source, store.url + STREAMED, Window())
    first = next(chunks)
    store.run("UPDATE purchases SET product = 'later', updated_at = '2030-01-01Z'")
    assert first[FAULT].null_count() == first.height
    rows = pl.concat([first, *chunks])
    assert sorted(rows[KEY], key=int) == [str(n) for n in range(1, 9001)]
    assert "later" not in rows["product"]


def test_only_the_window_is_looked_at(contract: Contract, source: DatabaseSource, store: StoreDatabase) -> None:
    _view(store, total_amount="10 / total_amount::int")
    store.add(1, "2026-02-01Z", total_amount="0")
    store.add(2, "2026-02-02Z", total_amount="0")
    store.add(3, "2026-02-02Z")
    rows = _rows(contract, source, store.url, Window(since=datetime(2026, 2, 2, tzinfo=UTC)))
    assert rows.select(KEY, pl.col(FAULT).is_null()).rows() == [("2", False), ("3", True)]


@pytest.mark.parametrize("window", [Window(), Window(since=datetime(2026, 2, 2, tzinfo=UTC))])
def test_a_row_whose_time_cannot_be_read_comes_with_every_window(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, window: Window
) -> None:
    _view(store, updated_at="coalesce(product, updated_at::text)::timestamptz")
    store.add(1, "2026-02-01Z")
    store.add(2, "2026-02-02Z", product="'yesterday or so'")
    store.add(3, "2026-02-03Z")
    rows = _rows(contract, source, store.url, window)
    assert rows.filter(pl.col(FAULT).is_null())[KEY].to_list() == (["3"] if window.since else ["1", "3"])
    (bad,) = rows.filter(pl.col(FAULT).is_not_null()).to_dicts()
    assert (bad[KEY], bad[CURSOR], bad["product"]) == ("2", None, "yesterday or so")
    assert bad[FAULT] == "PostgreSQL cannot give its updated_at: invalid_datetime_format (SQLSTATE 22007)"


@pytest.mark.parametrize(
    "key", ["'it''s ' || purchase_id", r"'back\' || purchase_id", "purchase_id / 7.0", "'one for all'", "NULL::int"]
)
def test_bad_rows_are_told_apart_whatever_their_keys(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, key: str
) -> None:
    _view(store, purchase_id=key, total_amount="10 / total_amount::int")
    for n in range(1, 10):
        store.add(n, f"2026-02-0{n}Z", total_amount="0" if n == 5 else "1")
    rows = _rows(contract, source, store.url)
    assert rows.filter(pl.col(FAULT).is_null())["customer_id"].to_list() == [f"C{n}" for n in (1, 2, 3, 4, 6, 7, 8, 9)]
    assert rows.filter(pl.col(FAULT).is_not_null())["customer_id"].to_list() == ["C5"]


def test_rows_that_nothing_tells_apart_are_set_aside_together(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    _view(
        store,
        purchase_id="purchase_id / 2",
        updated_at="date_trunc('day', updated_at)",
        total_amount="10 / total_amount::int",
    )
    for n in (2, 3, 4, 5):
        store.add(n, f"2026-02-01T0{n}:00Z", total_amount="0" if n == 5 else "1")
    rows = _rows(contract, source, store.url)
    assert rows.filter(pl.col(FAULT).is_null())["customer_id"].to_list() == ["C2", "C3"]
    assert rows[FAULT].drop_nulls().to_list() == 2 * [
        "PostgreSQL cannot give its total_amount: division_by_zero (SQLSTATE 22012); "
        "2 rows have its key and time, and not each may be at fault"
    ]


def test_a_row_whose_key_cannot_be_read_is_found_by_its_time(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    _view(store, purchase_id="(purchase_id || coalesce(product, ''))::int")
    for n in range(1, 5):
        store.add(n, f"2026-02-0{n}Z", **({"product": "'planted'"} if n == 2 else {}))
    rows = _rows(contract, source, store.url)
    assert rows.filter(pl.col(FAULT).is_null())[KEY].to_list() == ["1", "3", "4"]
    (bad,) = rows.filter(pl.col(FAULT).is_not_null()).to_dicts()
    assert (bad[KEY], bad[LOCATION], bad[CURSOR]) == (None, None, datetime(2026, 2, 2, tzinfo=UTC))
    assert bad[FAULT] == "PostgreSQL cannot give its purchase_id: invalid_text_representation (SQLSTATE 22P02)"


def test_a_time_that_cannot_be_read_among_rows_of_one_key_sets_that_key_aside(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    _view(store, purchase_id="purchase_id / 2", updated_at="coalesce(product, updated_at::text)::timestamptz")
    for n in range(2, 8):
        store.add(n, f"2026-02-0{n}Z", **({"product": "'planted'"} if n == 5 else {}))
    rows = _rows(contract, source, store.url)
    assert rows.filter(pl.col(FAULT).is_null())["customer_id"].to_list() == ["C2", "C3", "C6", "C7"]
    assert sorted(rows.filter(pl.col(FAULT).is_not_null())["customer_id"]) == ["C4", "C5"]
    assert set(rows[FAULT].drop_nulls()) == {
        "PostgreSQL cannot give its updated_at: invalid_datetime_format (SQLSTATE 22007); "
        "2 rows have its key and time, and not each may be at fault"
    }


def test_too_many_bad_rows_are_no_matter_of_rows(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_search, "MOST_UNREADABLE", 3)
    _view(store, total_amount="1 / (purchase_id % 2)")
    _fill(store, 100)
    expected = r"more than 3 rows of public\.sales of store-database cannot be read, such as one with division_by_zero"
    with pytest.raises(StructureError, match=expected):
        _rows(contract, source, store.url)


@pytest.mark.parametrize(
    ("view", "message"),
    [
        ({"where": "WHERE product::int > 0"}, r"not even its purchase_id can be read: invalid_text_representation"),
        ({"purchase_id": "(product || purchase_id)::int"}, r"more than 3 rows of .* such as one with invalid_text"),
        ({"total_amount": "1 / 0"}, r"division_by_zero \(SQLSTATE 22012\)"),
    ],
)
def test_what_cannot_be_told_by_row_is_told_as_a_whole(
    contract: Contract,
    source: DatabaseSource,
    store: StoreDatabase,
    view: dict[str, str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(database_search, "MOST_UNREADABLE", 3)
    _view(store, **view)
    _fill(store, 100, product="'planted'")
    with pytest.raises(StructureError, match=message) as caught:
        _rows(contract, source, store.url)
    assert "public.sales of store-database" in str(caught.value)
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("key", ["CASE purchase_id WHEN 8000 THEN 1 ELSE purchase_id END", "1"])
def test_other_versions_of_a_bad_row_come_once(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(rows_module, "BATCH_BYTES", 64 * 1024)
    _view(store, purchase_id=key, customer_id="purchase_id", total_amount="1 / (purchase_id <> 8000)::int")
    store.run("CREATE INDEX ON purchases (updated_at)")
    _fill(store, 9000)
    rows = _rows(contract, source, store.url + STREAMED)
    assert sorted(rows["customer_id"], key=int) == [str(n) for n in range(1, 9001)]
    assert rows.filter(pl.col(FAULT).is_not_null())["customer_id"].to_list() == ["8000"]


def test_values_that_change_while_they_are_read_are_no_reason_to_lose_rows(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "BATCH_BYTES", 64 * 1024)
    body = "BEGIN RETURN random()::text; END"  # declared stable, so that it stands in no index's way
    store.run(f"CREATE OR REPLACE FUNCTION changing() RETURNS text STABLE LANGUAGE plpgsql AS '{body}'")
    _view(store, product="changing()", total_amount="1 / (purchase_id <> 8000)::int")
    store.run("CREATE INDEX ON purchases (updated_at, purchase_id)")
    _fill(store, 9000)
    store.run("ANALYZE purchases")
    with pytest.raises(StructureError, match="come in another order when they are read again"):
        _rows(contract, source, store.url + STREAMED)
