"""How a file is written is found out from its bytes."""

from __future__ import annotations

from typing import Any

import pytest

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


def test_rows_come_as_texts_without_title_and_total() -> None:
    shape = shape_of(b"A day\n" + ROWS.encode("cp1252") + b"Soma;;4,0\n", is_whole=True)
    assert shape
    assert shape.rows.rows(named=True) == [
        {"id": "1", "city": "Belém", "amount": "1,5"},
        {"id": "2", "city": "São Paulo", "amount": "2,5"},
    ]


def test_of_a_file_that_goes_on_the_last_line_is_left_away() -> None:
    shape = shape_of(ROWS.encode() + b"Total", is_whole=False)
    assert shape
    assert (shape.rows["id"].to_list(), shape.dialect) == (["1", "2"], {"delimiter": ";"})


def test_what_has_no_two_columns_has_no_shape() -> None:
    assert shape_of(b"one line\nand another\n", is_whole=True) is None
