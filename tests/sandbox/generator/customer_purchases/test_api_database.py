from __future__ import annotations

import errno
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from sandbox.generator.block import Block, blocks
from sandbox.generator.customer_purchases import api_database
from sandbox.generator.customer_purchases.api_database import bring_api_database_to
from sandbox.generator.customer_purchases.row_versions import truth
from sandbox.generator.population import Population, SourceKind
from tests.packaged_contracts import PURCHASES as CONTRACT

POPULATION = Population(500, 3, datetime(2026, 11, 25, tzinfo=UTC))


def _documents(file: Path) -> list[dict[str, object]]:
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT document FROM purchases ORDER BY purchase_id").fetchall()
    return [json.loads(row[0]) for row in rows]


def _flat(document: dict[str, dict[str, str | None]]) -> dict[str, object]:
    customer, payment, store = document["customer"], document["payment"], document["store"]
    return {
        "customer_id": customer["id"],
        "first_name": customer["firstName"],
        "last_name": customer["lastName"],
        "email": customer["email"],
        "purchase_date": document["purchasedOn"],
        "total_amount": payment["totalAmount"],
        "product": document["product"],
        "store_location": store["location"],
        "cpf": customer["cpf"],
        "credit_card_number": payment["cardNumber"],
        "updated_at": document["updatedAt"],
    }


def _expected(last: int) -> list[dict[str, object]]:
    return (
        truth(POPULATION, CONTRACT, SourceKind.API, range(last + 1))
        .sort("row")
        .select(CONTRACT.column_names)
        .to_dicts()
    )


def test_documents_are_nested_as_the_api_promises(tmp_path: Path) -> None:
    file = tmp_path / "api" / "purchases.sqlite"
    bring_api_database_to(0, POPULATION, CONTRACT, file)
    document = _documents(file)[0]
    assert set(document) == {"purchaseId", "customer", "payment", "product", "store", "purchasedOn", "updatedAt"}
    assert document["purchaseId"] == "WEB-0000000000"
    assert _flat(document) == _expected(0)[0]  # type: ignore[arg-type]  # parsed JSON


@pytest.mark.parametrize("steps", [[0], [0, 1, 2], [2], [0, 0, 2, 2, 1]])
def test_the_database_holds_the_last_versions_whatever_the_steps(tmp_path: Path, steps: list[int]) -> None:
    file = tmp_path / "purchases.sqlite"
    for generation in steps:
        bring_api_database_to(generation, POPULATION, CONTRACT, file)
    assert [_flat(document) for document in _documents(file)] == _expected(max(steps))  # type: ignore[arg-type]


def test_times_order_the_documents(tmp_path: Path) -> None:
    file = tmp_path / "purchases.sqlite"
    bring_api_database_to(1, POPULATION, CONTRACT, file)
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute("SELECT updated_at_microseconds, document FROM purchases").fetchall()
    stored = [datetime.fromtimestamp(microseconds / 10**6, UTC) for microseconds, _ in rows]
    assert stored == [datetime.fromisoformat(json.loads(document)["updatedAt"]) for _, document in rows]


def _first_block_then_full_disk(population: Population, kind: SourceKind, generation: int) -> Iterator[Block]:
    yield next(blocks(population, kind, generation))
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("interrupted", [0, 1])
def test_an_interrupted_generation_leaves_nothing_behind_and_is_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interrupted: int
) -> None:
    file = tmp_path / "purchases.sqlite"
    if interrupted:
        bring_api_database_to(interrupted - 1, POPULATION, CONTRACT, file)
    before = file.read_bytes() if interrupted else None
    with monkeypatch.context() as patch:
        patch.setattr(api_database, "blocks", _first_block_then_full_disk)
        with pytest.raises(OSError, match="No space left"):
            bring_api_database_to(interrupted, POPULATION, CONTRACT, file)
    assert (file.read_bytes() if file.exists() else None) == before
    bring_api_database_to(interrupted, POPULATION, CONTRACT, file)
    assert [_flat(document) for document in _documents(file)] == _expected(interrupted)  # type: ignore[arg-type]


def test_without_rows_the_api_is_there_and_empty(tmp_path: Path) -> None:
    file = tmp_path / "purchases.sqlite"
    bring_api_database_to(3, Population(0, 1, POPULATION.anchor), CONTRACT, file)
    assert _documents(file) == []


def test_purchases_of_one_second_have_different_keys(tmp_path: Path) -> None:
    file = tmp_path / "purchases.sqlite"
    bring_api_database_to(1, Population(60_000, 1, POPULATION.anchor), CONTRACT, file)
    with closing(sqlite3.connect(file)) as connection:
        frame = pl.read_database("SELECT updated_at_microseconds AS time, purchase_id FROM purchases", connection)
    assert frame["time"].n_unique() < frame.height == frame["purchase_id"].n_unique()
