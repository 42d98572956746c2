"""Chunks are split by the contract's landing rules: nothing is lost, nothing is doubled, every reason is told."""

from __future__ import annotations

from datetime import date

import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandera.config import config_context
from polars.testing import assert_frame_equal

from contracts.contract import Contract
from tasks.errors import StructureError
from tasks.validate.schema import landing_schema
from tasks.validate.split import REASONS, validate
from tests.packaged_contracts import PURCHASES as CONTRACT
from tests.tasks.rows import chunk
from tests.vectors.branch_dialect import ROW, dialect_contract

TODAY = date(2026, 11, 25)


def _schema(source: str = "store-database") -> pa.DataFrameSchema:
    return landing_schema(CONTRACT, CONTRACT.source(source), TODAY)


def test_a_clean_chunk_is_accepted_as_it_came(contract: Contract) -> None:
    rows = chunk(contract, {}, {"email": None, "updated_at": None}, {"customer_id": " C2 "})
    validated = validate(rows, _schema())
    assert_frame_equal(validated.accepted, rows)
    assert validated.rejected.is_empty()


def test_rejected_rows_keep_their_values_and_tell_every_rule_they_break(contract: Contract) -> None:
    rows = chunk(
        contract,
        {},
        {"customer_id": None},
        {"cpf": "", "purchase_date": "31/01/2026"},
        {},
        {"customer_id": "\t", "purchase_date": None, "total_amount": None, "cpf": "\xa0", "updated_at": "yesterday"},
    )
    validated = validate(rows, _schema())
    assert_frame_equal(validated.accepted, rows[[0, 3]])
    assert_frame_equal(validated.rejected.drop(REASONS), rows[[1, 2, 4]])
    assert validated.rejected[REASONS].to_list() == [
        ["customer_id: required"],
        ["purchase_date: type", "cpf: required"],
        ["customer_id: required", "purchase_date: required", "total_amount: type", "cpf: required", "updated_at: type"],
    ]


def test_values_are_read_in_the_format_that_the_source_declares(contract: Contract) -> None:
    brazilian = {"purchase_date": "31/01/2026", "total_amount": "R$ 1.234,56", "updated_at": "01/02/2026 12:00:00"}
    rows = chunk(contract, brazilian)
    assert validate(rows, _schema("branch-files")).rejected.is_empty()
    assert validate(rows, _schema("customers-api")).rejected[REASONS].to_list() == [
        ["purchase_date: type", "total_amount: type", "updated_at: type"]
    ]


def test_rules_of_silver_keep_no_row_out_of_raw(contract: Contract) -> None:
    rows = chunk(
        contract, {"cpf": "111.111.111-11", "email": "nobody", "total_amount": "-5", "store_location": "Paris"}
    )
    assert_frame_equal(validate(rows, _schema()).accepted, rows)


def test_an_empty_chunk_is_valid(contract: Contract) -> None:
    validated = validate(chunk(contract), _schema())
    assert (validated.accepted.height, validated.rejected.height) == (0, 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda rows: rows.drop("cpf", "email"), "column cpf is missing; column email is missing"),
        (lambda rows: rows.with_columns(shoe_size=pl.lit("43")), "column shoe_size is not in the contract"),
        (lambda rows: rows.with_columns(total_amount=pl.lit(1.5)), "column total_amount does not hold text"),
    ],
)
def test_a_wrong_structure_is_no_matter_of_rows(contract: Contract, change: object, message: str) -> None:
    with pytest.raises(StructureError, match=f"^{message}$"):
        validate(change(chunk(contract, {}, {"cpf": None})), _schema())  # type: ignore[operator] # parametrized


def test_errors_quote_no_value(contract: Contract) -> None:
    rows = chunk(contract, {"email": "planted@example.com"}).with_columns(cpf=pl.lit(52998224725))
    with pytest.raises(StructureError) as caught:
        validate(rows, _schema())
    assert "planted" not in repr(caught.value)
    assert "52998224725" not in repr(caught.value)


def test_validation_cannot_be_switched_off_from_outside(contract: Contract) -> None:
    with config_context(validation_enabled=False):
        assert validate(chunk(contract, {"cpf": None}), _schema()).rejected.height == 1


TEXTS = st.one_of(
    st.none(),
    st.sampled_from(["", " ", "1", "-0.5", "2026-01-31", "2026-02-30"]),
    st.text("aé09-/.,T:Z \x00\t\u2003", max_size=12),
)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(CONTRACT.column_names, TEXTS)), max_size=8))
def test_accepted_and_rejected_together_are_the_chunk(rows: list[dict[str, str | None]]) -> None:
    numbered = chunk(CONTRACT, *rows)
    validated = validate(numbered, _schema())
    together = pl.concat([validated.accepted, validated.rejected.drop(REASONS)])
    assert_frame_equal(together.sort(pl.col("_key").cast(pl.Int64)), numbered)
    assert validated.accepted["_key"].cast(pl.Int64).is_sorted()
    assert validated.rejected["_key"].cast(pl.Int64).is_sorted()
    assert (validated.rejected[REASONS].list.len() > 0).all()


def test_rules_judge_what_a_source_means_and_its_rows_are_accepted_as_they_came() -> None:
    contract = dialect_contract()
    rows = chunk(
        contract,
        ROW,
        ROW | {"updated_at": "-", "total_amount": "(5,00)"},
        ROW | {"cpf": " - ", "customer_id": "\\N"},
        ROW | {"purchase_date": "2026-01-31", "total_amount": "-5,00", "updated_at": "04/11/2018 00:30"},
    )
    validated = validate(rows, landing_schema(contract, contract.source("branch-files"), TODAY))
    assert_frame_equal(validated.accepted, rows[[0, 1]])
    assert_frame_equal(validated.rejected.drop(REASONS), rows[[2, 3]])
    assert validated.rejected[REASONS].to_list() == [
        ["customer_id: required", "cpf: required"],
        ["purchase_date: type", "total_amount: type", "updated_at: type"],
    ]
