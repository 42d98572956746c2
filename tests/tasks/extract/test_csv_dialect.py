"""How a branch wrote its file is found out from the bytes alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from tasks.errors import StructureError
from tasks.extract.csv_dialect import Dialect, check_header, detect


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


def test_bytes_without_meaning_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(StructureError, match=r"b\.csv is neither UTF-8 nor Windows-1252 text"):
        detect(_file(tmp_path, b"cpf\n\x81\n"))


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
