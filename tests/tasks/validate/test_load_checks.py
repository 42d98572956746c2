"""What a contract demands of a whole load is counted over its chunks, and told where the load does not keep it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.contract import Contract
from contracts.reader import read_contract
from contracts.rules import Severity
from tasks.validate.load_checks import LoadChecks
from tests.contracts.documents import Document, column, document, saying, written
from tests.tasks.rows import chunk

DAY = date(2026, 11, 25)
LANDING = {"customProperties": [{"property": "stage", "value": "landing"}]}


def _contract(folder: Path, of_columns: dict[str, list[Document]], *of_table: Document) -> Contract:
    """The shipped purchases with these entries of `quality` alone, each a check of landing."""
    content = document()
    for each in content["schema"][0]["properties"]:
        each.pop("quality", None)
    for name, checks in of_columns.items():
        column(content, name)["quality"] = [LANDING | check for check in checks]
    content["schema"][0]["quality"] = [LANDING | check for check in of_table]
    return read_contract(written(folder, content))


def _failures(
    contract: Contract, *chunks: pl.DataFrame, source: str = "store-database", severity: Severity = Severity.ERROR
) -> dict[str, str]:
    checks = LoadChecks(contract, contract.source(source), DAY)
    for one in chunks:
        checks.add(one)
    return checks.failures(severity)


ROW_COUNTS: list[tuple[Document, list[int], str | None]] = [
    ({"mustBe": 3}, [1, 2], None),
    ({"mustBe": 3}, [1, 1], "rowCount is 2, and it mustBe 3"),
    ({"mustNotBe": 2}, [2], "rowCount is 2, and it mustNotBe 2"),
    ({"mustBeGreaterThan": 2}, [2], "rowCount is 2, and it mustBeGreaterThan 2"),
    ({"mustBeGreaterOrEqualTo": 2}, [2], None),
    ({"mustBeLessThan": 2}, [1, 1], "rowCount is 2, and it mustBeLessThan 2"),
    ({"mustBeLessOrEqualTo": 2}, [1, 1], None),
    ({"mustBeBetween": [1, 2]}, [1, 1], None),
    ({"mustBeBetween": [1, 2]}, [0, 3], "rowCount is 3, and it mustBeBetween 1 and 2"),
    ({"mustNotBeBetween": [1, 2]}, [2], "rowCount is 2, and it mustNotBeBetween 1 and 2"),
    ({"mustBeGreaterThan": 0}, [], "rowCount is 0, and it mustBeGreaterThan 0"),
    ({"mustBeGreaterThan": 0}, [0, 0], "rowCount is 0, and it mustBeGreaterThan 0"),
]


@pytest.mark.parametrize(("operator", "heights", "told"), ROW_COUNTS)
def test_the_rows_of_all_chunks_are_counted(
    tmp_path: Path, operator: Document, heights: list[int], told: str | None
) -> None:
    contract = _contract(tmp_path, {}, {"metric": "rowCount"} | operator)
    chunks = [chunk(contract, *[{}] * height) for height in heights]
    assert _failures(contract, *chunks) == ({"rowCount": told} if told else {})


PRODUCTS = ["Notebook", None, " \xa0", "", "n/a", "-", "Phone", "TV"]
MISSING = {"missingValues": ["n/a", "-", None]}
LISTED = {"validValues": ["Notebook", "Phone"]}

COUNTS: list[tuple[Document, str | None]] = [
    ({"metric": "nullValues", "mustBeLessThan": 4}, None),
    ({"metric": "nullValues", "mustBeLessThan": 3}, "nullValues is 3, and it mustBeLessThan 3"),
    (
        {"metric": "missingValues", "mustBeLessThan": 5, "arguments": MISSING},
        "missingValues is 5, and it mustBeLessThan 5",
    ),
    (
        {"metric": "invalidValues", "mustBeLessThan": 1, "arguments": LISTED},
        "invalidValues is 3, and it mustBeLessThan 1",
    ),
    (
        {"metric": "invalidValues", "mustBeLessThan": 1, "arguments": {"pattern": "^[A-Z]"}},
        "invalidValues is 2, and it mustBeLessThan 1",
    ),
    (
        {"metric": "nullValues", "mustBeLessThan": 37.5, "unit": "percent"},
        "nullValues is 37.5 percent, and it mustBeLessThan 37.5",
    ),
    ({"metric": "nullValues", "mustBeLessOrEqualTo": 37.5, "unit": "percent"}, None),
]


@pytest.mark.parametrize(("check", "told"), COUNTS)
@pytest.mark.parametrize("height", [1, 3, 8])
def test_values_that_do_not_keep_a_check_are_counted_in_rows_or_percent_of_all(
    tmp_path: Path, check: Document, told: str | None, height: int
) -> None:
    contract = _contract(tmp_path, {"product": [check]})
    rows = chunk(contract, *({"product": value} for value in PRODUCTS))
    label = f"product: {check['metric']}"
    assert _failures(contract, *rows.iter_slices(height)) == ({label: told} if told else {})


def test_values_are_read_as_the_source_writes_them(tmp_path: Path) -> None:
    large = {"metric": "invalidValues", "mustBeLessThan": 1, "arguments": {"validValues": [1234.56, 0.5]}}
    contract = _contract(tmp_path, {"total_amount": [large]})
    brazilian = chunk(contract, *({"total_amount": text} for text in ("R$ 1.234,56", "0,50", "2,00", "1234.56", None)))
    told = "invalidValues is {}, and it mustBeLessThan 1"
    assert _failures(contract, brazilian, source="branch-files") == {"total_amount: invalidValues": told.format(1)}
    plain = chunk(contract, *({"total_amount": text} for text in ("1234.56", "0.50", "3", "4", "R$ 1.234,56")))
    assert _failures(contract, plain) == {"total_amount: invalidValues": told.format(2)}


def test_no_row_is_no_percent(tmp_path: Path) -> None:
    none = {"metric": "nullValues", "mustBeLessThan": 1, "unit": "percent"}
    some = {"name": "some", "metric": "nullValues", "mustBeGreaterThan": 0, "unit": "percent"}
    contract = _contract(tmp_path, {"product": [none, some]})
    told = {"product: some": "nullValues is 0 percent, and it mustBeGreaterThan 0"}
    assert _failures(contract) == _failures(contract, chunk(contract)) == told


def test_errors_and_warnings_are_told_apart_and_by_their_labels(tmp_path: Path) -> None:
    few = {"metric": "nullValues", "mustBeLessThan": 1, "severity": "warning"}
    known = {"name": "known", "metric": "missingValues", "mustBeLessThan": 1}
    kept = {"name": "kept", "metric": "nullValues", "mustBeLessThan": 9}
    many = {"name": "many", "metric": "rowCount", "mustBeGreaterThan": 9, "severity": "warning"}
    contract = _contract(tmp_path, {"product": [few, known, kept]}, many)
    rows = chunk(contract, {"product": None})
    assert _failures(contract, rows) == {"product: known": "missingValues is 1, and it mustBeLessThan 1"}
    assert _failures(contract, rows, severity=Severity.WARNING) == {
        "product: nullValues": "nullValues is 1, and it mustBeLessThan 1",
        "many": "rowCount is 1, and it mustBeGreaterThan 9",
    }


def test_checks_of_the_table_are_no_checks_of_a_load(tmp_path: Path) -> None:
    content = document()
    content["schema"][0]["quality"] = [{"metric": "rowCount", "mustBeGreaterThan": 9}]
    column(content, "product")["quality"] = [{"metric": "nullValues", "mustBeLessThan": 1}]
    contract = read_contract(written(tmp_path, content))
    assert _failures(contract, chunk(contract, {"product": None})) == {}


CHECKED = document()
column(CHECKED, "product")["quality"] = [
    LANDING | {"metric": "missingValues", "mustBe": -1, "arguments": MISSING},
    LANDING | {"name": "share", "metric": "nullValues", "mustBe": -1, "unit": "percent"},
]
NEVER_KEPT = Contract.model_validate(CHECKED)


@given(st.lists(st.lists(st.sampled_from(PRODUCTS), max_size=4), max_size=5))
def test_chunks_are_counted_as_their_rows_in_one(parts: list[list[str | None]]) -> None:
    chunks = [chunk(NEVER_KEPT, *({"product": value} for value in values)) for values in parts]
    together = chunk(NEVER_KEPT, *({"product": value} for values in parts for value in values))
    assert _failures(NEVER_KEPT, *chunks) == _failures(NEVER_KEPT, together)


def test_a_text_that_stands_for_no_value_at_its_source_counts_as_missing(tmp_path: Path) -> None:
    content = saying(document(), 2, nullTexts=["-"])
    missing = {"type": "library", "metric": "missingValues", "mustBeLessThan": 2}
    column(content, "product")["quality"] = [LANDING | missing]
    contract = read_contract(written(tmp_path, content))
    rows = chunk(contract, {"product": "-"}, {"product": " - "}, {"product": "a-"})
    assert _failures(contract, rows, source="branch-files") == {
        "product: missingValues": "missingValues is 2, and it mustBeLessThan 2"
    }
    assert _failures(contract, rows, source="store-database") == {}
