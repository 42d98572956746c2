from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from sandbox.generator.csv_files import CsvFile
from sandbox.generator.drop_places import DropFolder
from sandbox.generator.places import Places
from sandbox.generator.population import Population
from sandbox.generator.product_returns.growth import bring_returns_to, file_content
from sandbox.generator.product_returns.row_versions import block_truth, return_files
from tests.packaged_contracts import RETURNS as CONTRACT

POPULATION = Population(4000, 3, datetime(2026, 11, 25, tzinfo=UTC))
HEADER = ["devolucao", "data_devolucao", "produto", "quantidade", "aberto", "motivo", "cpf", "atualizado_em"]


def _rows(content: bytes, file: CsvFile) -> list[list[str]]:
    text = content.decode(file.encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=file.delimiter, strict=True))


def _files(generations: range) -> list[CsvFile]:
    return [file for generation in generations for file in return_files(POPULATION, generation)]


def _folder(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {path.name: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}


def test_an_independent_csv_reader_finds_the_rows_of_the_truth_under_the_sources_own_names() -> None:
    for file in _files(range(13)):
        header, *rows = _rows(file_content(file, POPULATION, CONTRACT), file)
        expected = block_truth(file.block, POPULATION, CONTRACT, file.words).select(CONTRACT.column_names)
        assert header == HEADER
        assert rows == [list(row) for row in expected.fill_null("").iter_rows()]


def test_files_are_written_in_every_way_in_turn() -> None:
    ways = {}
    for file in _files(range(1, 13)):
        words = block_truth(file.block, POPULATION, CONTRACT, file.words).filter(outcome="valid")["opened"]
        used = frozenset(words.str.strip_chars().drop_nulls())
        assert used in ({"S", "N"}, {"sim", "não"})
        ways[file.delimiter, file.encoding, "S" in used] = file
    assert len(ways) == 12
    for (delimiter, encoding, _), file in ways.items():
        content = file_content(file, POPULATION, CONTRACT)
        assert content.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
        assert content.split(b"\r\n")[0].endswith(f"cpf{delimiter}atualizado_em".encode())
        if encoding == "cp1252":
            with pytest.raises(UnicodeDecodeError):
                content.decode("utf-8")


def test_values_are_written_as_brazilian_files_do() -> None:
    rows = pl.concat(block_truth(file.block, POPULATION, CONTRACT, file.words) for file in _files(range(1)))
    valid = rows.filter(outcome="valid")
    assert valid["returned_on"].str.contains("^[0-9]{2}/[0-9]{2}/20[0-9]{2}$").all()
    assert valid["updated_at"].str.contains("^[0-9]{2}/[0-9]{2}/20[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$").all()
    assert valid["quantity"].str.contains("^ [0-9]+ $").any()
    assert valid["reason"].str.contains(";").any()
    assert valid["reason"].str.contains("\n").any()
    assert valid["reason"].str.contains('"').any()


def test_every_file_is_complete_and_a_generations_first_is_there_twice(tmp_path: Path) -> None:
    folder = tmp_path / "returns"
    bring_returns_to(2, POPULATION, CONTRACT, Places(return_folder=DropFolder(folder)))
    planned = _files(range(3))
    copies = {f"copia-{file.name}": file.name for file in planned if file.number == 0}
    found = {name: content for name, (content, _) in _folder(folder).items()}
    assert len(copies) == 3
    assert found.keys() == {file.name for file in planned} | copies.keys()
    assert all(found[copy] == found[name] for copy, name in copies.items())
    assert len(set(found.values())) == len(planned)


def test_bringing_again_completes_what_is_missing_and_touches_nothing_else(tmp_path: Path) -> None:
    bring_returns_to(1, POPULATION, CONTRACT, Places(return_folder=DropFolder(tmp_path)))
    before = _folder(tmp_path)
    lost = "devolucoes-0000-0001.csv"
    (tmp_path / lost).unlink()
    (tmp_path / f"{lost}.part").write_bytes(b"cut off in the midd")
    bring_returns_to(1, POPULATION, CONTRACT, Places(return_folder=DropFolder(tmp_path)))
    after = _folder(tmp_path)
    assert after.pop(lost)[0] == before.pop(lost)[0]
    assert after == before


def test_a_folder_that_grew_step_by_step_is_as_one_that_grew_at_once(tmp_path: Path) -> None:
    for generation in (0, 1, 1, 3):
        bring_returns_to(generation, POPULATION, CONTRACT, Places(return_folder=DropFolder(tmp_path / "steps")))
    bring_returns_to(3, POPULATION, CONTRACT, Places(return_folder=DropFolder(tmp_path / "once")))
    steps, once = (
        {name: content for name, (content, _) in _folder(tmp_path / folder).items()} for folder in ("steps", "once")
    )
    assert steps == once


def test_a_source_of_the_users_own_is_not_touched(tmp_path: Path) -> None:
    bring_returns_to(1, POPULATION, CONTRACT, Places(branch_folder=DropFolder(tmp_path)))
    assert list(tmp_path.iterdir()) == []


def test_without_rows_the_folder_is_there_and_empty(tmp_path: Path) -> None:
    bring_returns_to(
        2, Population(0, 1, POPULATION.anchor), CONTRACT, Places(return_folder=DropFolder(tmp_path / "returns"))
    )
    assert list((tmp_path / "returns").iterdir()) == []


@pytest.mark.parametrize(("rows", "files"), [(1, 1), (1600, 2), (20_000, 3), (100_000_000, 51)])
def test_files_are_neither_tiny_nor_huge(rows: int, files: int) -> None:
    planned = list(return_files(Population(rows, 1, POPULATION.anchor), 0))
    assert len(planned) == files
    sizes = [file.block.stop - file.block.start for file in planned]
    assert sum(sizes) == planned[0].block.sequence.length
    assert max(sizes) < 200_000
