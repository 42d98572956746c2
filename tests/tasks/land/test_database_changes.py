"""A table whose columns change between two loads: what lands then is defined, and nothing is lost on the way back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from contracts.contract import Contract
from contracts.reader import read_contract
from tasks.errors import StructureError
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tests.contracts.documents import document, written
from tests.tasks.ingestions import contents, from_database, landed_rows
from tests.tasks.store_database import StoreDatabase

pytestmark = pytest.mark.services

SOURCE = "store-database"
FIRST_ROWS = 30
"""More than the contract's `minRowsForErrorRatio`, of a minute each: the last eleven lie within the overlap."""
IN_OVERLAP = range(20, 31)


def _add(store: StoreDatabase, number: int) -> None:
    store.add(number, f"2026-02-01 10:{number:02}Z", product=f"'TV {number}'", total_amount="'1234.50'")


def _row(number: int, **changes: str | None) -> dict[str, str | None]:
    """What is to be landed of the row that `_add` makes."""
    row = {
        "customer_id": f"C{number}",
        "first_name": None,
        "last_name": None,
        "email": None,
        "purchase_date": "2026-01-31",
        "total_amount": "1234.50",
        "product": f"TV {number}",
        "store_location": None,
        "cpf": "529.982.247-25",
        "credit_card_number": None,
        "updated_at": f"2026-02-01T10:{number:02}:00.000000Z",
    }
    return row | changes


def _fill(store: StoreDatabase) -> list[dict[str, str | None]]:
    """As if by `_add`, in one statement."""
    store.run(
        "INSERT INTO purchases (purchase_id, customer_id, purchase_date, total_amount, product, cpf, updated_at) "
        "SELECT n, 'C' || n, '2026-01-31', 1234.5, 'TV ' || n, '529.982.247-25', "
        f"timestamptz '2026-02-01 10:00Z' + n * interval '1 minute' FROM generate_series(1, {FIRST_ROWS}) n"
    )
    return [_row(number) for number in range(1, FIRST_ROWS + 1)]


@pytest.mark.parametrize(
    ("change", "undeclared"),
    [
        ("ADD note text DEFAULT 'unknown to the contract'", {"note": "unknown to the contract"}),
        (
            'ADD "Total Amount" numeric DEFAULT 7, ADD "_undeclared" jsonb DEFAULT \'{}\'',
            {"Total Amount": "7", "_undeclared": "{}"},
        ),
        ("ALTER total_amount TYPE text", {}),
        ("ALTER purchase_id TYPE text", {}),
        ("ALTER purchase_date TYPE text", {}),
        ("ALTER updated_at TYPE timestamp USING updated_at AT TIME ZONE 'UTC'", {}),
    ],
)
def test_a_change_that_leaves_the_values_as_they_are_written_lands_no_row_again(
    contract: Contract, store: StoreDatabase, raw: RawContainer, change: str, undeclared: dict[str, str]
) -> None:
    expected, ingest = _fill(store), from_database(contract, store)
    (first,) = ingest(raw)
    store.run(f"ALTER TABLE purchases {change}")
    assert ingest(raw) == []
    _add(store, 31)
    (second,) = ingest(raw)
    *before, new = landed_rows(raw, SOURCE)
    assert before == expected
    assert json.loads(new.pop("_undeclared", "{}")) == undeclared
    assert new == _row(31)
    assert (first.manifest.undeclared, second.manifest.undeclared) == ((), tuple(undeclared))


def test_values_that_a_new_type_writes_otherwise_land_again_within_the_overlap_alone(
    contract: Contract, store: StoreDatabase, raw: RawContainer
) -> None:
    expected, ingest = _fill(store), from_database(contract, store)
    ingest(raw)
    store.run("ALTER TABLE purchases ALTER total_amount TYPE float8")
    _add(store, 31)
    ingest(raw)
    rewritten = [_row(number, total_amount="1234.5") for number in (*IN_OVERLAP, 31)]
    assert landed_rows(raw, SOURCE) == [*expected, *rewritten]
    assert ingest(raw) == []


