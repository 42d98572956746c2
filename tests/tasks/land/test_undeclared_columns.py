"""Columns of files that the contract does not know: landed with the row, and named."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from contracts.contract import Contract
from contracts.raw_layout import column_set, csv_columns
from contracts.reader import read_contract
from tasks.land.landed import LandedLoads
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tasks.report.facts import source_outcome
from tests.contracts.documents import document, written
from tests.tasks.branch_file import ROW, branch_file
from tests.tasks.ingestions import from_api, from_files, landed, landed_rows
from tests.tasks.scripted_api import item, page, serve

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


def test_fields_of_an_api_that_the_contract_does_not_know_are_landed_as_they_are_written(
    contract: Contract, raw: RawContainer
) -> None:
    with serve(page(item(1, voucher="A1", points=1.5), item(2, extra={"é": [1, None]}, voucher=None), item(3))) as api:
        (report,) = from_api(contract, api.url)(raw)
    assert report.manifest.undeclared == ("extra", "points", "voucher")
    assert [row["_undeclared"] for row in landed_rows(raw, "customers-api")] == [
        '{"voucher":"A1","points":1.5}',
        '{"extra":{"\\u00e9": [1, null]}}',
        None,
    ]


def test_an_api_s_items_that_have_nothing_unknown_land_as_ever(contract: Contract, raw: RawContainer) -> None:
    with serve(page(item(1))) as api:
        (report,) = from_api(contract, api.url)(raw)
    assert report.manifest.undeclared == ()
    assert landed_rows(raw, "customers-api")[0].keys() == set(contract.column_names)


def test_what_the_entry_ignores_is_neither_landed_nor_told(folder: Path, raw: RawContainer, tmp_path: Path) -> None:
    content = document()
    content["servers"][2]["customProperties"].append({"property": "ignoredFields", "value": ["Vendedor"]})
    branch_file(folder / "a.csv", {"vendedor": "Bia"}, columns=[*ROW, "vendedor"])
    (report,) = from_files(read_contract(written(tmp_path, content)), folder)(raw)
    assert report.manifest.undeclared == ()
    assert _landed_rows(raw, report.manifest.files[0].name) == [ROW]


def test_the_run_s_report_names_them_and_no_value(contract: Contract, folder: Path, raw: RawContainer) -> None:
    branch_file(folder / "a.csv", {"vendedor": "Bia"}, columns=[*ROW, "vendedor"])
    branch_file(folder / "b.csv", {"obs": "Eva", "vendedor": "Bia"}, columns=[*ROW, "vendedor", "obs"])
    loads = tuple(report.manifest for report in from_files(contract, folder)(raw))
    outcome = source_outcome(SOURCE, LandedLoads(loads=loads), None, 1.0)
    assert outcome.warned_checks == {"columns that the contract does not know": "obs, vendedor"}
    assert "Bia" not in outcome.model_dump_json() + "".join(load.model_dump_json() for load in loads)


def test_at_most_twenty_unknown_names_are_told_and_all_are_landed(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    names = [f"extra {number:02}" for number in range(30)]
    branch_file(folder / "a.csv", dict.fromkeys(names, "x"), columns=[*ROW, *names])
    (report,) = from_files(contract, folder)(raw)
    (row,) = _landed_rows(raw, report.manifest.files[0].name)
    assert json.loads(row["_undeclared"]) == dict.fromkeys(names, "x")
    assert report.manifest.undeclared == tuple(names[:21])
