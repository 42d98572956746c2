"""LoadRows of a real PostgreSQL as chunks, and what is said when it cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import polars as pl
import pytest

from contracts.contract import Contract
from contracts.sources.database import DatabaseSource
from tasks.errors import AccessRefused, MisconfiguredError, SourceUnavailable, StructureError
from tasks.extract.chunks import CURSOR, FAULT, KEY, LOCATION, SOURCE_TEXT, Window, chunk_schema
from tasks.extract.database import rows as rows_module
from tasks.extract.database.rows import extract_database
from tests.tasks.store_database import StoreDatabase, database_source

pytestmark = pytest.mark.services

EVERYTHING = Window()


@pytest.fixture
def source(contract: Contract) -> DatabaseSource:
    return database_source(contract)


def _rows(contract: Contract, source: DatabaseSource, url: str, window: Window = EVERYTHING) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=chunk_schema(contract)), *extract_database(contract, source, url, window)])


def _keys(contract: Contract, source: DatabaseSource, url: str, window: Window = EVERYTHING) -> list[str]:
    return _rows(contract, source, url, window)[KEY].to_list()


def test_typed_values_become_the_texts_that_the_contract_declares(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    store.run(
        "INSERT INTO purchases VALUES (7, 'C7', 'Conceição', 'D''Ávila', 'c@example.com', '2026-01-31', 1234.5, "
        "E'TV \"32\"\\nbranca', 'São Paulo', '529.982.247-25', '4111111111111111', '2026-02-01 09:00:00.5-03')"
    )
    assert _rows(contract, source, store.url).to_dicts() == [
        {
            "customer_id": "C7",
            "first_name": "Conceição",
            "last_name": "D'Ávila",
            "email": "c@example.com",
            "purchase_date": "2026-01-31",
            "total_amount": "1234.50",
            "product": 'TV "32"\nbranca',
            "store_location": "São Paulo",
            "cpf": "529.982.247-25",
            "credit_card_number": "4111111111111111",
            "updated_at": "2026-02-01T12:00:00.500000Z",
            KEY: "7",
            CURSOR: datetime(2026, 2, 1, 12, 0, 0, 500_000, tzinfo=UTC),
            LOCATION: "purchase_id 7",
            FAULT: None,
            SOURCE_TEXT: None,
        }
    ]


def test_nulls_stay_null(contract: Contract, source: DatabaseSource, store: StoreDatabase) -> None:
    store.run("INSERT INTO purchases (purchase_id, updated_at) VALUES (1, '2026-02-01Z')")
    row = _rows(contract, source, store.url).row(0, named=True)
    assert {name for name, value in row.items() if value is None} == {*contract.column_names, FAULT, SOURCE_TEXT} - {
        "updated_at"
    }


def test_dates_beyond_every_calendar_are_extracted_as_postgresql_writes_them(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    store.add(1, "infinity", purchase_date="'infinity'", total_amount="'NaN'")
    store.add(2, "2026-02-01Z", purchase_date="'0044-03-15 BC'")
    store.add(3, "20000-01-01Z")
    rows = _rows(contract, source, store.url).sort(KEY)
    assert rows["purchase_date"].to_list() == ["infinity", "0044-03-15 BC", "2026-01-31"]
    assert rows["total_amount"].to_list() == ["NaN", "1234.50", "1234.50"]
    assert rows["updated_at"].to_list() == ["infinity", "2026-02-01T00:00:00.000000Z", "20000-01-01T00:00:00.000000Z"]
    assert rows[CURSOR].to_list() == [None, datetime(2026, 2, 1, tzinfo=UTC), None]


@pytest.mark.parametrize("table_type", ["timestamptz", "timestamp"])
def test_times_of_change_outside_of_the_calendar_have_no_place_in_time(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, table_type: str
) -> None:
    store.run(f"ALTER TABLE purchases ALTER updated_at TYPE {table_type}")
    times = {
        "-infinity": "-infinity",
        "4713-01-01 00:00:00+00 BC": "4713-01-01 00:00:00+00 BC",
        "0044-03-15 00:00:00+00 BC": "0044-03-15 00:00:00+00 BC",
        "0001-01-01 00:00:00+00": "0001-01-01T00:00:00.000000Z",
        "0001-01-01 00:09:59.999999+00": "0001-01-01T00:09:59.999999Z",
        "9999-12-31 00:00:01+00": "9999-12-31T00:00:01.000000Z",
        "294276-12-31 23:59:59+00": "294276-12-31T23:59:59.000000Z",
        "infinity": "infinity",
    }
    for n, time in enumerate(times):
        store.add(n, time)
    store.add(100, "0001-01-01 00:10:00+00")
    store.add(101, "2026-02-01 00:00:00+00")
    rows = _rows(contract, source, store.url)
    written = [text if table_type == "timestamptz" else text.replace("+00", "") for text in times.values()]
    timeless = rows.filter(pl.col(CURSOR).is_null()).sort(pl.col(KEY).cast(pl.Int64))
    assert timeless["updated_at"].to_list() == written
    first = rows[CURSOR].min()
    assert isinstance(first, datetime)
    assert first - timedelta(seconds=source.overlap_seconds) == datetime(1, 1, 1, tzinfo=UTC)
    assert rows.filter(pl.col(CURSOR).is_not_null())[KEY].to_list() == ["100", "101"]


@pytest.mark.parametrize(
    ("window", "keys"),
    [
        (Window(since=datetime(2026, 2, 1, tzinfo=UTC)), ["1", "2", "3", "5", "6"]),
        (Window(until=datetime(2026, 2, 1, tzinfo=UTC)), ["1", "2", "3", "4", "6"]),
        (Window(since=datetime(2030, 2, 1, tzinfo=UTC), until=datetime.max.replace(tzinfo=UTC)), ["1", "2", "3", "6"]),
    ],
)
def test_rows_without_a_place_in_time_come_with_every_window_too(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, window: Window, keys: list[str]
) -> None:
    for n, time in enumerate(
        ["-infinity", "0044-03-15 BC", "20000-01-01Z", "2026-01-31Z", "2026-02-01Z", "infinity"], 1
    ):
        store.add(n, time)
    assert sorted(_keys(contract, source, store.url, window)) == keys


@pytest.mark.parametrize(
    "since",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=3))),
        datetime(99, 1, 1, tzinfo=timezone(timedelta(hours=-3))),
    ],
)
def test_a_window_may_begin_with_the_calendar(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, since: datetime
) -> None:
    store.add(1, "0200-01-01Z")
    assert _keys(contract, source, store.url, Window(since=since)) == ["1"]


def test_a_time_of_change_may_be_a_date(contract: Contract, source: DatabaseSource, store: StoreDatabase) -> None:
    store.run("ALTER TABLE purchases ALTER updated_at TYPE date")
    for n, day in enumerate(["0044-03-15 BC", "2026-01-31", "2026-02-02", "5874897-12-31", "infinity"], 1):
        store.add(n, day)
    rows = _rows(contract, source, store.url, Window(since=datetime(2026, 2, 1, 12, tzinfo=UTC)))
    assert rows.sort(KEY).select(KEY, "updated_at", CURSOR).rows() == [
        ("1", "0044-03-15 BC", None),
        ("3", "2026-02-02", datetime(2026, 2, 2, tzinfo=UTC)),
        ("4", "5874897-12-31", None),
        ("5", "infinity", None),
    ]


def test_window_includes_its_start_and_excludes_its_end_in_order_of_change(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    for purchase_id, day in ((5, "01"), (4, "02"), (3, "03"), (2, "03"), (1, "04")):
        store.add(purchase_id, f"2026-02-{day}Z")
    window = Window(since=datetime(2026, 2, 2, tzinfo=UTC), until=datetime(2026, 2, 4, tzinfo=UTC))
    assert _keys(contract, source, store.url, window) == ["4", "2", "3"]


def test_rows_without_a_time_of_change_come_with_every_window(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    store.run("ALTER TABLE purchases ALTER updated_at DROP NOT NULL")
    store.add(1, "2026-02-01Z")
    store.add(2, "2026-02-02Z", updated_at="NULL")
    assert _keys(contract, source, store.url, Window(since=datetime(2026, 2, 3, tzinfo=UTC))) == ["2"]


def test_fields_are_mapped_by_the_contract_and_quoted(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    store.add(1, "2026-02-01Z", first_name="'Ana'")
    store.run("""ALTER TABLE purchases RENAME first_name TO "first ""name; DROP TABLE purchases" """)
    renamed = source.model_copy(update={"field_paths": {"first_name": 'first "name; DROP TABLE purchases'}})
    assert _rows(contract, renamed, store.url)["first_name"].to_list() == ["Ana"]


def test_a_big_table_comes_in_many_chunks_of_one_snapshot(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "BATCH_BYTES", 64 * 1024)
    store.run("INSERT INTO purchases (purchase_id, updated_at) SELECT n, '2026-02-01Z' FROM generate_series(1, 9000) n")
    chunks = extract_database(contract, source, store.url, EVERYTHING)
    first = next(chunks)
    store.run("UPDATE purchases SET updated_at = '2026-03-01Z'")
    rest = list(chunks)
    assert len(rest) > 1
    assert pl.concat([first, *rest])[KEY].to_list() == [str(n) for n in range(1, 9001)]
    assert pl.concat(rest)["updated_at"].unique().to_list() == ["2026-02-01T00:00:00.000000Z"]


def test_missing_columns_are_named_all_at_once(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    store.run("ALTER TABLE purchases DROP cpf, DROP email")
    with pytest.raises(StructureError, match=r"table public\.purchases of store-database has no column cpf, email;"):
        _rows(contract, source, store.url)


def test_an_optional_column_may_be_missing(contract: Contract, source: DatabaseSource, store: StoreDatabase) -> None:
    store.add(1, "2026-02-01Z")
    store.run("ALTER TABLE purchases DROP product")
    optional = source.model_copy(update={"optional_columns": ("product",)})
    assert _rows(contract, optional, store.url)["product"].to_list() == [None]


def test_a_missing_table_is_named(contract: Contract, source: DatabaseSource, store: StoreDatabase) -> None:
    with pytest.raises(MisconfiguredError, match=r"store-database has no table public\.sales"):
        _rows(contract, source.model_copy(update={"table": "public.sales"}), store.url)


def test_a_user_who_may_not_read_is_told_so(contract: Contract, source: DatabaseSource, store: StoreDatabase) -> None:
    store.run("REVOKE ALL ON purchases FROM store")
    with pytest.raises(AccessRefused, match="grant SELECT"):
        _rows(contract, source, store.url)


def test_a_wrong_password_is_an_access_problem_and_stays_secret(
    contract: Contract, source: DatabaseSource, database_url: str
) -> None:
    with pytest.raises(AccessRefused, match="set STORE_DATABASE_URL") as caught:
        _rows(contract, source, database_url.replace("planted-password", "other-secret"))
    assert "other-secret" not in _whole_story(caught.value)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://u:planted-password@127.0.0.1:1/x", "Connection refused"),
        ("postgresql://u:planted-password has blanks@127.0.0.1:1/x", "not a valid postgresql:// URL"),
        ("postgresql://u:planted-password@[::1/x", "not a valid postgresql:// URL"),
        ("planted-password", "not a valid postgresql:// URL"),
    ],
)
def test_a_server_that_cannot_be_reached_is_named_without_the_password(
    contract: Contract, source: DatabaseSource, url: str, message: str
) -> None:
    with pytest.raises((SourceUnavailable, MisconfiguredError), match=message) as caught:
        _rows(contract, source, url)
    assert "planted-password" not in _whole_story(caught.value)


def test_a_lost_connection_is_not_a_short_table(
    contract: Contract, source: DatabaseSource, store: StoreDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows_module, "BATCH_BYTES", 64 * 1024)
    store.run(
        "INSERT INTO purchases (purchase_id, updated_at, product) "
        "SELECT n, '2026-02-01Z', repeat('x', 1000) FROM generate_series(1, 30000) n"
    )
    chunks = extract_database(contract, source, store.url, EVERYTHING)
    next(chunks)
    store.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = 'store'"
    )
    with pytest.raises(SourceUnavailable, match=r"reading public\.purchases of store-database failed"):
        list(chunks)


def _whole_story(error: BaseException) -> str:
    """What a log shows of an error: it and all it was raised from."""
    shown = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{error!r}{_whole_story(shown) if shown else ''}"
