"""Columns of files that the contract does not know: landed with the row, and named."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from contracts.contract import Contract
from contracts.raw_layout import column_set, csv_columns
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tests.tasks.branch_file import ROW, branch_file
from tests.tasks.ingestions import from_files, landed

pytestmark = pytest.mark.services

SOURCE = "branch-files"


def _landed_rows(raw: RawContainer, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(raw.read(name).decode().splitlines()))


def test_values_of_unknown_columns_are_landed_with_their_row_and_only_their_names_are_told(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    columns = ["Observação", *ROW, "vendedor"]
    rows = [{"customer_id": "C1", "Observação": 'entregar "já"; 1º', "vendedor": "Bia"}, {"customer_id": "C2"}]
    branch_file(folder / "a.csv", *rows, columns=columns)
    (report,) = from_files(contract, folder)(raw)
    (file,) = report.manifest.files
    assert _landed_rows(raw, file.name) == [
        ROW | {"_undeclared": '{"Observação":"entregar \\"já\\"; 1º","vendedor":"Bia"}'},
        ROW | {"customer_id": "C2", "_undeclared": ""},
    ]
    names = csv_columns(contract, undeclared=True)
    assert file.name.endswith(f".{report.manifest.column_set}.csv")
    assert report.manifest.column_set == column_set(names)
    recorded = raw.read(f"_columns/customer_purchases/{SOURCE}/{report.manifest.column_set}.json")
    assert json.loads(recorded) == [*contract.column_names, "_undeclared"]
    assert report.manifest.undeclared == ("Observação", "vendedor")


def test_a_row_in_quarantine_keeps_its_values_of_unknown_columns(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    branch_file(folder / "a.csv", {"cpf": "", "vendedor": "Bia"}, columns=[*ROW, "vendedor"])
    (report,) = from_files(contract, folder)(raw)
    (file,) = report.manifest.quarantine
    (row,) = map(json.loads, raw.read(file.name).decode().splitlines())
    assert (row["cpf"], row["_undeclared"], row["_reasons"]) == (None, '{"vendedor":"Bia"}', ["cpf: required"])


def test_files_without_unknown_columns_land_as_ever(contract: Contract, folder: Path, raw: RawContainer) -> None:
    branch_file(folder / "a.csv", {"vendedor": "Bia"}, columns=[*ROW, "vendedor"])
    branch_file(folder / "b.csv", {})
    with_, without = from_files(contract, folder)(raw)
    assert with_.manifest.undeclared == ("vendedor",)
    assert without.manifest.undeclared == ()
    assert without.manifest.column_set == column_set(contract.column_names)
    assert _landed_rows(raw, without.manifest.files[0].name) == [ROW]


def test_a_file_that_comes_again_with_an_unknown_column_more_is_another_content_and_lands_once_again(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    ingest, path = from_files(contract, folder), folder / "a.csv"
    branch_file(path, {})
    ingest(raw)
    branch_file(path, {"vendedor": "Bia"}, columns=[*ROW, "vendedor"])
    (report,) = ingest(raw)
    assert report.manifest.rows == LoadRows(extracted=1, landed=1)
    assert ingest(raw) == []
    assert landed(raw, SOURCE) == {"C1": 2}


def test_at_most_twenty_unknown_names_are_told_and_all_are_landed(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    names = [f"extra {number:02}" for number in range(30)]
    branch_file(folder / "a.csv", dict.fromkeys(names, "x"), columns=[*ROW, *names])
    (report,) = from_files(contract, folder)(raw)
    (row,) = _landed_rows(raw, report.manifest.files[0].name)
    assert json.loads(row["_undeclared"]) == dict.fromkeys(names, "x")
    assert report.manifest.undeclared == tuple(names[:21])
