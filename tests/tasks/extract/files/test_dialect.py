"""How a branch wrote its file is found out from the bytes alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from contracts.sources.csv_dialect import CsvDialect
from tasks.errors import StructureError
from tasks.extract.files.dialect import Dialect, detect
from tasks.extract.files.header import HeaderNames


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "b.csv"
    path.write_bytes(content)
    return path


class _AnyNames(HeaderNames):
    """Takes the first line for the header, whatever it names."""

    def __init__(self) -> None: ...

    def fits(self, _header: Sequence[str]) -> bool:
        return True

    def check(self, _header: Sequence[str], _file_name: str) -> None: ...


def _detected(path: Path, **declared: Any) -> Dialect:
    return detect(path, path.name, CsvDialect(**declared), _AnyNames())


@pytest.mark.parametrize(
    ("content", "dialect"),
    [
        (b"cpf;email\n1;2\n", Dialect("utf-8", ";", ("cpf", "email"))),
        (b"cpf,email\r\n1,2\r\n", Dialect("utf-8", ",", ("cpf", "email"))),
        (b"\xef\xbb\xbfcpf;email\n1;2\n", Dialect("utf-8", ";", ("cpf", "email"))),
        ("cpf;product\n1;pão\n".encode("cp1252"), Dialect("cp1252", ";", ("cpf", "product"))),
        ("cpf;product\n1;pão\n".encode(), Dialect("utf-8", ";", ("cpf", "product"))),
        (b'"cpf"; "email" \n', Dialect("utf-8", ";", ("cpf", '"email"'))),
        (b'"cpf","email"\n', Dialect("utf-8", ",", ("cpf", "email"))),
        (b"cpf;a,b;email\n", Dialect("utf-8", ";", ("cpf", "a,b", "email"))),
        (b"cpf;email", Dialect("utf-8", ";", ("cpf", "email"))),
        (b"cpf;email\n\r\n\n  \n", Dialect("utf-8", ";", ("cpf", "email"))),
        (b"cpf;email\n\n\n1;2", Dialect("utf-8", ";", ("cpf", "email"))),
        (b"cpf\n1\n", Dialect("utf-8", ";", ("cpf",))),
    ],
)
def test_encoding_delimiter_and_header_are_detected(tmp_path: Path, content: bytes, dialect: Dialect) -> None:
    assert _detected(_file(tmp_path, content)) == dialect


def test_windows_1252_is_found_out_by_a_byte_far_down(tmp_path: Path) -> None:
    content = b"cpf;product\n" + b"1;x\n" * 600_000 + "2;pão\n".encode("cp1252")
    assert _detected(_file(tmp_path, content)).encoding == "cp1252"


def test_a_character_on_the_edge_of_a_block_is_not_taken_for_another_encoding(tmp_path: Path) -> None:
    head = b"cpf;product\n"
    content = head + b"x" * (1024 * 1024 - len(head) - 1) + "ã;1\n".encode()
    assert _detected(_file(tmp_path, content)).encoding == "utf-8"


def test_a_0_byte_file_looks_like_an_unfinished_transfer(tmp_path: Path) -> None:
    with pytest.raises(StructureError, match=r"b\.csv is empty, like a transfer that did not finish"):
        _detected(_file(tmp_path, b""))


@pytest.mark.parametrize("content", [b"cpf\n\x81\n", "cpf\npão\n".encode("cp1252"), b"cpf\n\xc3\n", b"cpf\n\xe3o\n"])
def test_without_a_character_of_utf_8_a_file_that_is_not_ascii_is_windows_1252(tmp_path: Path, content: bytes) -> None:
    assert _detected(_file(tmp_path, content)).encoding == "cp1252"


def test_one_value_that_looks_like_utf_8_does_not_change_the_encoding_of_a_file_that_is_not(tmp_path: Path) -> None:
    for content in (
        b"cpf;p\n1;\xc3\xa9\n2;p\xe3o\n3;\xe7\xe3",
        b"cpf;p\n1;\xe3\xe3\n" + b"1;x\n" * 600_000 + b"\xc3\xa9",
    ):
        assert _detected(_file(tmp_path, content)).encoding == "cp1252"


@pytest.mark.parametrize("stray", [b"\x81", b"\xe9", b"\xc3"])
def test_stray_bytes_do_not_change_the_encoding_of_a_file_that_is_utf_8(tmp_path: Path, stray: bytes) -> None:
    for content in (b"cpf;p\n1;" + stray + b"\n2;\xc3\xa3", b"cpf;p\n2;\xc3\xa3\n" + b"1;x\n" * 600_000 + stray):
        assert _detected(_file(tmp_path, content)).encoding == "utf-8"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xd0\xcf\x11\xe0\xa1", r"b\.csv is an Excel workbook \(\.xls\);"),
        ("cpf;p\n1;2\n".encode("utf-16"), r"b\.csv is UTF-16 text;"),
        ("cpf;p\n1;2\n".encode("utf-16-le"), r"b\.csv is UTF-16 text or a binary file;"),
        (b"\x1f\x8b\x08planted", r"b\.csv is compressed \(gzip\) twice;"),
        (b"BZh91AYplanted", r"b\.csv is compressed \(bzip2\);"),
        (b"cpf        email         p\n1  2  3\n", r"b\.csv has columns of fixed width"),
        (b"<html><table>", r"b\.csv is HTML or XML;"),
        (b'[{"cpf": 1}]', r"b\.csv is JSON;"),
        (b"cpf\tp\n1\t2\n", r"b\.csv is separated by tabs, not by ; or ,; declare that delimiter, or export it"),
        (b"cpf|p\n1|2\n", r"b\.csv is separated by the character \|, not by ; or ,;"),
    ],
)
def test_a_file_of_another_kind_is_told_as_what_it_is(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(StructureError, match=message) as caught:
        _detected(_file(tmp_path, content))
    assert "planted" not in str(caught.value)
