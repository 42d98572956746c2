"""CSV files that were landed before and after a change of the contract's columns each tell which columns they have."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from contracts.columns import Column
from contracts.contract import Contract
from contracts.raw_layout import column_set
from tasks.land.raw_container import RawContainer
from tests.contract_changes import with_columns
from tests.tasks.branch_file import branch_file
from tests.tasks.ingestions import from_api, from_files, new_container
from tests.tasks.interrupted_storage import InterruptedStorage, KilledError
from tests.tasks.scripted_api import item, page, serve

pytestmark = pytest.mark.services

RECORDS = "_columns/customer_purchases/branch-files/"
SELLER = Column.model_validate({"name": "seller", "logicalType": "string", "classification": "internal"})


def _added(contract: Contract, place: int | None = None) -> Contract:
    columns = list(contract.table.columns)
    columns.insert(len(columns) if place is None else place, SELLER)
    return with_columns(contract, *columns)


def _changed(contract: Contract, change: str) -> Contract:
    if change == "removed":
        return with_columns(contract, *(column for column in contract.table.columns if column.name != "product"))
    if change == "moved":
        return with_columns(contract, *reversed(contract.table.columns))
    return _added(contract, 3 if change == "added in the middle" else None)


def _land(contract: Contract, folder: Path, raw: RawContainer, name: str) -> str:
    """Land a file with the contract's columns; the name of its raw file."""
    branch_file(folder / name, {"customer_id": name, "seller": "Bia"}, columns=contract.column_names)
    (report,) = from_files(contract, folder)(raw)
    (file,) = report.manifest.files
    assert report.manifest.column_set == _set_of(file.name)
    return file.name


def _set_of(name: str) -> str:
    """What the name of a raw file says of its columns."""
    return name.split(".")[-2]


def _listed(raw: RawContainer) -> dict[str, list[str]]:
    """Every column set that is listed for the source, by its id."""
    return {name.removeprefix(RECORDS).removesuffix(".json"): json.loads(raw.read(name)) for name in raw.names(RECORDS)}


def _rows(raw: RawContainer, name: str) -> list[dict[str, str]]:
    """A raw file's rows by the names that its column set lists, its header left aside."""
    _, *rows = csv.reader(raw.read(name).decode().splitlines())
    return [dict(zip(_listed(raw)[_set_of(name)], row, strict=True)) for row in rows]


@pytest.mark.parametrize("change", ["added at the end", "added in the middle", "removed", "moved"])
def test_files_from_before_and_after_a_change_are_told_apart_by_their_column_sets(
    contract: Contract, folder: Path, raw: RawContainer, change: str
) -> None:
    changed = _changed(contract, change)
    before = _land(contract, folder, raw, "before.csv")
    after = _land(changed, folder, raw, "after.csv")
    assert _listed(raw) == {
        _set_of(before): list(contract.column_names),
        _set_of(after): list(changed.column_names),
    }
    assert _set_of(before) == column_set(contract.column_names) != _set_of(after)
    rows = [_rows(raw, name)[0] for name in (before, after)]
    assert [row["customer_id"] for row in rows] == ["before.csv", "after.csv"]
    assert [row.get("seller") for row in rows] == [None, "Bia" if change.startswith("added") else None]
    assert [row.get("product") for row in rows] == ["TV", None if change == "removed" else "TV"]


def test_a_change_that_is_taken_back_leads_to_the_earlier_column_set(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    first = _land(contract, folder, raw, "1.csv")
    _land(_added(contract), folder, raw, "2.csv")
    third = _land(contract, folder, raw, "3.csv")
    assert _set_of(first) == _set_of(third)
    assert len(_listed(raw)) == 2


def test_a_change_that_leaves_names_and_order_leaves_the_column_set(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    optional = [column.model_copy(update={"required": False, "description": "Other."}) for column in contract.columns]
    first = _land(contract, folder, raw, "1.csv")
    second = _land(with_columns(contract, *optional), folder, raw, "2.csv")
    assert _set_of(first) == _set_of(second)
    assert len(_listed(raw)) == 1


def test_no_file_is_seen_before_its_columns_are_listed_wherever_the_process_is_killed(
    contract: Contract, folder: Path, storage: str
) -> None:
    changed, before, after = _added(contract), folder / "before", folder / "after"
    before.mkdir()
    after.mkdir()
    branch_file(after / "a.csv", {"seller": "Bia"}, columns=changed.column_names)
    whole = InterruptedStorage(new_container(storage))
    from_files(changed, after)(whole)
    left = set()
    for call in range(whole.calls):
        container = new_container(storage)
        raw = RawContainer(container)
        _land(contract, before, raw, "b.csv")
        with pytest.raises(KilledError):
            from_files(changed, after)(InterruptedStorage(container, call, takes_effect=True))
        sets = {_set_of(name) for name in raw.names("customer_purchases/branch-files/")}
        assert sets <= _listed(raw).keys()
        left.add((len(sets), len(_listed(raw))))
    assert left == {(1, 1), (1, 2), (2, 2)}


def test_json_lines_need_no_column_set(contract: Contract, raw: RawContainer) -> None:
    with serve(page(item(1))) as api:
        (report,) = from_api(contract, api.url)(raw)
    assert report.manifest.column_set is None
    assert [name for name in raw.names("") if name.startswith("_columns")] == []
    assert report.manifest.files[0].name.endswith(f"{report.manifest.files[0].sha256[:16]}.json")
