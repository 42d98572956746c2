"""Marks of deleted rows are read beside the rows, and the keys of all rows for themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from contracts.contract import Contract
from contracts.sources.database import DatabaseSource, DeletedWhen
from tasks.errors import StructureError
from tasks.extract.chunks import DELETED, FAULT, KEY, Window
from tasks.extract.database.keys import open_keys
from tasks.extract.database.rows import extract_database
from tests.tasks.store_database import StoreDatabase, database_source

pytestmark = pytest.mark.services


def _marking(contract: Contract, field: str, *values: str, table: str = "public.purchases") -> DatabaseSource:
    when = DeletedWhen(field=field, values=values)
    return database_source(contract, table).model_copy(update={"deleted_when": when})


def _marks(contract: Contract, source: DatabaseSource, store: StoreDatabase) -> dict[str, bool | None]:
    rows = pl.concat(extract_database(contract, source, store.url, Window()))
    return dict(rows.select(KEY, DELETED).iter_rows())


def test_a_mark_is_a_field_that_is_not_null_or_holds_one_of_the_values(
    contract: Contract, store: StoreDatabase
) -> None:
    store.run('ALTER TABLE purchases ADD COLUMN "Status" char(1)')
    quote = "''''"
    for n, status in enumerate(("NULL", "'A'", "'D'", quote), start=1):
        store.add(n, "2026-02-01 10:00Z", **{'"Status"': status})
    assert _marks(contract, _marking(contract, "Status"), store) == {"1": False, "2": True, "3": True, "4": True}
    of_values = _marking(contract, "Status", "D", "'")
    assert _marks(contract, of_values, store) == {"1": False, "2": False, "3": True, "4": True}


def test_a_table_without_the_field_is_told(contract: Contract, store: StoreDatabase) -> None:
    with pytest.raises(StructureError, match="has no column gone"):
        list(extract_database(contract, _marking(contract, "gone"), store.url, Window()))


def test_a_row_whose_mark_cannot_be_read_has_a_fault(contract: Contract, store: StoreDatabase) -> None:
    for n in (1, 2, 3):
        store.add(n, "2026-02-01 10:00Z")
    store.run("CREATE OR REPLACE VIEW marked AS SELECT *, 1 / (purchase_id - 2) = 1 AS gone FROM purchases")
    source = _marking(contract, "gone", "true", table="marked")
    rows = pl.concat(extract_database(contract, source, store.url, Window()), how="diagonal")
    faults = dict(rows.filter(pl.col(FAULT).is_not_null()).select(KEY, FAULT).iter_rows())
    assert faults == {"2": "PostgreSQL cannot give its gone: division_by_zero (SQLSTATE 22012)"}
    assert dict(rows.filter(pl.col(FAULT).is_null()).select(KEY, DELETED).iter_rows()) == {"1": False, "3": True}


def test_the_keys_are_those_of_one_point_in_time_by_the_database_s_clock(
    contract: Contract, store: StoreDatabase
) -> None:
    store.add(1, "2026-02-01 10:00Z")
    store.add(2, "2026-02-01 11:00Z", purchase_date="NULL")
    with open_keys(contract, database_source(contract), store.url) as keys:
        store.add(3, "2026-02-01 12:00Z")
        rows = pl.concat(keys.frames).sort("customer_id").rows()
        assert abs(datetime.now(UTC) - keys.at) < timedelta(minutes=1)
    assert rows == [("C1", "2026-01-31"), ("C2", None)]
