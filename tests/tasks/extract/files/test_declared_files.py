"""Files are read as their source declares that they are written, and nothing of them is guessed beyond that."""

from __future__ import annotations

import gzip
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import polars as pl
import pytest

from contracts.contract import Contract
from contracts.sources.csv_dialect import CsvDialect
from contracts.sources.files import FilesSource
from tasks.errors import StructureError
from tasks.extract.chunks import FAULT, LOCATION, SOURCE_TEXT
from tasks.extract.files import lines
from tasks.extract.files.lines import NO_TEXT
from tasks.extract.files.rows import extract_file
from tests.tasks.branch_file import ROW, fetched

HEADER = ";".join(ROW)
LINE = ";".join(ROW.values())


def _read(contract: Contract, path: Path, dialect: dict[str, Any], **words: Any) -> pl.DataFrame:
    found = contract.source("branch-files")
    assert isinstance(found, FilesSource)
    source = found.model_copy(update={"dialect": CsvDialect.model_validate(dialect), **words})
    return pl.concat(list(extract_file(contract, source, fetched(path))))


def _file(folder: Path, content: str | bytes, encoding: str = "utf-8", name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def _changed(**values: str) -> str:
    return ";".join((ROW | values).values())


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-16", None),
        ("utf-16", "utf-16"),
        ("utf-8-sig", None),
        ("utf-8", "utf-8"),
        ("cp1252", None),
        ("cp1252", "windows-1252"),
        ("latin-1", "iso-8859-1"),
        ("cp850", "ibm850"),
    ],
)
def test_text_is_read_in_the_declared_encoding_or_the_one_it_shows(
    contract: Contract, folder: Path, encoding: str, declared: str | None, newline: str
) -> None:
    path = _file(folder, newline.join([HEADER, _changed(product="pão à moda"), ""]), encoding)
    rows = _read(contract, path, {"encoding": declared} if declared else {})
    assert rows.select("product", "store_location").rows() == [("pão à moda", "São Paulo")]


def test_half_a_character_of_utf_16_is_its_row_s_fault_alone(contract: Contract, folder: Path) -> None:
    text = "\n".join([HEADER, _changed(product="\ud83d"), _changed(customer_id="C2"), ""])
    rows = _read(contract, _file(folder, b"\xff\xfe" + text.encode("utf-16-le", "surrogatepass")), {})
    assert rows[FAULT].to_list() == [NO_TEXT, None]
    assert rows["customer_id"].to_list() == [None, "C2"]
    rows = _read(contract, _file(folder, text.replace("\ud83d", "x").encode("utf-16")[:-1] + b"\n\x00x"), {})
    assert rows["customer_id"].to_list()[:2] == ["C1", "C2"]


def test_a_mark_that_contradicts_the_declared_encoding_is_told(contract: Contract, folder: Path) -> None:
    path = _file(folder, f"{HEADER}\n{LINE}\n", "utf-8-sig")
    with pytest.raises(StructureError, match="begins with the mark of UTF-8, and the contract says windows-1252"):
        _read(contract, path, {"encoding": "windows-1252"})


@pytest.mark.parametrize("delimiter", ["\t", "|", "^", ";"])
def test_any_declared_delimiter_separates_values(contract: Contract, folder: Path, delimiter: str) -> None:
    text = f"{HEADER}\n{_changed(product='a,b')}\n".replace(";", delimiter)
    assert _read(contract, _file(folder, text), {"delimiter": delimiter})["product"].to_list() == ["a,b"]


@pytest.mark.parametrize("first", ["sep=|", "SEP=|", '"sep=|"'])
def test_a_line_that_tells_excel_the_delimiter_tells_it_here(contract: Contract, folder: Path, first: str) -> None:
    text = f"{first}\n" + f"{HEADER}\n{LINE}\n".replace(";", "|")
    rows = _read(contract, _file(folder, text), {})
    assert rows.select("customer_id", LOCATION).rows() == [("C1", "a.csv row 3")]
    with pytest.raises(StructureError, match=r"a\.csv says sep=\|, and the contract delimiter ';'"):
        _read(contract, _file(folder, text), {"delimiter": ";"})


@pytest.mark.parametrize("titles", [[], ["Vendas"], ["Vendas;;", "", "Emitido em 01/02/2026;;;"]])
def test_titles_and_comments_are_no_rows_and_lines_keep_their_numbers(
    contract: Contract, folder: Path, titles: list[str]
) -> None:
    text = "\n".join([*titles, "# loja 7", HEADER, LINE, '# 32";"', "1;2", LINE, ""])
    rows = _read(contract, _file(folder, text), {"titleLines": 2, "commentPrefix": "#"})
    first = len(titles) + 3
    assert rows.select(LOCATION, FAULT).rows() == [
        (f"a.csv row {first}", None),
        (f"a.csv row {first + 2}", "it has 2 values, and the header 11"),
        (f"a.csv row {first + 3}", None),
    ]


