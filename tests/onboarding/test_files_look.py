"""The newest files of a folder are looked at, whatever they are packed in; what is no CSV is told."""

from __future__ import annotations

import gzip
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from onboarding.files_look import look_at_files, pattern_of_names
from onboarding.sample import Sample
from tasks.errors import StructureError

TODAY = date(2026, 2, 1)
ROWS = b"id;city\n1;Natal\n"


def look(folder: Path, **answers: Any) -> Sample:
    opening = {"server": "branches", "type": "local", "connection": {"url": "BRANCHES_URL"}}
    return look_at_files(opening | answers, {"url": folder.as_uri()}, lambda: None, TODAY)


def drop(folder: Path, name: str, content: bytes, at: int = 0) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    os.utime(folder / name, (at, at))


def test_without_a_path_the_names_that_there_are_suggest_one(tmp_path: Path) -> None:
    for name in ("sul/20260130.csv", "norte/20260131.csv"):
        drop(tmp_path, name, ROWS)
    (question,) = look(tmp_path).questions
    assert (question.word, question.suggested) == ("path", "${BRANCHES_URL}/**/{yyyyMMdd}.csv")


@pytest.mark.parametrize(
    ("names", "pattern"),
    [
        (["a.csv", "b.csv"], "*.csv"),
        (["vendas_2026_01_31.csv"], "vendas_{yyyy_MM_dd}.csv"),
        (["loja-12345678.csv"], "loja-12345678.csv"),
        ([], "*.csv"),
    ],
)
def test_a_pattern_has_the_dates_of_the_names(names: list[str], pattern: str) -> None:
    assert pattern_of_names(names) == pattern


def test_the_newest_files_tell_the_dialect_and_bring_the_rows(tmp_path: Path) -> None:
    for number in range(7):
        drop(tmp_path, f"{number}.csv", ROWS.replace(b"1", b"%d" % number), at=number)
    drop(tmp_path, "7.csv", gzip.compress(b"A title\n" + ROWS.replace(b"1", b"7")), at=7)
    found = look(tmp_path, path="${BRANCHES_URL}/*.csv")
    assert found.rows["id"].to_list() == ["7", "6", "5", "4", "3"]
    assert found.words == {"dialect": {"delimiter": ";", "titleLines": 1}}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xd0\xcf\x11\xe0" + bytes(99), "a.csv is an Excel workbook (.xls); export it again as CSV UTF-8"),
        (b'[{"id": 1, "city": "Natal"}]', "a.csv is JSON; export it again"),
        (b"id;id \n1;2\n", "a.csv cannot be read as CSV (DuplicateError); export it again"),
        (b"id\n1\n", "a.csv is no text with columns between ; , tabs or |; export it again"),
    ],
)
def test_a_file_that_is_no_csv_is_told_by_what_it_is(tmp_path: Path, content: bytes, told: str) -> None:
    drop(tmp_path, "a.csv", content)
    with pytest.raises(StructureError) as refused:
        look(tmp_path, path="${BRANCHES_URL}/*.csv")
    assert told in str(refused.value)


def test_a_folder_without_such_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(StructureError, match="no file of branches is called as its path says"):
        look(tmp_path, path="${BRANCHES_URL}/*.txt")
