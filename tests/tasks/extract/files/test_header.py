"""A header's names are found whatever case, accents and blanks a branch writes them with."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.contract import Contract
from contracts.sources.files import FilesSource
from tasks.errors import StructureError
from tasks.extract.files.header import HeaderNames
from tests.tasks.branch_file import ROW

REST = [name for name in ROW if name not in {"cpf", "email", "updated_at"}]


def _names(contract: Contract, **words: Any) -> HeaderNames:
    found = contract.source("branch-files")
    assert isinstance(found, FilesSource)
    return HeaderNames(contract, found.model_copy(update=words))


@pytest.mark.parametrize(
    "header", [["cpf", "email", *REST], [*REST, "email", "cpf"], ["updated_at", *REST, "cpf", "email"]]
)
def test_columns_may_come_in_any_order_and_optional_ones_be_missing(contract: Contract, header: list[str]) -> None:
    names = _names(contract)
    names.check(header, "b.csv")
    assert names.places(header) == {name: header.index(name) for name in header}


@pytest.mark.parametrize("written", ["\ufeff CPF ", "NÚMERO  do cpf", "numero do CPF", "Cpf"])
def test_a_column_goes_by_any_of_its_declared_names_without_case_accents_and_blanks(
    contract: Contract, written: str
) -> None:
    names = _names(contract, field_paths={"cpf": ("cpf", "Número do CPF")}, ignored_fields=("Observação",))
    header = ["OBSERVACAO", *REST, written, "email"]
    names.check(header, "b.csv")
    assert names.places(header)["cpf"] == header.index(written)
    assert len(names.places(header)) == len(header) - 1


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (["cpf", *REST], r"b\.csv lacks column 'email';"),
        (["cpf", "email", "CPF ", *REST], r"b\.csv names twice 'cpf';"),
        (["cpf", "E-mail", *REST], r"b\.csv lacks column 'email'; has an unknown column 'E-mail'"),
        (["cpf;email"], r"the first line of b\.csv names none of the columns cpf, credit_card_number,"),
    ],
)
def test_a_wrong_header_is_told_with_all_that_is_wrong(contract: Contract, header: list[str], message: str) -> None:
    with pytest.raises(StructureError, match=message):
        _names(contract).check(header, "b.csv")


@pytest.mark.parametrize(
    ("added", "undeclared"),
    [
        ([], []),
        (["Observação"], []),
        (["\ufeffshoe_size ", "E-mail"], ["shoe_size", "E-mail"]),
        (["obs", "obs", "OBS"], ["obs", "obs (2)", "OBS"]),
        (["", " "], ["column 11", "column 12"]),
        (["first_name"], ["first_name (2)"]),
    ],
)
def test_what_the_contract_does_not_know_goes_by_a_name_of_its_own(
    contract: Contract, added: list[str], undeclared: list[str]
) -> None:
    names = _names(contract, field_paths={"first_name": "Nome"}, ignored_fields=("OBSERVACAO",))
    header = ["cpf", "email", *("Nome" if name == "first_name" else name for name in REST), *added]
    names.check(header, "b.csv")
    assert names.undeclared(header) == {name: 10 + number for number, name in enumerate(undeclared)}


def test_a_file_without_header_does_not_get_its_first_row_into_the_message(contract: Contract) -> None:
    with pytest.raises(StructureError) as caught:
        _names(contract).check(["529.982.247-25", "planted@example.com"], "b.csv")
    assert "529" not in str(caught.value)
    assert "planted" not in str(caught.value)
