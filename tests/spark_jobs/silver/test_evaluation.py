"""Bronze rows are typed, checked, masked and split into valid and rejected ones."""

from __future__ import annotations

from datetime import UTC, date, datetime
from hmac import new as hmac

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.contract import Contract
from spark_jobs.silver.evaluation import BROKEN_WARNINGS, evaluated, rejected_rows, valid_rows
from spark_jobs.silver.masking import key_pads
from spark_jobs.tables.lakehouse import Lakehouse
from tests.spark_jobs.bronze_rows import INGESTED, Values, bronze_frame, bronze_row
from tests.spark_jobs.frames import row_values
from tests.vectors.branch_dialect import ROW, dialect_contract

pytestmark = pytest.mark.spark

KEY = b"0123456789abcdef0123456789abcdef"


def _hash(digits: str) -> str:
    return hmac(KEY, digits.encode(), "sha256").hexdigest()


def _evaluated(spark: SparkSession, contract: Contract, *rows: Values) -> DataFrame:
    return evaluated(bronze_frame(spark, contract, list(rows)), contract, key_pads(spark, KEY))


ORIGIN = {"ingestion_timestamp": INGESTED, "raw_ingestion_id": "run-1"}


def test_a_valid_row_is_typed_trimmed_and_masked(spark: SparkSession, contract: Contract) -> None:
    landed = bronze_row(contract, "branch-files", customer_id=" C1\xa0", first_name="  ", product=" Notebook ")
    (found,) = valid_rows(_evaluated(spark, contract, landed), contract).collect()
    assert row_values(found) == {
        "customer_id": "C1",
        "first_name": None,
        "last_name": "Souza",
        "email": "a***@example.com",
        "purchase_date": date(2026, 1, 31),
        "total_amount": 1234.56,
        "product": "Notebook",
        "store_location": "Recife",
        "cpf_masked": _hash("52998224725"),
        "credit_card_masked": _hash("4111111111111111"),
        "updated_at": datetime(2026, 2, 1, 12, tzinfo=UTC),
        "high_value_purchase": True,
        "source": "branch-files",
        "source_file_name": "abfs://raw/branch-files.json",
        **ORIGIN,
    }


def test_a_rejected_row_keeps_typed_columns_as_landed_and_every_broken_rule(
    spark: SparkSession, contract: Contract
) -> None:
    landed = bronze_row(
        contract,
        customer_id=None,
        email="nobody",
        purchase_date="31/02/2026",
        total_amount=" -1.00 ",
        store_location="Natal",
        cpf="123",
        credit_card_number=None,
        updated_at="yesterday",
    )
    (found,) = rejected_rows(_evaluated(spark, contract, landed), contract).collect()
    assert row_values(found) == {
        "customer_id": None,
        "first_name": "Ana",
        "last_name": "Souza",
        "email": "***",
        "purchase_date": "31/02/2026",
        "total_amount": " -1.00 ",
        "product": "Notebook",
        "store_location": "Natal",
        "cpf_masked": _hash("123"),
        "credit_card_masked": None,
        "updated_at": "yesterday",
        "source": "store-database",
        "source_file_name": "abfs://raw/store-database.json",
        **ORIGIN,
        "broken_rules": [
            "customer_id: required",
            "email: email_valid",
            "purchase_date: type",
            "total_amount: amount_not_negative",
            "store_location: store_known",
            "cpf: cpf_valid",
            "updated_at: type",
        ],
    }


BROKEN: list[tuple[Values, list[str]]] = [
    ({}, []),
    ({"updated_at": None}, []),
    ({"credit_card_number": None}, []),
    ({"credit_card_number": "4111111111111112"}, []),
    ({"total_amount": "0.00"}, []),
    ({"total_amount": None}, ["total_amount: type"]),
    ({"total_amount": "1.234,56"}, ["total_amount: type"]),
    ({"purchase_date": " "}, ["purchase_date: required"]),
    ({"purchase_date": "2026-11-26"}, []),
    ({"purchase_date": "2026-11-27"}, ["purchase_date: date_plausible"]),
    ({"purchase_date": "1999-12-31"}, ["purchase_date: date_plausible"]),
    ({"email": None}, ["email: email_valid"]),
    ({"cpf": ""}, ["cpf: required", "cpf: cpf_valid"]),
    ({"store_location": None}, ["store_location: store_known"]),
    (
        {"source": "nobody"},
        ["purchase_date: type", "total_amount: type", "updated_at: type", "source: known"],
    ),
]


@pytest.fixture(scope="module")
def broken_rules(spark: SparkSession, contract: Contract) -> dict[str, list[str]]:
    """The broken rules of every case by its number: one query for all."""
    rows = [bronze_row(contract, raw_ingestion_id=str(number)) | values for number, (values, _) in enumerate(BROKEN)]
    return dict(_evaluated(spark, contract, *rows).select("raw_ingestion_id", "broken_rules").collect())


@pytest.mark.parametrize("number", range(len(BROKEN)), ids=lambda number: str(BROKEN[number][0]))
def test_a_row_breaks_the_rules_it_breaks(broken_rules: dict[str, list[str]], number: int) -> None:
    assert broken_rules[str(number)] == BROKEN[number][1]


