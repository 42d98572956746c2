"""A sample is judged load by load, as each would be refused or not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from contracts.contract import Contract
from contracts.reader import read_contract
from onboarding.patterns import common_patterns
from onboarding.sampling import SampledLoad
from onboarding.verdict import BrokenRule, judge
from tasks.extract.chunks import FAULT, chunk_schema
from tests.contracts.documents import document, written

TODAY = date(2026, 2, 1)


@pytest.fixture
def counted(tmp_path: Path) -> Contract:
    """The contract with a check of whole loads: at least three rows."""
    content = document()
    enough = {"name": "enough", "metric": "rowCount", "mustBeGreaterOrEqualTo": 3}
    landing = {"customProperties": [{"property": "stage", "value": "landing"}]}
    content["schema"][0]["quality"] = [enough | landing]
    return read_contract(written(tmp_path, content))


def load(contract: Contract, *changes: dict[str, str | None], is_whole: bool = True, name: str = "") -> SampledLoad:
    """Rows of the branches that keep every rule but for their changes."""
    row = {
        "customer_id": "C1",
        "email": "ana@example.com",
        "purchase_date": "31/01/2026",
        "total_amount": "R$ 1,00",
        "store_location": "Belém",
        "cpf": "529.982.247-25",
    }
    return SampledLoad(pl.DataFrame([row | change for change in changes], chunk_schema(contract)), is_whole, name=name)


def test_a_check_of_whole_loads_is_judged_of_each_load_that_was_read_to_its_end(counted: Contract) -> None:
    source = counted.source("branch-files")
    loads = [
        load(counted, {}, {}, name="a.csv"),
        load(counted, {}, {}, {}, name="b.csv"),
        load(counted, {}, is_whole=False, name="c.csv"),
    ]
    verdict = judge(counted, source, loads, TODAY)
    assert (verdict.rows, verdict.quarantined) == (6, 0)
    assert verdict.refused == ("a.csv: enough: rowCount is 2, and it mustBeGreaterOrEqualTo 3",)


def test_a_load_with_too_many_bad_rows_is_refused_whatever_the_others_have(contract: Contract) -> None:
    source = contract.source("branch-files")
    bad = load(contract, *[{}] * 15, *[{"cpf": None}] * 5, name="bad.csv")
    verdict = judge(contract, source, [load(contract, *[{}] * 100, name="good.csv"), bad], TODAY)
    assert verdict.refused == ("bad.csv: 5 of 20 rows break landing rules, more than the contract's 20%",)
    assert verdict.broken == (BrokenRule("cpf: required", 5, ("‹nothing›",)),)


def test_columns_are_counted_without_the_rows_that_cannot_be_read(contract: Contract) -> None:
    changes = [{"purchase_date": "31.01.2026"}, {"purchase_date": None}, {FAULT: "it has 3 values"}, {}]
    verdict = judge(contract, contract.source("branch-files"), [load(contract, *changes)], TODAY)
    (fit,) = [column for column in verdict.columns if column.column == "purchase_date"]
    assert (fit.texts, fit.fitting, fit.missing) == (2, 1, 1)
    assert verdict.broken == (
        BrokenRule("purchase_date: required", 1, ("‹nothing›",)),
        BrokenRule("purchase_date: type", 1, ("99.99.9999",)),
        BrokenRule("row: malformed", 1, ("it has 3 values",)),
    )


def test_patterns_show_no_letter_and_no_digit_and_the_commonest_first() -> None:
    texts = pl.Series(["João 7", "Ana", "Eva", "٣", None, " ", "Łódź", "a" * 50])
    assert common_patterns(texts) == ("Aaa", "‹nothing›", "9")
    assert common_patterns(pl.Series(["x" * 50])) == ("a" * 40,)
