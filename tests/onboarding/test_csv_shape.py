"""How a file is written is found out from its bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.sources.csv_dialect import CsvDialect, TextEncoding
from onboarding.csv_shape import shape_of

ROWS = "id;city;amount\n1;Belém;1,5\n2;São Paulo;2,5\n"


@pytest.mark.parametrize(
    ("data", "dialect"),
    [
        (b"id,amount\n1,2\n", {"delimiter": ","}),
        (ROWS.encode(), {"delimiter": ";"}),
        (ROWS.encode("utf-8-sig"), {"delimiter": ";"}),
        (ROWS.encode("cp1252"), {"delimiter": ";", "encoding": "windows-1252"}),
        (ROWS.encode("cp850"), {"delimiter": ";", "encoding": "ibm850"}),
        (ROWS.replace(";", "\t").encode(), {"delimiter": "\t"}),
        (ROWS.replace("\n", "\r\n").encode(), {"delimiter": ";"}),
        (ROWS.replace("\n", "\r").encode(), {"delimiter": ";"}),
        (b"sep=;\n" + ROWS.encode(), {"delimiter": ";"}),
        (b"Sales of a day\nby store\n\n" + ROWS.encode(), {"delimiter": ";", "titleLines": 2}),
        (ROWS.encode() + b";TOTAL GERAL;4,0\n\n", {"delimiter": ";", "totalsLine": "Total"}),
        (b'id;note\n1;"a;b"\n2;"c;d;e"\n', {"delimiter": ";"}),
    ],
)
def test_encoding_delimiter_title_and_total_are_found(data: bytes, dialect: dict[str, Any]) -> None:
    shape = shape_of(data, is_whole=True)
    assert shape
    assert shape.dialect == dialect


def test_what_is_declared_is_not_found_out() -> None:
    declared = CsvDialect(encoding=TextEncoding.ISO_8859_15, delimiter=",")
    shape = shape_of("id;city,amount\n1;São,€\n".encode("iso-8859-15"), declared, is_whole=True)
    assert shape
    assert shape.rows.rows(named=True) == [{"id;city": "1;São", "amount": "€"}]
    assert shape.dialect == {"encoding": "iso-8859-15", "delimiter": ","}


def test_rows_come_as_texts_without_title_and_total() -> None:
    shape = shape_of(b"A day\n" + ROWS.encode("cp1252") + b"Soma;;4,0\n", is_whole=True)
    assert shape
    assert shape.rows.rows(named=True) == [
        {"id": "1", "city": "Belém", "amount": "1,5"},
        {"id": "2", "city": "São Paulo", "amount": "2,5"},
    ]


def test_rows_that_the_reader_would_set_aside_take_no_others_with_them() -> None:
    torn = b'3;"Torn;3,5\n4;Natal\n5;"a\nb";5,5\nTotal;9\n'
    shape = shape_of(ROWS.encode() + b"2;Natal;2,5\n" * 4 + torn, is_whole=True)
    assert shape
    assert shape.rows["id"].to_list() == ["1", *["2"] * 5, "5"]
    assert shape.dialect == {"delimiter": ";", "totalsLine": "Total"}


def test_of_a_file_that_goes_on_the_last_line_is_left_away() -> None:
    shape = shape_of(ROWS.encode() + b"Total", is_whole=False)
    assert shape
    assert (shape.rows["id"].to_list(), shape.dialect) == (["1", "2"], {"delimiter": ";"})


def test_what_has_no_two_columns_has_no_shape() -> None:
    assert shape_of(b"one line\nand another\n", is_whole=True) is None


TEXTS = st.text("abzç éãõ;,|\t", min_size=1, max_size=9).map(lambda text: f"x{text}x")


@settings(max_examples=60)
@given(
    rows=st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=9),
    delimiter=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "cp850"]),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    titles=st.integers(0, 3),
    has_total=st.booleans(),
)
def test_rows_are_read_back_however_the_file_is_written(
    rows: list[tuple[str, str, str]], delimiter: str, encoding: str, newline: str, titles: int, has_total: bool
) -> None:
    header = ("Código", "Descrição", "Posição")
    lines = [delimiter.join(f'"{value}"' for value in row) for row in (header, *rows)]
    total = [f"Total{delimiter}{delimiter}"] if has_total else []
    text = newline.join([*["Vendas do mês"] * titles, *lines, *total, ""])
    shape = shape_of(text.encode(encoding), is_whole=True)
    assert shape
    assert shape.rows.rows() == rows
    assert tuple(shape.rows.columns) == header
    assert shape.dialect.get("titleLines", 0) == titles
    assert shape.dialect.get("encoding") == {"cp1252": "windows-1252", "cp850": "ibm850"}.get(encoding)