def test_the_day_of_ingestion_is_one_of_utc(spark: SparkSession, contract: Contract) -> None:
    """The session's time zone is São Paulo, where it is still the day before at that instant."""
    at = datetime(2026, 11, 25, 1, tzinfo=UTC)
    rows = [
        bronze_row(contract, purchase_date="2026-11-26", ingestion_timestamp=at),
        bronze_row(contract, purchase_date="2026-11-27", ingestion_timestamp=at),
    ]
    found = _evaluated(spark, contract, *rows).select("broken_rules").collect()
    assert found == [([],), (["purchase_date: date_plausible"],)]


def test_a_warning_is_told_and_lets_the_row_pass(spark: SparkSession, contract: Contract) -> None:
    rows = _evaluated(spark, contract, bronze_row(contract, credit_card_number="4111 1111 1111 1112"))
    assert rows.select(BROKEN_WARNINGS).collect() == [(["credit_card_number: card_luhn"],)]
    assert valid_rows(rows, contract).select("credit_card_masked").collect() == [(_hash("4111111111111112"),)]


def test_a_purchase_is_of_high_value_strictly_above_the_threshold(spark: SparkSession, contract: Contract) -> None:
    rows = [bronze_row(contract, total_amount=amount) for amount in ("999.99", "1000.00", "1000.01")]
    found = valid_rows(_evaluated(spark, contract, *rows), contract).select("total_amount", "high_value_purchase")
    assert found.collect() == [(999.99, False), (1000.0, False), (1000.01, True)]


def test_values_that_slipped_into_other_columns_do_not_leak(spark: SparkSession, contract: Contract) -> None:
    shifted = bronze_row(
        contract,
        customer_id="529.982.247-25",
        first_name="ana@example.com",
        product="4111 1111 1111 1111",
        purchase_date="52998224725",
        total_amount="ana@example.com",
        store_location="Natal",
        _rescued_data="529.982.247-25",
    )
    rows = rejected_rows(_evaluated(spark, contract, shifted), contract)
    told = " ".join(str(value) for value in rows.collect()[0])
    for planted in ("529.982.247-25", "52998224725", "4111 1111", "ana@"):
        assert planted not in told
    assert rows.columns.count("_rescued_data") == 0


def test_every_row_is_either_valid_or_rejected(spark: SparkSession, contract: Contract) -> None:
    rows = _evaluated(
        spark,
        contract,
        bronze_row(contract),
        bronze_row(contract, cpf="1"),
        bronze_row(contract, **dict.fromkeys(contract.column_names)),
        bronze_row(contract, source=None),
    )
    assert (valid_rows(rows, contract).count(), rejected_rows(rows, contract).count()) == (1, 3)


def test_both_parts_have_the_columns_of_their_tables(spark: SparkSession, contract: Contract) -> None:
    rows, tables = _evaluated(spark, contract), Lakehouse(contract, "main", "file:///lake")
    for part, table in ((valid_rows(rows, contract), tables.silver), (rejected_rows(rows, contract), tables.rejected)):
        assert part.dtypes == [(column.name, column.type) for column in table.columns]


def test_no_plan_shows_the_key_or_a_value(
    spark: SparkSession, contract: Contract, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = _evaluated(spark, contract, bronze_row(contract))
    for part in (valid_rows(rows, contract), rejected_rows(rows, contract).where(sf.size("broken_rules") > 1)):
        part.explain("extended")
        part.explain("codegen")
    plans = capsys.readouterr().out
    inner, outer = (bytes(pad) for pad in key_pads(spark, KEY).collect()[0])
    for secret in (
        KEY.decode(),
        KEY.hex(),
        inner.hex(),
        outer.hex(),
        inner.decode("latin-1"),
        "52998224725",
        "529.982",
    ):
        assert secret.lower() not in plans.lower()


def test_rows_are_read_as_their_source_means_them_and_rejected_ones_kept_as_landed(spark: SparkSession) -> None:
    contract = dialect_contract()
    landed = bronze_row(contract, "branch-files", **ROW)
    mistyped = bronze_row(contract, "branch-files", **ROW | {"updated_at": " - ", "total_amount": "5-"})
    other = bronze_row(contract, product=" fogão ", store_location="rj", first_name="-")
    rows = _evaluated(spark, contract, landed, mistyped, other)
    (valid,) = valid_rows(rows, contract).collect()
    meant = row_values(valid)
    assert {name: meant[name] for name in ("first_name", "product", "store_location", "purchase_date")} == {
        "first_name": None,
        "product": "FOGÃO",
        "store_location": "Rio de Janeiro",
        "purchase_date": date(2026, 1, 31),
    }
    assert (meant["cpf_masked"], meant["credit_card_masked"]) == (_hash("00000000191"), None)
    assert (meant["total_amount"], meant["updated_at"]) == (1234.5, datetime(2018, 2, 1, 12, tzinfo=UTC))
    rejected = {row["source"]: row for row in rejected_rows(rows, contract).collect()}
    assert {source: row["broken_rules"] for source, row in rejected.items()} == {
        "branch-files": ["total_amount: type"],
        "store-database": ["store_location: store_known"],
    }
    assert (rejected["branch-files"]["updated_at"], rejected["branch-files"]["total_amount"]) == (" - ", "5-")
    assert (rejected["store-database"]["product"], rejected["store-database"]["first_name"]) == ("fogão", "-")
