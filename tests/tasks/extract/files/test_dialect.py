"""How a branch wrote its file is found out from the bytes alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.errors import StructureError
from tasks.extract.files.dialect import Dialect, check_header, detect


def _file(folder: Path, content: bytes) -> Path:
    path = folder / "b.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "dialect"),
    [
        (b"cpf;email\n1;2\n", Dialect("utf-8", ";", ("cpf", "email"), has_rows=True)),
        (b"cpf,email\r\n1,2\r\n", Dialect("utf-8", ",", ("cpf", "email"), has_rows=True)),
        (b"\xef\xbb\xbfcpf;email\n1;2\n", Dialect("utf-8", ";", ("cpf", "email"), has_rows=True)),
        ("cpf;product\n1;pão\n".encode("cp1252"), Dialect("cp1252", ";", ("cpf", "product"), has_rows=True)),
        ("cpf;product\n1;pão\n".encode(), Dialect("utf-8", ";", ("cpf", "product"), has_rows=True)),
        (b'"cpf"; "email" \n', Dialect("utf-8", ";", ("cpf", '"email"'), has_rows=False)),
        (b'"cpf","email"\n', Dialect("utf-8", ",", ("cpf", "email"), has_rows=False)),
        (b"cpf;a,b;email\n", Dialect("utf-8", ";", ("cpf", "a,b", "email"), has_rows=False)),
        (b"cpf;email", Dialect("utf-8", ";", ("cpf", "email"), has_rows=False)),
        (b"cpf;email\n\r\n\n  \n", Dialect("utf-8", ";", ("cpf", "email"), has_rows=False)),
        (b"cpf;email\n\n\n1;2", Dialect("utf-8", ";", ("cpf", "email"), has_rows=True)),
        (b"cpf\n1\n", Dialect("utf-8", ";", ("cpf",), has_rows=True)),
    ],
)
def test_encoding_delimiter_and_header_are_detected(tmp_path: Path, content: bytes, dialect: Dialect) -> None:
    assert detect(_file(tmp_path, content)) == dialect


def test_windows_1252_is_found_out_by_a_byte_far_down(tmp_path: Path) -> None:
    content = b"cpf;product\n" + b"1;x\n" * 600_000 + "2;pão\n".encode("cp1252")
    assert detect(_file(tmp_path, content)).encoding == "cp1252"


def test_a_character_on_the_edge_of_a_block_is_not_taken_for_another_encoding(tmp_path: Path) -> None:
    head = b"cpf;product\n"
    content = head + b"x" * (1024 * 1024 - len(head) - 1) + "ã;1\n".encode()
    assert detect(_file(tmp_path, content)).encoding == "utf-8"


def test_a_0_byte_file_looks_like_an_unfinished_transfer(tmp_path: Path) -> None:
    with pytest.raises(StructureError, match=r"b\.csv is empty, like a transfer that did not finish"):
        detect(_file(tmp_path, b""))


@pytest.mark.parametrize("content", [b"cpf\n\x81\n", "cpf\npão\n".encode("cp1252"), b"cpf\n\xc3\n", b"cpf\n\xe3o\n"])
def test_without_a_character_of_utf_8_a_file_that_is_not_ascii_is_windows_1252(tmp_path: Path, content: bytes) -> None:
    assert detect(_file(tmp_path, content)).encoding == "cp1252"


@pytest.mark.parametrize("stray", [b"\x81", b"\xe9", b"\xc3"])
def test_stray_bytes_do_not_change_the_encoding_of_a_file_that_is_utf_8(tmp_path: Path, stray: bytes) -> None:
    for content in (b"cpf;p\n1;" + stray + b"\n2;\xc3\xa3", b"cpf;p\n2;\xc3\xa3\n" + b"1;x\n" * 600_000 + stray):
        assert detect(_file(tmp_path, content)).encoding == "utf-8"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"PK\x03\x04" + b"planted" * 9,
            r"b\.csv is a ZIP archive or an Excel workbook \(\.xlsx\); export it again as CSV",
        ),
        (b"\xd0\xcf\x11\xe0\xa1", r"b\.csv is an Excel workbook \(\.xls\);"),
        ("cpf;p\n1;2\n".encode("utf-16"), r"b\.csv is UTF-16 text;"),
        ("cpf;p\n1;2\n".encode("utf-16-le"), r"b\.csv is UTF-16 text or a binary file;"),
        (b"\x1f\x8b\x08planted", r"b\.csv is compressed \(gzip\);"),
        (b"<html><table>", r"b\.csv is HTML or XML;"),
        (b'[{"cpf": 1}]', r"b\.csv is JSON;"),
        (b"cpf\tp\n1\t2\n", r"b\.csv is separated by tabs, not by ; or ,; export it again as CSV UTF-8"),
        (b"cpf|p\n1|2\n", r"b\.csv is separated by the character \|, not by ; or ,;"),
    ],
)
def test_a_file_of_another_kind_is_told_as_what_it_is(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(StructureError, match=message) as caught:
        detect(_file(tmp_path, content))
    assert "planted" not in str(caught.value)


@pytest.mark.parametrize("header", [("cpf", "email"), ("email", "cpf"), ("email", "updated_at", "cpf")])
def test_columns_may_come_in_any_order_and_optional_ones_be_missing(header: tuple[str, ...]) -> None:
    check_header(header, {"cpf", "email"}, {"updated_at"}, "b.csv")


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (("cpf",), r"b\.csv lacks column 'email';"),
        (("cpf", "email", "shoe_size"), r"b\.csv has an unknown column 'shoe_size';"),
        (("cpf", "email", "cpf"), r"b\.csv names twice 'cpf';"),
        (("cpf", "E-mail"), r"b\.csv lacks column 'email'; has an unknown column 'E-mail';"),
        (("cpf;email",), r"the first line of b\.csv names none of the columns cpf, email$"),
    ],
)
def test_a_wrong_header_is_told_with_all_that_is_wrong(header: tuple[str, ...], message: str) -> None:
    with pytest.raises(StructureError, match=message):
        check_header(header, {"cpf", "email"}, {"updated_at"}, "b.csv")


def test_a_file_without_header_does_not_get_its_first_row_into_the_message() -> None:
    with pytest.raises(StructureError) as caught:
        check_header(("529.982.247-25", "planted@example.com"), {"cpf", "email"}, set(), "b.csv")
    assert "529" not in str(caught.value)
    assert "planted" not in str(caught.value)
