"""What identifies persons and stands where it does not belong: redacted in texts, and never a key."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.columns import Column, Masking
from contracts.contract import Contract
from spark_jobs.silver.evaluation import BROKEN_WARNINGS, evaluated, rejected_rows, valid_rows
from spark_jobs.silver.masking import key_pads
from spark_jobs.tables.delta import changes
from tests.contract_changes import with_column, with_columns
from tests.spark_jobs.bronze_rows import Values, bronze_frame, bronze_row
from tests.spark_jobs.lakehouse_runs import KEY, job_parameters, rows, run_job
from tests.spark_jobs.raw_files import land, landed_row
from tests.vectors.odd_texts import TEXTS

pytestmark = pytest.mark.spark

CPF, CARD, EMAIL = "529.982.247-25", "4111 1111 1111 1111", "ana@example.com"


def _evaluated(spark: SparkSession, contract: Contract, *rows: Values) -> DataFrame:
    return evaluated(bronze_frame(spark, contract, list(rows)), contract, key_pads(spark, KEY))


def test_a_valid_row_keeps_its_texts_without_what_identifies_and_is_warned_of(
    spark: SparkSession, contract: Contract
) -> None:
    told = [
        bronze_row(contract, product=f"Notebook {CPF}"),
        bronze_row(contract, first_name="Ana 52998224725", last_name=EMAIL),
        bronze_row(contract, product=f"  pago com {CARD}\xa0"),
        bronze_row(contract, product="Notebook 7891000315507"),
    ]
    rows = _evaluated(spark, contract, *told)
    assert rows.select("first_name", "last_name", "product", "broken_rules", BROKEN_WARNINGS).collect() == [
        ("Ana", "Souza", "Notebook ***", [], ["product: personal_data"]),
        ("Ana ***", "***", "Notebook", [], ["first_name: personal_data", "last_name: personal_data"]),
        ("Ana", "Souza", "pago com ***", [], ["product: personal_data"]),
        ("Ana", "Souza", "Notebook 7891000315507", [], []),
    ]
    assert valid_rows(rows, contract).count() == len(told)


KEYS: list[tuple[str, list[str]]] = [
    (CPF, ["customer_id: personal_data"]),
    ("C-52998224725", ["customer_id: personal_data"]),
    ("５２９９８２２４７２５", ["customer_id: personal_data"]),
    (EMAIL, ["customer_id: personal_data"]),
    ("529.982.247-26", []),
    ("4111111111111111", []),
    ("C1", []),
]


def test_a_key_that_identifies_rejects_its_row(spark: SparkSession, contract: Contract) -> None:
    rows = _evaluated(spark, contract, *(bronze_row(contract, customer_id=key) for key, _ in KEYS))
    assert [row[0] for row in rows.select("broken_rules").collect()] == [broken for _, broken in KEYS]
    rejected = rejected_rows(rows, contract).select("customer_id").distinct().collect()
    assert {row[0] for row in rejected} == {"***", "C-***"}
    assert rows.where(sf.size(BROKEN_WARNINGS) > 0).count() == 0


def test_a_number_that_is_a_key_must_be_no_cpf(spark: SparkSession, contract: Contract) -> None:
    numbered = with_column(contract, "customer_id", logical_type="integer", physical_type="bigint")
    keys = ("52998224725", " 52998224725 ", "52998224726", "4111111111111111")
    rows = _evaluated(spark, numbered, *(bronze_row(contract, customer_id=key) for key in keys))
    refused = ["customer_id: personal_data"]
    assert rows.select("broken_rules").collect() == [(refused,), (refused,), ([],), ([],)]


def test_a_key_may_identify_persons_where_the_contract_says_so(spark: SparkSession, contract: Contract) -> None:
    declared = with_column(contract, "customer_id", may_identify_persons=True)
    valid = valid_rows(_evaluated(spark, declared, bronze_row(contract, customer_id=EMAIL, product=EMAIL)), declared)
    assert valid.select("customer_id", "product").collect() == [(EMAIL, "***")]


def test_a_masked_key_is_not_searched(spark: SparkSession, contract: Contract) -> None:
    changes = {"masking": Masking.KEYED_HASH, "encrypted_name": "customer_hash"}
    masked = with_column(contract, "customer_id", **changes)
    rows = _evaluated(spark, masked, bronze_row(contract, customer_id=CPF))
    assert rows.select("broken_rules", BROKEN_WARNINGS).collect() == [([], [])]


def test_computed_columns_are_computed_of_what_is_left(spark: SparkSession, contract: Contract) -> None:
    shout = Column.model_validate({"name": "shout", "logicalType": "string", "transformLogic": "upper(product)"})
    wider = with_columns(contract, *contract.table.columns, shout)
    rows = valid_rows(_evaluated(spark, wider, bronze_row(contract, product=f"de {EMAIL} cpf{CPF}")), wider)
    assert rows.select("shout").collect() == [("DE *** CPF***",)]


def test_a_rejected_row_holds_none_however_it_is_written(spark: SparkSession, contract: Contract) -> None:
    slipped = bronze_row(
        contract,
        customer_id="529,982,247:25",
        product="529(982)247|25",
        purchase_date="５２９.９８２.２４７-２５",
        total_amount=f"R$ {CPF}",
        updated_at="4111 1111\u20111111 1111",
    )
    (row,) = rejected_rows(_evaluated(spark, contract, slipped), contract).collect()
    held = ("customer_id", "product", "purchase_date", "total_amount", "updated_at")
    assert [row[name] for name in held] == ["***", "***", "***", "R$ ***", "***"]


@pytest.mark.chaos
def test_none_reaches_silver_or_gold(spark: SparkSession, contract: Contract, lake: Path) -> None:
    """Not even as a version that was superseded: change feeds are read too. A city of a valid row is one of a list."""
    anywhere = with_column(contract, "store_location", quality=())
    database = contract.source("store-database")
    sent = [
        landed_row(database, customer_id="C1", store_location=f"Recife {CPF}", product=CPF),
        landed_row(database, customer_id="C2", store_location=f"Recife {EMAIL}", first_name=CARD),
        landed_row(database, customer_id=CPF, store_location="Recife"),
    ]
    land(lake, contract, database, 1, sent)
    job = job_parameters(anywhere, lake)
    figures = run_job(spark, job)
    house = job.lakehouse
    gold = house.gold(anywhere.gold_tables[0])
    assert rows(spark, gold, "store_location", "total_purchases") == [("Recife ***", 2)]
    assert figures.silver.warned_by_rule == {
        "store-database": {
            "first_name: personal_data": 1,
            "product: personal_data": 1,
            "store_location: personal_data": 2,
        }
    }
    assert figures.silver.rejected_by_rule == {"store-database": {"customer_id: personal_data": 1}}
    for table in (house.silver, house.rejected, gold):
        held = " ".join(map(str, [*spark.table(table.full_name).collect(), *changes(spark, table, 0, 1).collect()]))
        assert not [planted for planted in (CPF, "52998224725", CARD, EMAIL) if planted in held], table.full_name


def test_any_texts_make_a_row_valid_or_rejected(spark: SparkSession, contract: Contract) -> None:
    """Odd texts in every column at once: no row stops the others, and none gets lost."""
    texts: list[str] = []

    @settings(max_examples=400, deadline=None, database=None)
    @given(text=TEXTS)
    def collect(text: str) -> None:
        texts.append(text)

    collect()
    names = contract.column_names
    sources = [source.name for source in contract.sources]
    odd = [
        bronze_row(contract, sources[place % len(sources)])
        | (dict.fromkeys(names, text) if place % 3 else {names[place % len(names)]: text})
        for place, text in enumerate(texts)
    ]
    found = _evaluated(spark, contract, *odd)
    valid, rejected = valid_rows(found, contract), rejected_rows(found, contract)
    assert len(valid.collect()) + len(rejected.collect()) == len(odd)
    assert found.where(sf.array_contains("broken_rules", "")).count() == 0