@pytest.mark.parametrize(
    ("change", "back"),
    [
        ("ALTER total_amount TYPE numeric(14, 4)", "ALTER total_amount TYPE numeric(14, 2)"),
        ("ALTER total_amount TYPE money", "ALTER total_amount TYPE numeric(14, 2) USING total_amount::numeric"),
        ("ALTER purchase_date TYPE timestamp", "ALTER purchase_date TYPE date"),
    ],
)
def test_values_that_a_new_type_writes_against_the_contract_are_set_aside_and_land_once_it_is_undone(
    contract: Contract, store: StoreDatabase, raw: RawContainer, change: str, back: str
) -> None:
    expected, ingest = _fill(store), from_database(contract, store)
    ingest(raw)
    store.run(f"ALTER TABLE purchases {change}")
    _add(store, 31)
    (report,) = ingest(raw)
    assert report.manifest.rows == LoadRows(extracted=12, quarantined=12)
    assert ingest(raw) == []
    store.run(f"ALTER TABLE purchases {back}")
    ingest(raw)
    in_overlap_now = range(IN_OVERLAP.start + 1, 32)
    assert landed_rows(raw, SOURCE) == [*expected, *map(_row, in_overlap_now)]
    assert ingest(raw) == []


@pytest.mark.parametrize(
    ("change", "back", "told"),
    [
        (
            "DROP cpf, DROP product",
            "ADD cpf text DEFAULT '529.982.247-25', ADD product text",
            "table public.purchases of store-database has no column cpf, product; add it to the table or mend",
        ),
        (
            "RENAME updated_at TO changed_at",
            "RENAME changed_at TO updated_at",
            "has no column updated_at; add it to the table or mend the contract's fieldPaths",
        ),
        (
            "ALTER updated_at TYPE text",
            "ALTER updated_at TYPE timestamptz USING updated_at::timestamptz",
            "mend the table or view, or the contract",
        ),
        (
            "ALTER updated_at TYPE bigint USING extract(epoch FROM updated_at)",
            "ALTER updated_at TYPE timestamptz USING to_timestamp(updated_at)",
            "updated_at of table public.purchases of store-database is a whole number; say by cursorFormat",
        ),
    ],
    ids=["dropped", "renamed", "times as texts", "times as numbers"],
)
def test_a_change_that_the_contract_does_not_know_lands_nothing_until_it_is_undone(
    contract: Contract,
    store: StoreDatabase,
    raw: RawContainer,
    change: str,
    back: str,
    told: str,
) -> None:
    expected, ingest = _fill(store), from_database(contract, store)
    ingest(raw)
    before = contents(raw)
    _add(store, 31)
    store.run(f"ALTER TABLE purchases {change}")
    for _ in range(2):
        with pytest.raises(StructureError, match=told):
            ingest(raw)
    assert contents(raw) == before
    store.run(f"ALTER TABLE purchases {back}")
    store.run("UPDATE purchases SET product = 'TV ' || purchase_id")
    ingest(raw)
    assert landed_rows(raw, SOURCE) == [*expected, _row(31)]


def test_an_optional_column_that_is_dropped_is_absent_from_then_on(
    store: StoreDatabase, raw: RawContainer, tmp_path: Path
) -> None:
    content = document()
    content["servers"][0]["customProperties"].append({"property": "optionalColumns", "value": ["product"]})
    contract = read_contract(written(tmp_path, content))
    expected, ingest = _fill(store), from_database(contract, store)
    ingest(raw)
    store.run("ALTER TABLE purchases DROP product")
    store.add(31, "2026-02-01 10:31Z")
    ingest(raw)
    without = [_row(number, product=None) for number in (*IN_OVERLAP, 31)]
    assert landed_rows(raw, SOURCE) == [*expected, *without]
    assert ingest(raw) == []
