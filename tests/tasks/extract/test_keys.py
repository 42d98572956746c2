"""Keys are one if silver reads their texts as one, however a source writes them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from contracts.contract import Contract
from contracts.reader import read_contract
from tasks.extract.keys import key_meanings
from tests.contracts.diff.edits import DATABASE, custom
from tests.contracts.documents import column, document, written


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    """The purchases by CPF, store, day and whether they were of value."""
    content = document()
    for place, name in enumerate(("cpf", "store_location", "purchase_date", "total_amount"), start=1):
        column(content, name).update(primaryKey=True, primaryKeyPosition=place, required=True)
    column(content, "customer_id").pop("primaryKey")
    column(content, "customer_id").pop("primaryKeyPosition", None)
    custom(DATABASE, "dateFormat", ["yyyy-MM-dd", "dd/MM/yyyy"])(content)
    custom(DATABASE, "columnFormats", {"store_location": {"values": {"RJ": "Rio de Janeiro"}}})(content)
    return read_contract(written(tmp_path, content))


def test_texts_that_mean_the_same_are_one_key(contract: Contract) -> None:
    keys = pl.DataFrame(
        {
            "cpf": ["529.982.247-25", " 52998224725", "529.982.247-26", None],
            "store_location": ["RJ", "Rio de Janeiro ", "RJ", "RJ"],
            "purchase_date": ["2026-01-31", "31/01/2026", "2026-01-31", "2026-01-31"],
            "total_amount": ["10", "10.00", "10", "10"],
        }
    )
    meanings = keys.select(key_meanings(contract, contract.source("store-database")))
    first, second, other_person, nobody = meanings.rows()
    assert first == second
    assert len({first, other_person, nobody}) == 3
    assert nobody[0] is None
