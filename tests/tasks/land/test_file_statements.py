"""A file is a statement: the same content lands once, and a name that returns to what it said before says it anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.contract import Contract
from tasks.land.raw_container import RawContainer
from tests.tasks.branch_file import branch_file, says
from tests.tasks.ingestions import from_files, landed

pytestmark = pytest.mark.services


def test_the_same_content_lands_once_under_any_name_and_time(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    ingest = from_files(contract, folder)
    path = branch_file(folder / "a.csv", {"customer_id": "C1"})
    branch_file(folder / "copy.csv", {"customer_id": "C1"})
    assert len(ingest(raw)) == 1
    path.rename(folder / "renamed.csv")
    branch_file(folder / "a.csv", {"customer_id": "C1"})
    assert ingest(raw) == []
    assert landed(raw, "branch-files") == {"C1": 1}


def test_a_changed_file_is_landed_as_a_new_one(contract: Contract, folder: Path, raw: RawContainer) -> None:
    ingest = from_files(contract, folder)
    branch_file(folder / "a.csv", {"customer_id": "C1"})
    ingest(raw)
    branch_file(folder / "a.csv", {"customer_id": "C1"}, {"customer_id": "C2"})
    (report,) = ingest(raw)
    assert report.manifest.read_so_far.source_file
    assert report.manifest.read_so_far.source_file.name == "a.csv"
    assert landed(raw, "branch-files") == {"C1": 2, "C2": 1}


def test_a_file_that_returns_to_what_it_said_before_says_something_new(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    ingest = from_files(contract, folder)
    for second, customer in enumerate(("C10", "C20", "C10", "C20")):
        says(folder / "a.csv", customer, at=second)
        assert len(ingest(raw)) == 1
        assert ingest(raw) == []
    assert landed(raw, "branch-files") == {"C10": 2, "C20": 2}


def test_even_the_very_file_may_return(contract: Contract, folder: Path, raw: RawContainer) -> None:
    ingest = from_files(contract, folder)
    for customer, second in (("C10", 1), ("C20", 2), ("C10", 1)):
        says(folder / "a.csv", customer, at=second)
        assert len(ingest(raw)) == 1
    assert landed(raw, "branch-files") == {"C10": 2, "C20": 1}


def test_a_copy_that_says_something_else_and_returns_is_landed(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    ingest = from_files(contract, folder)
    says(folder / "a.csv", "C10", at=1)
    says(folder / "copy.csv", "C10", at=1)
    assert len(ingest(raw)) == 1
    says(folder / "copy.csv", "C20", at=2)
    assert len(ingest(raw)) == 1
    says(folder / "copy.csv", "C10", at=3)
    assert len(ingest(raw)) == 1


def test_a_name_that_comes_later_does_not_hide_a_return(contract: Contract, folder: Path, raw: RawContainer) -> None:
    ingest = from_files(contract, folder)
    says(folder / "a.csv", "C10", at=1)
    ingest(raw)
    says(folder / "a.csv", "C20", at=2)
    ingest(raw)
    says(folder / "copy.csv", "C10", at=3)
    assert ingest(raw) == []
    says(folder / "a.csv", "C10", at=4)
    assert len(ingest(raw)) == 1


def test_a_name_that_said_what_another_landed_may_return(contract: Contract, folder: Path, raw: RawContainer) -> None:
    ingest = from_files(contract, folder)
    for second, (name, customer, loads) in enumerate(
        [("a", "C10", 1), ("b", "C20", 1), ("a", "C20", 0), ("a", "C10", 1)]
    ):
        says(folder / f"{name}.csv", customer, at=second)
        assert len(ingest(raw)) == loads


def test_files_that_are_renamed_in_turn_are_not_landed_again(
    contract: Contract, folder: Path, raw: RawContainer
) -> None:
    ingest = from_files(contract, folder)
    for day in range(1, 5):
        for number in reversed(range(day - 1)):
            (folder / f"{number}.csv").rename(folder / f"{number + 1}.csv")
        says(folder / "0.csv", f"C{day}", at=day)
        assert len(ingest(raw)) == 1
    assert landed(raw, "branch-files") == {f"C{day}": 1 for day in range(1, 5)}
