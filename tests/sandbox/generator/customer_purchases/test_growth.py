from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from sandbox.generator.csv_files import CsvFile
from sandbox.generator.customer_purchases.growth import drop_branch_files, file_content
from sandbox.generator.customer_purchases.row_versions import block_truth, branch_files, truth
from sandbox.generator.drop_places import DropFolder
from sandbox.generator.population import Population, SourceKind
from tests.packaged_contracts import PURCHASES as CONTRACT

POPULATION = Population(2000, 3, datetime(2026, 11, 25, tzinfo=UTC))


def _rows(content: bytes, file: CsvFile) -> list[dict[str, str]]:
    text = content.decode(file.encoding)
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=file.delimiter, strict=True))


@pytest.mark.parametrize("generation", [0, 1])
def test_an_independent_csv_reader_finds_the_rows_of_the_truth(generation: int) -> None:
    for file in branch_files(POPULATION, generation):
        expected = block_truth(file.block, CONTRACT).select(CONTRACT.column_names).fill_null("").to_dicts()
        undated = "updated_at" in file.block.absent
        assert [
            {name: row["updated_at"] if undated and name == "updated_at" else row[name] for name in row}
            for row in ({"updated_at": "", **row} for row in _rows(file_content(file, CONTRACT), file))
        ] == expected


def test_branches_write_in_every_way_that_brazilian_branches_do() -> None:
    files = list(branch_files(POPULATION, 0))
    contents = [file_content(file, CONTRACT) for file in files]
    ways = {(file.delimiter, file.encoding) for file in files}
    assert ways == {(delimiter, encoding) for delimiter in ";," for encoding in ("utf-8", "utf-8-sig", "cp1252")}
    assert {content.startswith(b"\xef\xbb\xbf") for content in contents} == {True, False}
    assert any('\n""oferta""; à vista"'.encode() in content for content in contents)
    assert len({content.split(b"\r\n")[0] for content in contents}) > len(files) // 2
    undated = [file for file in files if "updated_at" in file.block.absent]
    assert 0 < len(undated) < len(files) // 2
    amounts = pl.concat(block_truth(file.block, CONTRACT) for file in files)["total_amount"]
    assert amounts.str.contains(r"^R\$ [0-9]{1,3}\.[0-9]{3},[0-9]{2}$").any()
    assert amounts.str.contains(r"^[0-9]{4},[0-9]{2}$").any()


def test_windows_files_hold_letters_that_utf_8_would_write_otherwise() -> None:
    contents = [file_content(file, CONTRACT) for file in branch_files(POPULATION, 0) if file.encoding == "cp1252"]
    assert contents
    for content in contents:
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")


def test_every_file_is_complete_and_the_first_is_there_twice(tmp_path: Path) -> None:
    for generation in (0, 1):
        drop_branch_files(generation, POPULATION, CONTRACT, DropFolder(tmp_path))
    planned = [file for generation in (0, 1) for file in branch_files(POPULATION, generation)]
    names = {path.name for path in tmp_path.iterdir()}
    copies = {f"copia-{file.name}": file.name for file in planned if file.number == 0}
    assert names == {file.name for file in planned} | set(copies)
    assert all((tmp_path / copy).read_bytes() == (tmp_path / name).read_bytes() for copy, name in copies.items())
    different = {path.read_bytes() for path in tmp_path.iterdir()}
    assert len(different) == len(planned)


def test_the_truth_counts_a_file_that_is_there_twice_once(tmp_path: Path) -> None:
    drop_branch_files(0, POPULATION, CONTRACT, DropFolder(tmp_path))
    rows = sum(len(_rows((tmp_path / file.name).read_bytes(), file)) for file in branch_files(POPULATION, 0))
    assert truth(POPULATION, CONTRACT, SourceKind.FILES, range(1)).height == rows == 2040


def test_dropping_again_completes_what_is_missing_and_touches_nothing_else(tmp_path: Path) -> None:
    drop_branch_files(0, POPULATION, CONTRACT, DropFolder(tmp_path))
    before = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    lost = sorted(before)[3]
    (tmp_path / lost).unlink()
    (tmp_path / f"{lost}.part").write_bytes(b"cut off in the midd")
    drop_branch_files(0, POPULATION, CONTRACT, DropFolder(tmp_path))
    after = {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()}
    assert after.pop(lost)[0] == before.pop(lost)[0]
    assert after == before


def test_without_rows_the_folder_is_there_and_empty(tmp_path: Path) -> None:
    drop_branch_files(0, Population(0, 1, POPULATION.anchor), CONTRACT, DropFolder(tmp_path / "branches"))
    assert list((tmp_path / "branches").iterdir()) == []


@pytest.mark.parametrize(("rows", "files"), [(1, 1), (79, 2), (300, 7), (1000, 12), (10_000_000, 102)])
def test_files_are_neither_tiny_nor_huge(rows: int, files: int) -> None:
    planned = list(branch_files(Population(rows, 1, POPULATION.anchor), 0))
    assert len(planned) == files
    sizes = [file.block.stop - file.block.start for file in planned]
    assert sum(sizes) == planned[0].block.sequence.length
    assert max(sizes) < 200_000
