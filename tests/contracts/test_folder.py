"""A folder's contracts are its datasets: no name is there twice, and what they say of the lake they say together."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.folder import FOLDER_VARIABLE, UnknownDataset, read_contracts
from contracts.lake_terms import LakeTerms
from contracts.problems import ContractError
from tests.contracts.documents import Change, Document, document, written

PURCHASES, RETURNS = "customer_purchases", "product_returns"


def _write(folder: Path, *changes: Change) -> None:
    """Both shipped contracts, the second one changed; the first one states the lake's terms."""
    returns = document(RETURNS)
    for change in changes:
        change(returns)
    written(folder, document(PURCHASES), "purchases")
    written(folder, returns, "returns")


def _problems(folder: Path) -> list[str]:
    with pytest.raises(ContractError) as caught:
        read_contracts(folder)
    return str(caught.value).splitlines()


def test_every_contract_of_the_folder_is_a_dataset_in_the_order_of_names(tmp_path: Path) -> None:
    written(tmp_path, document(RETURNS), "a")
    written(tmp_path, document(PURCHASES), "b")
    (tmp_path / "notes.yaml").write_text("name: no contract", encoding="utf-8")
    assert [contract.name for contract in read_contracts(tmp_path).datasets] == [PURCHASES, RETURNS]


@pytest.mark.parametrize("name", ["product_returns", "product-returns"])
def test_a_dataset_is_found_by_its_name_and_by_its_slug(tmp_path: Path, name: str) -> None:
    _write(tmp_path)
    assert read_contracts(tmp_path).dataset(name).name == RETURNS


def test_an_unknown_dataset_is_told_with_those_that_there_are(tmp_path: Path) -> None:
    _write(tmp_path)
    told = "^no contract describes a dataset refunds: there are customer-purchases, product-returns$"
    with pytest.raises(UnknownDataset, match=told):
        read_contracts(tmp_path).dataset("refunds")


def test_the_folder_is_the_one_that_the_environment_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, document(PURCHASES))
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    assert [contract.name for contract in read_contracts().datasets] == [PURCHASES]


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_folder_in_the_environment_the_contracts_are_the_packages_own(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    else:
        monkeypatch.setenv(FOLDER_VARIABLE, value)
    assert {PURCHASES, RETURNS} <= {contract.name for contract in read_contracts().datasets}


@pytest.mark.parametrize(("folder", "reason"), [("empty", "holds no *.odcs.yaml"), ("missing", "is no folder")])
def test_a_folder_without_contracts_is_told(tmp_path: Path, folder: str, reason: str) -> None:
    (tmp_path / "empty").mkdir()
    assert _problems(tmp_path / folder) == [f"{tmp_path / folder}: (folder): {reason}"]


def test_problems_of_all_files_are_told_at_once_and_none_between_files_before_they_are_mended(tmp_path: Path) -> None:
    for name in ("one", "two"):
        written(tmp_path, document(RETURNS) | {"version": None}, name)
    lines = _problems(tmp_path)
    assert {line.split(": ")[0] for line in lines} == {str(tmp_path / f"{name}.odcs.yaml") for name in ("one", "two")}
    assert all(line.split(": ")[1] == "version" for line in lines)


def _take_the_source(returns: Document) -> None:
    returns["servers"][1]["server"] = "branch-files"
    returns["slaProperties"][2]["element"] = "branch-files"


def _take_the_gold_table(returns: Document) -> None:
    returns["schema"][2]["name"] = "store_monthly_sales"


TAKEN: list[tuple[Change, str, str]] = [
    (_take_the_source, "servers[1].server", "source branch-files"),
    (_take_the_gold_table, "schema: store_monthly_sales", "gold table store_monthly_sales"),
]


@pytest.mark.parametrize(("change", "path", "name"), TAKEN, ids=["source", "gold-table"])
def test_a_name_that_two_contracts_give_is_told_once_with_both_files(
    tmp_path: Path, change: Change, path: str, name: str
) -> None:
    _write(tmp_path, change)
    file = tmp_path / "returns.odcs.yaml"
    assert _problems(tmp_path) == [f"{file}: {path}: {name} is in purchases.odcs.yaml too: give it another name"]


def test_two_contracts_of_one_dataset_are_told_with_both_files(tmp_path: Path) -> None:
    for name in ("first", "second"):
        written(tmp_path, document(PURCHASES), name)
    told = f"{tmp_path / 'second.odcs.yaml'}: name: dataset customer-purchases is in first.odcs.yaml too"
    assert [line for line in _problems(tmp_path) if ": name: " in line] == [f"{told}: give it another name"]


def test_terms_that_one_contract_states_are_the_lakes(tmp_path: Path) -> None:
    _write(tmp_path)
    contracts = read_contracts(tmp_path)
    assert contracts.dataset(RETURNS).lake_terms == LakeTerms()
    assert contracts.lake == contracts.dataset(PURCHASES).lake_terms
    assert (contracts.lake.timezone, contracts.lake.raw_days, contracts.lake.raw_cool_after_days) == (
        "America/Sao_Paulo",
        365,
        30,
    )


def _state(*levels: Document) -> Change:
    return lambda returns: returns["slaProperties"].extend(levels)


RAW_DAYS = {"property": "retention", "value": 365, "unit": "d", "element": "raw"}
ZONE = {"property": "timezone", "value": "America/Sao_Paulo"}


def test_terms_that_two_contracts_state_alike_are_the_lakes(tmp_path: Path) -> None:
    _write(tmp_path, _state(RAW_DAYS, ZONE))
    assert read_contracts(tmp_path).lake.raw_days == 365


DISAGREEING: list[tuple[Change, str]] = [
    (_state(RAW_DAYS | {"value": 30}), "slaProperties: retention of element raw"),
    (_state(RAW_DAYS | {"property": "timeToCoolTier", "value": 31}), "slaProperties: timeToCoolTier of element raw"),
    (_state(ZONE | {"value": "Europe/Lisbon"}), "slaProperties: timezone"),
    (lambda returns: returns.update(roles=document(PURCHASES)["roles"][:2]), "roles"),
]


@pytest.mark.parametrize(("change", "path"), DISAGREEING, ids=lambda value: value if isinstance(value, str) else "")
def test_terms_that_contracts_disagree_on_are_refused(tmp_path: Path, change: Change, path: str) -> None:
    _write(tmp_path, change)
    reason = "is not what purchases.odcs.yaml says of the lake: they must agree"
    assert _problems(tmp_path) == [f"{tmp_path / 'returns.odcs.yaml'}: {path}: {reason}"]


def test_terms_that_no_contract_states_are_asked_for(tmp_path: Path) -> None:
    written(tmp_path, document(RETURNS))
    assert _problems(tmp_path) == [
        f"{tmp_path}: {path}: no contract states it, and one must: it is true of the lake"
        for path in (
            "roles",
            "slaProperties: timezone",
            "slaProperties: retention of element raw",
        )
    ]


def test_raw_files_need_not_be_moved_to_a_cooler_tier(tmp_path: Path) -> None:
    purchases = document(PURCHASES)
    purchases["slaProperties"] = [x for x in purchases["slaProperties"] if x["property"] != "timeToCoolTier"]
    written(tmp_path, purchases)
    assert read_contracts(tmp_path).lake.raw_cool_after_days is None
