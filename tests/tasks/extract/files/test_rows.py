"""Branches' files as chunks, and files that are refused."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.contract import Contract
from contracts.sources.kinds import Source
from tasks.extract.chunks import CURSOR, FAULT, KEY, LOCATION, SOURCE_TEXT, chunk_schema
from tasks.extract.files import line_records, lines
from tasks.extract.files.lines import NO_TEXT, TOO_LONG
from tasks.extract.files.records import AFTER_QUOTE, ENDLESS, STRAY_LINE_END
from tasks.extract.files.rows import extract_file
from tests.packaged_contracts import PURCHASES as CONTRACT
from tests.tasks.branch_file import ROW, branch_file, fetched


@pytest.fixture
def source(contract: Contract) -> Source:
    return contract.source("branch-files")


def _rows(contract: Contract, source: Source, path: Path) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=chunk_schema(contract)), *extract_file(contract, source, fetched(path))])


def test_values_are_decoded_and_otherwise_left_as_the_branch_wrote_them(
    contract: Contract, source: Source, folder: Path
) -> None:
    path = branch_file(
        folder / "matriz.csv", {"first_name": "Conceição", "product": 'TV 32"; "branca"\nnova', "email": ""}
    )
    assert _rows(contract, source, path).to_dicts() == [
        {
            "customer_id": "C1",
            "first_name": "Conceição",
            "last_name": "Silva",
            "email": None,
            "purchase_date": "31/01/2026",
            "total_amount": "R$ 1.234,56",
            "product": 'TV 32"; "branca"\nnova',
            "store_location": "São Paulo",
            "cpf": "529.982.247-25",
            "credit_card_number": "4111 1111 1111 1111",
            "updated_at": "01/02/2026 12:00:00",
            KEY: None,
            CURSOR: None,
            LOCATION: "matriz.csv row 2",
            FAULT: None,
            SOURCE_TEXT: None,
        }
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_every_way_branches_write_gives_the_same_rows(
    contract: Contract, source: Source, folder: Path, encoding: str, delimiter: str, newline: str
) -> None:
    path = branch_file(
        folder / "a.csv", {"product": "pão; de, queijo"}, encoding=encoding, delimiter=delimiter, newline=newline
    )
    assert _rows(contract, source, path).select("product", "total_amount").rows() == [
        ("pão; de, queijo", "R$ 1.234,56")
    ]


def test_columns_come_in_any_order_and_an_optional_one_may_be_missing(
    contract: Contract, source: Source, folder: Path
) -> None:
    columns = [name for name in reversed(ROW) if name != "updated_at"]
    rows = _rows(contract, source, branch_file(folder / "a.csv", {}, columns=columns))
    assert rows.columns == list(chunk_schema(contract))
    assert rows.select("customer_id", "updated_at").rows() == [("C1", None)]


def test_columns_may_have_other_names_that_the_contract_maps(contract: Contract, source: Source, folder: Path) -> None:
    path = branch_file(folder / "a.csv", {"customer_id": "C7"})
    path.write_text(path.read_text(encoding="utf-8").replace("customer_id", "Cliente Nº"), encoding="cp1252")
    mapped = source.model_copy(update={"field_paths": {"customer_id": "Cliente Nº"}})
    assert _rows(contract, mapped, path)["customer_id"].to_list() == ["C7"]


def test_a_header_alone_is_a_file_of_no_rows(contract: Contract, source: Source, folder: Path) -> None:
    assert _rows(contract, source, branch_file(folder / "a.csv")).is_empty()


def test_rows_are_numbered_across_chunks_as_a_spreadsheet_does(
    contract: Contract, source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "BLOCK_BYTES", 1024)
    path = branch_file(folder / "{a}.csv", *({"customer_id": f"C{n}"} for n in range(2, 50)))
    chunks = list(extract_file(contract, source, fetched(path)))
    assert len(chunks) > 2
    rows = pl.concat(chunks)
    assert rows["customer_id"].to_list() == [f"C{n}" for n in range(2, 50)]
    assert rows[LOCATION].to_list() == [f"{{a}}.csv row {n}" for n in range(2, 50)]


def _with_tail(folder: Path, tail: str | bytes) -> Path:
    path = branch_file(folder / "a.csv", {})
    path.write_bytes(path.read_bytes() + (tail if isinstance(tail, bytes) else tail.encode()))
    return path


GOOD = "2;b;c;d;e;f;g;h;i;j;k\n"


@pytest.mark.parametrize(
    ("odd", "fault"),
    [
        ("1;2\n", "it has 2 values, and the header 11"),
        (";".join("123456789abc") + "\n", "it has 12 values, and the header 11"),
        ('1;2;3;4;5;6;7;8;9;"0;x\n', ENDLESS),
        ('1;2;3;4;5;6;7;8;9;0;"x\n', ENDLESS),
        ('1;2;3;4;5;6;7;8;9;0;"x"y\n', AFTER_QUOTE),
        ('1;2;3;4;5;6;7;8;9;0;"x" \n', AFTER_QUOTE),
        ('1;2;3;4;5;6;7;8;9;0;"say \\"x\\""\n', AFTER_QUOTE),
        ('1;2;3;4;5;6;7;8;9;0;"TV 32\\""\n', ENDLESS),
        ("1;2;3;4;5;6;7;8;9;0;x\ry\n", STRAY_LINE_END),
        (b"1;2;3;4;5;6;7;8;9;0;caf\xe9\n", NO_TEXT),
    ],
)
def test_a_row_that_cannot_be_read_is_at_fault_alone(
    contract: Contract, source: Source, folder: Path, odd: str | bytes, fault: str
) -> None:
    content = odd if isinstance(odd, bytes) else odd.encode()
    path = _with_tail(folder, content + "2;Conceição;c;d;e;f;g;h;i;j;k\n".encode())
    rows = _rows(contract, source, path)
    assert rows.select(LOCATION, FAULT, "first_name").rows() == [
        ("a.csv row 2", None, "Ana"),
        ("a.csv row 3", fault, None),
        ("a.csv row 4", None, "Conceição"),
    ]
    assert rows[SOURCE_TEXT].to_list() == [None, content.decode("utf-8", "backslashreplace")[:-1], None]


@pytest.mark.parametrize(
    ("first", "last", "last_value"),
    [
        ('1;2;3;4;5;6;"x;8;9;0;k\n', '3;b;c;d;e;f;g";h;i;j;k\n', 'g"'),
        ('1;2;3;4;5;6;"x;8;9;0;k\n', '3;b;c;d;e;f;27" TV;h;i;j;k\n', '27" TV'),
        ('1;2;3;4;5;6;7;8;9;0;"x\n', '3;b;c;d;e;f;g;h;i;j;k"\n', "g"),
    ],
)
def test_quotes_that_pair_up_by_accident_take_no_rows_between_with_them(
    contract: Contract, source: Source, folder: Path, first: str, last: str, last_value: str
) -> None:
    for between in (GOOD * 3, GOOD + "1;2\n" + GOOD):
        rows = _rows(contract, source, _with_tail(folder, first + between + last))
        assert rows[FAULT].is_null().to_list() == [True, False, True, "1;2" not in between, True, True]
        assert rows["product"].to_list()[-1] == last_value


def test_a_quoted_value_may_hold_line_breaks_and_some_delimiters(
    contract: Contract, source: Source, folder: Path
) -> None:
    tail = '1;2;3;4;5;6;"x; y\nz; ""w"";";8;9;0;k\r\n' + GOOD
    rows = _rows(contract, source, _with_tail(folder, tail))
    assert rows["product"].to_list() == ["TV", 'x; y\nz; "w";', "g"]
    assert rows[LOCATION].to_list() == ["a.csv row 2", "a.csv row 3", "a.csv row 4, line 5"]
    assert rows[FAULT].null_count() == 3


def test_delimiters_in_a_value_of_one_line_make_no_rows_of_a_value_that_has_line_breaks(
    contract: Contract, source: Source, folder: Path
) -> None:
    rows = _rows(contract, source, _with_tail(folder, f'1;2;3;4;5;"x\ny";"{";" * 20}";8;9;0;k\n' + GOOD))
    assert rows[FAULT].null_count() == 3
    assert rows["total_amount"].to_list()[1:] == ["x\ny", "f"]
    assert rows["product"].to_list()[1:] == [";" * 20, "g"]


def test_a_value_longer_than_a_block_is_at_fault_alone(
    contract: Contract, source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "BLOCK_BYTES", 1024)
    monkeypatch.setattr(line_records, "BLOCK_BYTES", 1024)
    rows = _rows(contract, source, _with_tail(folder, f"1;2;3;4;5;6;{'x' * 5000};8;9;0;k\n" + GOOD))
    assert rows.select(LOCATION, FAULT).rows()[1:] == [("a.csv row 3", TOO_LONG), ("a.csv row 4", None)]
    endless = '1;2;3;4;5;6;7;8;9;0;"' + "planted\n" * 3000 + GOOD
    rows = _rows(contract, source, _with_tail(folder, endless))
    assert rows[FAULT].value_counts().rows_by_key(FAULT)[ENDLESS] == [(1,)]
    assert rows["customer_id"].drop_nulls().to_list() == ["C1", "2"]


@pytest.mark.parametrize("newline", ["\r", "\r\r\n"])
def test_odd_line_ends_are_read(contract: Contract, source: Source, folder: Path, newline: str) -> None:
    path = branch_file(folder / "a.csv", {}, {"customer_id": "C2"}, newline=newline)
    assert _rows(contract, source, path)["customer_id"].to_list() == ["C1", "C2"]


def test_a_last_value_that_is_quoted_and_ends_is_no_endless_quote(
    contract: Contract, source: Source, folder: Path
) -> None:
    columns = [*(name for name in ROW if name != "product"), "product"]
    rows = _rows(contract, source, branch_file(folder / "a.csv", {"product": "a;\nb"}, columns=columns))
    assert rows["product"].to_list() == ["a;\nb"]


texts = st.text("ab;,\"'\n\r é€\t\x00ß中", max_size=6)


@given(st.lists(st.lists(texts, min_size=2, max_size=2), min_size=1, max_size=5), st.sampled_from(";,"))
def test_whatever_a_correct_writer_wrote_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], delimiter: str
) -> None:
    path = tmp_path_factory.mktemp("files") / "a.csv"
    branch_file(
        path, *({"product": product, "email": email} for product, email in rows), delimiter=delimiter, newline="\r\n"
    )
    read = _rows(CONTRACT, CONTRACT.source("branch-files"), path).select("product", "email").rows()
    assert read == [tuple(value or None for value in row) for row in rows]


odd_texts = st.lists(st.sampled_from([*'q;,"\r\n\\\0', "é", '\n"', '";', "q;q", GOOD]), max_size=40).map("".join)


@given(
    odd_texts.map(str.encode) | odd_texts.map(lambda text: text.encode("cp1252")) | st.binary(max_size=60),
    st.sampled_from([";", ","]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_whatever_stands_in_a_file_is_extracted_and_takes_no_other_row_with_it(
    tmp_path_factory: pytest.TempPathFactory, odd: bytes, delimiter: str, newline: str
) -> None:
    path = tmp_path_factory.mktemp("files") / "a.csv"
    after = [{"customer_id": f"after {n}"} for n in range(3)]
    branch_file(path, {"product": "pão"}, *after, delimiter=delimiter, newline=newline)
    lines = path.read_bytes().split(newline.encode())
    path.write_bytes(newline.encode().join([*lines[:2], odd, *lines[2:]]))

    rows = _rows(CONTRACT, CONTRACT.source("branch-files"), path)
    good, at_fault = rows.filter(pl.col(FAULT).is_null()), rows.filter(pl.col(FAULT).is_not_null())
    extracted = "".join(value or "" for row in good.select(CONTRACT.column_names).rows() for value in row)
    set_aside = "".join(at_fault[SOURCE_TEXT])
    assert good["customer_id"].to_list()[-3:] == ["after 0", "after 1", "after 2"]
    assert (extracted + set_aside).count("q") == odd.count(b"q")