def test_more_titles_than_declared_are_no_header(contract: Contract, folder: Path) -> None:
    with pytest.raises(StructureError, match=r"a\.csv names none of the columns"):
        _read(contract, _file(folder, f"Vendas\nde 2026\n{HEADER}\n{LINE}\n"), {"titleLines": 1})


@pytest.mark.parametrize(
    "last", ["Total;;;;;10,00", "TOTAL: 2 vendas;;;;;;;;;;", ";;;;Total;;;;;;", '"total geral"\n\n']
)
def test_a_totals_line_at_the_end_is_no_row(
    contract: Contract, folder: Path, last: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "BLOCK_BYTES", 200)
    text = "\n".join([HEADER, _changed(customer_id="Total"), LINE, last])
    rows = _read(contract, _file(folder, text), {"totalsLine": "Total"})
    assert rows["customer_id"].to_list() == ["Total", "C1"]


@pytest.mark.parametrize("last", [_changed(customer_id="Totalis"), LINE, "1;2"])
def test_a_last_line_without_the_word_is_a_row_as_any_other(contract: Contract, folder: Path, last: str) -> None:
    rows = _read(contract, _file(folder, f"{HEADER}\n{LINE}\n{last}\n"), {"totalsLine": "Total"})
    assert rows.height == 2


@pytest.mark.parametrize(
    ("quote", "product", "value"), [("'", "'a;''b''\nc'", "a;'b'\nc"), ("", '"32', '"32'), ("", 'a"b"', 'a"b"')]
)
def test_quotes_are_those_declared(contract: Contract, folder: Path, quote: str, product: str, value: str) -> None:
    text = "\n".join([HEADER, _changed(product=product), LINE, ""])
    assert _read(contract, _file(folder, text), {"quoteChar": quote})["product"].to_list() == [value, "TV"]


def test_an_escaped_quote_ends_no_value_and_a_backslash_elsewhere_is_one(contract: Contract, folder: Path) -> None:
    products = [r'"diz \"oi\"; ; \\"', r'"C:\temp"', r"C:\\temp", r"\N", r"32\" TV", '""', '"a\\"\nb"']
    text = "\n".join([HEADER, *(_changed(product=product) for product in products), '1;"\\"x', ""])
    rows = _read(contract, _file(folder, text), {"escapeChar": "\\"})
    read = [r'diz "oi"; ; \ '.strip(), r"C:\temp", r"C:\\temp", r"\N", r"32\" TV", None, 'a"\nb', None]
    assert rows["product"].to_list() == read
    assert rows[SOURCE_TEXT].to_list()[-1] == '1;"\\"x'


def _zipped(members: dict[str, bytes]) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


PLAIN = f"{HEADER}\n{LINE}\n".encode("cp1252")


@pytest.mark.parametrize(
    "packed",
    [gzip.compress(PLAIN), _zipped({"x.csv": PLAIN}), _zipped({"d/": b"", "d/x.csv": PLAIN, "__MACOSX/._x": b"?"})],
    ids=["gzip", "zip", "zip with a folder"],
)
def test_a_compressed_file_is_read_as_what_is_in_it(contract: Contract, folder: Path, packed: bytes) -> None:
    assert _read(contract, _file(folder, packed), {})["store_location"].to_list() == ["São Paulo"]


@pytest.mark.parametrize(
    ("packed", "message"),
    [
        (gzip.compress(PLAIN)[:-9], r"a\.csv cannot be unpacked \(EOFError\), like a transfer that did not finish"),
        (_zipped({"x.csv": PLAIN})[:-9], r"a\.csv cannot be unpacked \(BadZipFile\)"),
        (_zipped({"x.csv": PLAIN, "y.csv": PLAIN}), r"a\.csv is a ZIP archive of 2 files; send one file in each"),
        (_zipped({}), r"a\.csv is a ZIP archive of 0 files"),
        (_zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), r"a\.csv is an Excel workbook \(\.xlsx\)"),
        (gzip.compress(gzip.compress(PLAIN)), r"a\.csv is compressed \(gzip\) twice"),
    ],
    ids=["cut gzip", "cut zip", "two files", "no file", "workbook", "gzip twice"],
)
def test_what_is_packed_otherwise_is_told_as_what_it_is(
    contract: Contract, folder: Path, packed: bytes, message: str
) -> None:
    with pytest.raises(StructureError, match=message):
        _read(contract, _file(folder, packed), {})
