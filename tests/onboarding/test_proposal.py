"""An entry follows from a sample, the contract and the answers; what they leave open is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from contracts.contract import Contract
from contracts.reader import read_contract
from onboarding.proposal import Proposal
from onboarding.questions import Answers
from onboarding.sample import Sample
from tests.contracts.documents import document, written

TILL: Answers = {
    "dataset": "customer-purchases",
    "server": "till",
    "type": "postgres",
    "connection": {"url": "TILL_URL"},
}
ROW = {
    "id": "1",
    "CustomerID": "C1",
    "first-name": "Ana",
    "LAST NAME": "Silva",
    "E_Mail": "ana@example.com",
    "Purchase Date": "31/01/2026",
    "TotalAmount": "1.234,56",
    "produto": "TV",
    "store.location": "Belém",
    "CPF": "529.982.247-25",
    "creditCardNumber": None,
    "updatedAt": "31/01/2026 12:00:00",
}
ANSWERED = TILL | {
    "table": "sales",
    "keyField": "id",
    "fieldPaths": {"product": "produto"},
    "timeZone": "America/Bahia",
}


def sample(*rows: dict[str, str | None], **words: Any) -> Sample:
    names = dict.fromkeys(name for row in rows for name in row)
    return Sample(pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String)), words)


def asked(found: Sample, contract: Contract, answers: Answers) -> list[str]:
    return [question.word for question in Proposal(found, contract, answers).questions]


def words(found: Sample, contract: Contract, answers: Answers) -> dict[str, Any]:
    proposal = Proposal(found, contract, answers)
    assert proposal.questions == ()
    return {custom["property"]: custom["value"] for custom in proposal.entry["customProperties"]}


def test_fields_are_found_by_their_names_whatever_their_case_accents_and_signs(contract: Contract) -> None:
    assert words(sample(ROW), contract, ANSWERED) == {
        "connection": {"url": "TILL_URL"},
        "table": "sales",
        "keyField": "id",
        "cursorField": "updatedAt",
        "overlapSeconds": 600,
        "dateFormat": "dd/MM/yyyy",
        "timeZone": "America/Bahia",
        "numberFormat": {"decimal": ",", "grouping": "."},
        "fieldPaths": {
            "customer_id": "CustomerID",
            "first_name": "first-name",
            "last_name": "LAST NAME",
            "email": "E_Mail",
            "purchase_date": "Purchase Date",
            "total_amount": "TotalAmount",
            "product": "produto",
            "store_location": "store.location",
            "cpf": "CPF",
            "credit_card_number": "creditCardNumber",
            "updated_at": "updatedAt",
        },
    }


def test_a_column_without_a_field_is_asked_for_and_may_be_none_if_the_contract_does_not_require_it(
    contract: Contract,
) -> None:
    found = sample({**ROW, "cpf number": "1"} | {"spare": "x"})
    without = {name: value for name, value in found.rows.row(0, named=True).items() if name not in {"CPF", "E_Mail"}}
    proposal = Proposal(sample(without), contract, ANSWERED)
    assert {question.word: [choice.title for choice in question.choices] for question in proposal.questions} == {
        "fieldPaths.email": ["id", "cpf number", "spare", "no field"],
        "fieldPaths.cpf": ["id", "cpf number", "spare"],
    }
    given = {**ANSWERED, "fieldPaths": {"product": "produto", "email": None, "cpf": "cpf number"}}
    assert words(sample(without), contract, given)["optionalColumns"] == ["email"]


def test_two_fields_of_one_name_are_a_question(contract: Contract) -> None:
    assert asked(sample(ROW | {"cpf": "1"}), contract, ANSWERED) == ["fieldPaths.cpf"]


def test_a_key_a_cursor_and_a_zone_that_nothing_tells_are_asked_for(contract: Contract) -> None:
    answers = {name: value for name, value in ANSWERED.items() if name not in {"keyField", "timeZone"}}
    assert asked(sample(ROW), contract, answers) == ["keyField", "timeZone"]
    without = {name: value for name, value in ROW.items() if name != "updatedAt"}
    assert asked(sample(without), contract, {**ANSWERED, "optionalColumns": ["updated_at"]}) == ["cursorField"]


@pytest.mark.parametrize(("text", "questions"), [("17", ["cursorFormat"]), ("2026-01-31T12:00:00Z", [])])
def test_what_a_number_counts_that_is_no_column_is_asked_for(
    contract: Contract, text: str, questions: list[str]
) -> None:
    answers = {**ANSWERED, "cursorField": "version"}
    assert asked(sample(ROW | {"version": text}), contract, answers) == questions
    counted = words(sample(ROW | {"version": "17"}), contract, {**answers, "cursorFormat": "number"})
    assert (counted["cursorFormat"], "overlapSeconds" in counted) == ("number", False)


def test_an_ambiguous_format_is_asked_for_and_the_answer_is_said_once(contract: Contract) -> None:
    ambiguous = sample(ROW | {"Purchase Date": "01/02/2026"})
    assert asked(ambiguous, contract, ANSWERED) == ["columnFormats.purchase_date"]
    answered = {**ANSWERED, "columnFormats": {"purchase_date": {"dateFormat": "MM/dd/yyyy"}}}
    assert words(ambiguous, contract, answered)["dateFormat"] == "MM/dd/yyyy"
    assert "columnFormats" not in words(ambiguous, contract, answered)
    in_general = words(ambiguous, contract, {**ANSWERED, "dateFormat": "dd/MM/yyyy"})
    assert (in_general["dateFormat"], "columnFormats" in in_general) == ("dd/MM/yyyy", False)


def test_what_no_way_reads_has_to_be_said_in_words(contract: Contract) -> None:
    (question,) = Proposal(sample(ROW | {"Purchase Date": "31. Jan 26"}), contract, ANSWERED).questions
    assert (question.word, question.choices) == ("columnFormats.purchase_date", ())
    assert question.text.endswith("say it as {dateFormat: …}")
    with pytest.raises(ValueError, match=r"columnFormats\.purchase_date must be words"):
        words(sample(ROW), contract, {**ANSWERED, "columnFormats": {"purchase_date": "dd. MMM yy"}})


@pytest.fixture
def wider(tmp_path: Path) -> Contract:
    """The contract with a second date and a whole number."""
    content = document()
    for name, logical_type in (("delivered_on", "date"), ("quantity", "integer")):
        column = {"name": name, "logicalType": logical_type, "classification": "internal"}
        content["schema"][0]["properties"].insert(0, column)
    return read_contract(written(tmp_path, content))


def test_columns_of_a_kind_are_said_in_one_word_if_one_reads_them_all(wider: Contract) -> None:
    found = words(sample(ROW | {"delivered_on": "31/1/2026", "quantity": "7"}), wider, ANSWERED)
    assert (found["dateFormat"], found["numberFormat"]) == ("d/M/yyyy", {"decimal": ",", "grouping": "."})
    assert "columnFormats" not in found


def test_columns_of_a_kind_that_are_written_differently_are_said_one_by_one(wider: Contract) -> None:
    answers = {**ANSWERED, "columnFormats": {"first_name": {"trim": True}}}
    found = words(sample(ROW | {"delivered_on": "2026-02-01", "quantity": "1,000"}), wider, answers)
    assert not {"dateFormat", "numberFormat", "amountFormat"} & found.keys()
    assert found["columnFormats"] == {
        "first_name": {"trim": True},
        "purchase_date": {"dateFormat": "dd/MM/yyyy"},
        "quantity": {"numberFormat": {"grouping": ","}},
        "total_amount": {"numberFormat": {"decimal": ",", "grouping": "."}},
    }


def test_a_zone_that_a_column_has_of_its_own_is_not_asked_for(contract: Contract) -> None:
    own = {"timestampFormat": "dd/MM/yyyy HH:mm:ss", "timeZone": "America/Recife"}
    answers = {name: value for name, value in ANSWERED.items() if name != "timeZone"}
    assert asked(sample(ROW), contract, {**answers, "columnFormats": {"updated_at": own}}) == []


def test_texts_without_a_value_are_said_of_their_column(contract: Contract) -> None:
    found = words(sample(ROW, ROW | {"TotalAmount": "-"}), contract, ANSWERED)
    assert found["columnFormats"] == {"total_amount": {"nullTexts": ["-"]}}
    assert found["numberFormat"] == {"decimal": ",", "grouping": "."}


def test_an_api_that_cannot_be_asked_for_changes_is_read_whole(contract: Contract) -> None:
    api = {**ANSWERED, "type": "api", "location": "${TILL_URL}/sales"}
    assert asked(sample(ROW), contract, api) == ["incremental"]
    whole = words(sample(ROW), contract, {**api, "incremental": None})
    assert not {"cursorField", "incremental", "overlapSeconds"} & whole.keys()
    since = words(sample(ROW), contract, {**api, "incremental": {"parameter": "since"}})
    assert (since["cursorField"], since["incremental"]) == ("updatedAt", {"parameter": "since"})


def test_what_was_found_is_completed_by_what_was_answered_unless_it_is_of_another_type(contract: Contract) -> None:
    api = {**ANSWERED, "type": "api", "location": "${TILL_URL}/sales", "incremental": None}
    found = sample(ROW, paging={"type": "page", "pagesField": "pages"}, rowsField="sales")
    sized = words(found, contract, {**api, "paging": {"sizeParameter": "size"}, "pageRows": 7})
    assert (sized["paging"], sized["rowsField"]) == (
        {"type": "page", "pagesField": "pages", "sizeParameter": "size"},
        "sales",
    )
    assert words(found, contract, {**api, "paging": {"type": "link"}})["paging"] == {"type": "link"}


def test_of_files_the_fields_that_are_no_column_are_ignored(contract: Contract) -> None:
    files = {**ANSWERED, "type": "local", "path": "${TILL_URL}/*.csv"}
    found = words(sample(ROW, dialect={"delimiter": ";"}), contract, files)
    assert (found["ignoredFields"], found["dialect"]) == (["id"], {"delimiter": ";"})
    assert not {"cursorField", "overlapSeconds"} & found.keys()


def test_of_other_sources_the_unused_fields_that_the_entry_does_not_name_are_ignored(contract: Contract) -> None:
    row = ROW | dict.fromkeys(["buyer.cpf", "buyer.age", "extra.a", "extra.b", "gone_at"], "529.982.247-25")
    answers = {**ANSWERED, "fieldPaths": {"product": "produto", "cpf": "buyer.cpf"}}
    database = words(sample(row), contract, {**answers, "deletedWhen": {"field": "gone_at"}})
    assert database["ignoredFields"] == ["CPF", "buyer.age", "extra.a", "extra.b"]
    api = {**answers, "type": "api", "location": "${TILL_URL}/sales", "incremental": None}
    assert words(sample(row), contract, api)["ignoredFields"] == ["CPF", "buyer.age", "extra", "gone_at"]
