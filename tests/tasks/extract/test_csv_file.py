"""Branches' files as chunks, and files that are refused."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.contract import Contract
from contracts.folder import read_contracts
from contracts.sources import Source
from tasks.errors import StructureError
from tasks.extract import csv_file
from tasks.extract.chunks import CURSOR, KEY, LOCATION, chunk_schema
from tasks.extract.csv_file import extract_file
from tests.tasks.branch_file import ROW, branch_file

CONTRACT = read_contracts().dataset("customer_purchases")


@pytest.fixture
def source(contract: Contract) -> Source:
    return contract.source("branch-files")


def _rows(contract: Contract, source: Source, path: Path) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=chunk_schema(contract)), *extract_file(contract, source, path)])


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
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 1024)
    path = branch_file(folder / "{a}.csv", *({"customer_id": f"C{n}"} for n in range(2, 50)))
    chunks = list(extract_file(contract, source, path))
    assert len(chunks) > 2
    rows = pl.concat(chunks)
    assert rows["customer_id"].to_list() == [f"C{n}" for n in range(2, 50)]
    assert rows[LOCATION].to_list() == [f"{{a}}.csv row {n}" for n in range(2, 50)]


@pytest.mark.parametrize(
    ("tail", "message"),
    [
        ("1;2\n", r"row 3 of a\.csv has 2 values, but the header 11;"),
        (";".join("123456789abc") + "\n", r"row 3 of a\.csv has 12 values, but the header 11;"),
        ('1;2;3;4;5;6;7;8;9;"0;x\n', r"row 3 of a\.csv has 10 values, but the header 11;"),
        ('1;2;3;4;5;6;7;8;9;0;"x\n' + "1;2;3;4;5;6;7;8;9;0;x\n" * 3, r"a quoted value of a\.csv does not end;"),
        ('1;2;3;4;5;6;7;8;9;0;"' + "planted\n" * 3000, r"a quoted value of a\.csv does not end;"),
    ],
)
def test_rows_of_another_shape_refuse_the_file_without_quoting_it(
    contract: Contract, source: Source, folder: Path, monkeypatch: pytest.MonkeyPatch, tail: str, message: str
) -> None:
    monkeypatch.setattr(csv_file, "BLOCK_BYTES", 8192)
    path = branch_file(folder / "a.csv", {})
    path.write_text(path.read_text(encoding="utf-8") + tail, encoding="utf-8")
    with pytest.raises(StructureError, match=message) as caught:
        _rows(contract, source, path)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "planted" not in str(caught.value)


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
