"""PostgreSQL's own code decides what an error in a statement means, and no message of it is passed on."""

from __future__ import annotations

import contextlib

import pytest
from adbc_driver_manager import AdbcStatusCode, OperationalError

from contracts.contract import Contract
from tasks.errors import (
    AccessRefused,
    MisconfiguredError,
    PipelineError,
    ReadingStopped,
    SourceUnavailable,
    StructureError,
)
from tasks.extract.chunks import Window
from tasks.extract.database import rows as rows_module
from tasks.extract.database.connection import connect, translated_connection_errors
from tasks.extract.database.errors import UnreadableRows, statement_error
from tasks.extract.database.rows import extract_database
from tests.tasks.store_database import StoreDatabase, database_source

STREAMED = "?options=-c%20enable_sort%3Doff%20-c%20enable_seqscan%3Doff"
_RAISE = """
CREATE OR REPLACE FUNCTION failing(n bigint, code text) RETURNS numeric IMMUTABLE LANGUAGE plpgsql AS $$
BEGIN
    IF n = 8000 THEN
        RAISE EXCEPTION USING ERRCODE = code, MESSAGE = 'planted', DETAIL = 'planted', HINT = 'planted';
    END IF;
    RETURN 1;
END $$
"""


@pytest.mark.parametrize(
    ("sqlstate", "kind"),
    [
        ("08006", SourceUnavailable),
        ("40001", ReadingStopped),
        ("53300", SourceUnavailable),
        ("55P03", SourceUnavailable),
        ("57014", ReadingStopped),
        ("25P04", ReadingStopped),
        ("57P01", SourceUnavailable),
        ("25P03", SourceUnavailable),
        ("58030", SourceUnavailable),
        ("42P01", MisconfiguredError),
        ("42501", AccessRefused),
        ("28000", AccessRefused),
        ("42883", StructureError),
        ("55000", StructureError),
        ("0A000", StructureError),
        ("22012", UnreadableRows),
        ("P0001", UnreadableRows),
        ("XX001", UnreadableRows),
        ("ZZ999", StructureError),
    ],
)
def test_the_code_decides(contract: Contract, sqlstate: str, kind: type[PipelineError]) -> None:
    error = statement_error(database_source(contract), sqlstate, is_connected=True)
    assert type(error) is kind
    assert f"(SQLSTATE {sqlstate})" in str(error)
    assert "public.purchases" in str(error)


def test_without_a_code_it_counts_whether_the_connection_is_there(contract: Contract) -> None:
    source = database_source(contract)
    assert type(statement_error(source, None, is_connected=False)) is SourceUnavailable
    assert type(statement_error(source, None, is_connected=True)) is StructureError


@pytest.mark.services
@pytest.mark.parametrize(
    ("sqlstate", "kind", "told"),
    [
        ("53200", SourceUnavailable, r"failed: out_of_memory \(SQLSTATE 53200\); run again"),
        ("40001", ReadingStopped, r"failed: serialization_failure \(SQLSTATE 40001\); run again"),
        ("57014", ReadingStopped, r"stopped the statement, query_canceled \(SQLSTATE 57014\)"),
        ("42501", AccessRefused, r"insufficient_privilege \(SQLSTATE 42501\); grant SELECT on it"),
        ("42883", StructureError, r"failed: undefined_function \(SQLSTATE 42883\); mend the table or view"),
        ("0A000", StructureError, r"failed: feature not supported \(SQLSTATE 0A000\)"),
    ],
)
def test_an_error_in_mid_stream_is_told_as_what_it_is(
    contract: Contract,
    store: StoreDatabase,
    monkeypatch: pytest.MonkeyPatch,
    sqlstate: str,
    kind: type[PipelineError],
    told: str,
) -> None:
    monkeypatch.setattr(rows_module, "BATCH_BYTES", 64 * 1024)
    source = database_source(contract, "public.sales")
    store.run(_RAISE)
    store.run("ALTER TABLE purchases RENAME total_amount TO written_amount")
    store.run(f"CREATE VIEW sales AS SELECT *, failing(purchase_id, '{sqlstate}') AS total_amount FROM purchases")
    store.run("CREATE INDEX ON purchases (updated_at)")
    store.run(
        "INSERT INTO purchases (purchase_id, updated_at) "
        "SELECT n, timestamptz '2026-02-01Z' + n * interval '1 minute' FROM generate_series(1, 9000) n"
    )
    chunks = extract_database(contract, source, store.url + STREAMED, Window())
    next(chunks)
    with pytest.raises(kind, match=told) as caught:
        list(chunks)
    assert type(caught.value) is kind
    assert "planted" not in str(caught.value)
    assert caught.value.__suppress_context__


@pytest.mark.services
@pytest.mark.parametrize(
    ("option", "told"),
    [
        (
            "statement_timeout",
            r"stopped the statement, query_canceled \(SQLSTATE 57014\); if the user's statement_timeout",
        ),
        ("transaction_timeout", r"failed: transaction_timeout \(SQLSTATE 25P04\); run again"),
        ("lock_timeout", r"failed: lock_not_available \(SQLSTATE 55P03\); run again"),
    ],
)
def test_a_time_limit_of_the_server_is_told(contract: Contract, store: StoreDatabase, option: str, told: str) -> None:
    source = database_source(contract, "public.sales")
    store.add(1, "2026-02-01Z")
    store.run("ALTER TABLE purchases RENAME product TO written_product")
    store.run("CREATE VIEW sales AS SELECT *, pg_sleep(2)::text AS product FROM purchases")
    with contextlib.ExitStack() as stack:
        if option == "lock_timeout":
            other = stack.enter_context(contextlib.closing(connect(source, store.url)))
            cursor = stack.enter_context(other.cursor())
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE purchases IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(SourceUnavailable, match=told):
            list(extract_database(contract, source, f"{store.url}?options=-c%20{option}%3D300", Window()))


@pytest.mark.parametrize(
    ("sqlstate", "told"), [("57014", "query_canceled"), ("57P01", "admin_shutdown"), (None, "the connection was lost")]
)
def test_what_fails_right_after_connecting_is_no_matter_of_the_url(
    contract: Contract, sqlstate: str | None, told: str
) -> None:
    failed = OperationalError(
        "[libpq] Failed to build type mapping table", status_code=AdbcStatusCode.IO, sqlstate=sqlstate
    )
    with pytest.raises(SourceUnavailable, match=told), translated_connection_errors(database_source(contract)):
        raise failed


@pytest.mark.services
def test_a_view_that_was_never_filled_is_told(contract: Contract, store: StoreDatabase) -> None:
    source = database_source(contract, "public.sales")
    store.run("CREATE MATERIALIZED VIEW sales AS SELECT * FROM purchases WITH NO DATA")
    with pytest.raises(StructureError, match=r"object_not_in_prerequisite_state \(SQLSTATE 55000\); mend the table"):
        list(extract_database(contract, source, store.url, Window()))
