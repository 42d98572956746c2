"""Columns of a table that the contract does not know: one JSON object, and their names."""

from __future__ import annotations

import pytest

from contracts.contract import Contract
from contracts.raw_layout import UNDECLARED
from contracts.sources.database import DatabaseSource, DeletedWhen
from tasks.extract.chunks import Window
from tasks.extract.database.rows import extract_database
from tasks.extract.undeclared import undeclared_as_json, undeclared_names
from tests.tasks.store_database import StoreDatabase, database_source

pytestmark = pytest.mark.services

EVERYTHING = Window()


@pytest.fixture
def source(contract: Contract) -> DatabaseSource:
    return database_source(contract)


def test_columns_that_the_contract_does_not_know_are_read_as_one_object_of_texts(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    columns = ('"Total Amount" numeric', "opened timestamptz", "till text", "note json")
    store.run(f"ALTER TABLE purchases {', '.join(f'ADD {column}' for column in columns)}")
    store.add(1, "2026-02-01Z", till="""'a "b"\n'""", opened="'2026-01-31 09:00-03'", note="'{}'")
    store.add(2, "2026-02-02Z", **{'"Total Amount"': "1.10"})
    store.add(3, "2026-02-03Z")
    ignoring = source.model_copy(update={"ignored_fields": ("note",)})
    (chunk,) = extract_database(contract, ignoring, store.url, EVERYTHING)
    assert undeclared_names(chunk) == ("Total Amount", "opened", "till")
    assert undeclared_as_json(chunk)[UNDECLARED].to_list() == [
        r'{"opened":"2026-01-31T12:00:00.000000Z","till":"a \"b\"\n"}',
        '{"Total Amount":"1.10"}',
        None,
    ]


def test_a_column_that_the_login_may_not_read_is_named_alone(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    readable = ", ".join(sorted({*map(source.field, contract.column_names), source.key_field, "till"}))
    store.run("ALTER TABLE purchases ADD till text DEFAULT 'T1', ADD salary int DEFAULT 7")
    store.add(1, "2026-02-01Z")
    store.run("REVOKE SELECT ON purchases FROM CURRENT_USER")
    store.run(f"GRANT SELECT ({readable}) ON purchases TO CURRENT_USER")
    (chunk,) = extract_database(contract, source, store.url, EVERYTHING)
    assert undeclared_names(chunk) == ("salary", "till")
    assert undeclared_as_json(chunk)[UNDECLARED].to_list() == ['{"till":"T1"}']


def test_columns_that_the_entry_reads_by_itself_are_known(
    contract: Contract, source: DatabaseSource, store: StoreDatabase
) -> None:
    store.run("ALTER TABLE purchases ADD gone_at timestamptz")
    store.add(1, "2026-02-01Z")
    marked = source.model_copy(update={"deleted_when": DeletedWhen(field="gone_at")})
    for known, told in ((source, ("gone_at",)), (marked, ())):
        (chunk,) = extract_database(contract, known, store.url, EVERYTHING)
        assert undeclared_names(chunk) == told
