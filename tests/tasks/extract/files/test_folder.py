"""A folder's complete files, in the order in which they say it."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from contracts.contract import Contract
from contracts.sources.files import FilesSource
from tasks.errors import StructureError
from tasks.extract.files.folder import FolderStore
from tasks.extract.files.listing import found_files
from tasks.extract.files.store import check_unchanged, shown_name


@pytest.fixture
def source(contract: Contract) -> FilesSource:
    found = contract.source("branch-files")
    assert isinstance(found, FilesSource)
    return found


def _names(source: FilesSource, folder: Path) -> list[str]:
    return [file.name for file in found_files(source, FolderStore(source, folder.as_uri()), date(2026, 2, 2))]


def _file(path: Path, *, at: int, size: int = 1) -> Path:
    path.write_bytes(b"x" * size)
    os.utime(path, ns=(at, at))
    return path


def test_the_oldest_comes_first_whatever_its_name_and_size(source: FilesSource, tmp_path: Path) -> None:
    """Of two files without times of change in their rows, the one that came last must be merged last."""
    ages = {"c.csv": (1, 9), "a.csv": (2, 1), "d.CSV": (3, 5), "b.csv": (3, 2)}
    for name, (at, size) in ages.items():
        _file(tmp_path / name, at=at, size=size)
    assert _names(source, tmp_path) == ["c.csv", "a.csv", "b.csv", "d.CSV"]


def test_what_is_no_file_or_not_complete_is_left_alone(source: FilesSource, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nowhere")
    _file(tmp_path / "a.csv.part", at=1)
    assert _names(source, tmp_path) == []


def test_a_file_is_described_by_its_content_and_told_when_it_changes(source: FilesSource, tmp_path: Path) -> None:
    store, path = FolderStore(source, tmp_path.as_uri()), _file(tmp_path / "a.csv", at=5)
    (found,) = store.files("", deep=False)
    with store.fetch(found) as fetched:
        assert (fetched.path, fetched.described.model_dump()) == (
            path,
            {
                "name": "a.csv",
                "bytes": 1,
                "modified_ns": 5,
                "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
            },
        )
    check_unchanged(store, found)
    for change in ({"at": 6}, {"at": 5, "size": 2}):
        _file(path, **change)
        with pytest.raises(StructureError, match=r"a\.csv changed while it was read"):
            check_unchanged(store, found)


@pytest.mark.parametrize(
    ("name", "shown"),
    [(b"vendas.csv", "vendas.csv"), ("ção 1.csv".encode(), "ção 1.csv"), (b"a\r\n\xff.csv", r"a\r\n\xff.csv")],
)
def test_names_are_shown_without_what_cannot_be_printed(name: bytes, shown: str) -> None:
    assert shown_name(os.fsdecode(name)) == shown
