"""The latest row of a dedupe key counts, whatever the order and grouping in which the rows come in."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from pyspark.sql import DataFrame, Row, SparkSession

from contracts.contract import Contract
from spark_jobs.silver.latest import (
    ACTION,
    REPLACED_SOURCE,
    Action,
    ActionCount,
    first_compared,
    placed,
    repeated_key_hashes,
    rows_to_merge,
    silver_change,
    with_actions,
)
from spark_jobs.tables.lakehouse import Lakehouse
from tests.spark_jobs.bronze_rows import INGESTED, Values
from tests.spark_jobs.frames import row_values, table_rows

pytestmark = pytest.mark.spark

FIRST = datetime(2026, 2, 1, 12, tzinfo=UTC)


def silver_row(**values: object) -> Values:
    """A row of silver, but for the given values."""
    return {
        "customer_id": "C1",
        "first_name": "Ana",
        "last_name": None,
        "email": "a***@example.com",
        "purchase_date": date(2026, 1, 31),
        "total_amount": 10.0,
        "product": "Notebook",
        "store_location": "Recife",
        "cpf_masked": "hash",
        "credit_card_masked": None,
        "updated_at": FIRST,
        "high_value_purchase": False,
        "source": "store-database",
        "source_file_name": "a.json",
        "ingestion_timestamp": INGESTED,
        "raw_ingestion_id": "run-1",
        **values,
    }


def _frame(spark: SparkSession, contract: Contract, rows: list[Values]) -> DataFrame:
    return table_rows(spark, Lakehouse(contract, "main", "file:///lake").silver, rows)


def _actions(spark: SparkSession, contract: Contract, incoming: list[Values], present: list[Values]) -> list[Row]:
    """Product, action and replaced source of each incoming row, by product."""
    rows = placed(_frame(spark, contract, incoming), contract.table)
    decided = with_actions(rows, _frame(spark, contract, present), contract.table)
    return decided.select("product", ACTION, REPLACED_SOURCE).orderBy("product").collect()


def test_a_row_with_a_new_key_is_inserted(spark: SparkSession, contract: Contract) -> None:
    present = [silver_row(customer_id="C2"), silver_row(purchase_date=date(2026, 1, 30))]
    assert _actions(spark, contract, [silver_row()], present) == [("Notebook", "insert", None)]


LATER, EARLIER = FIRST + timedelta(microseconds=1), FIRST - timedelta(days=1)


AGAINST_PRESENT: list[tuple[Values, Action]] = [
    ({"updated_at": LATER}, Action.REPLACE),
    ({"updated_at": EARLIER}, Action.SUPERSEDED),
    ({"updated_at": None, "ingestion_timestamp": INGESTED + timedelta(days=9)}, Action.SUPERSEDED),
    ({"ingestion_timestamp": INGESTED + timedelta(seconds=1)}, Action.REPLACE),
    ({"ingestion_timestamp": INGESTED - timedelta(seconds=1), "source_file_name": "z.json"}, Action.SUPERSEDED),
    ({"source_file_name": "b.json", "total_amount": 0.0}, Action.REPLACE),
    ({"source_file_name": "A.json", "total_amount": 99.0}, Action.SUPERSEDED),
    ({"total_amount": 10.01}, Action.REPLACE),
    ({"total_amount": 9.99}, Action.SUPERSEDED),
    ({"first_name": None}, Action.SUPERSEDED),
    ({}, Action.SUPERSEDED),
]


@pytest.fixture(scope="module")
def decided(spark: SparkSession, contract: Contract) -> dict[str, tuple[str, str | None]]:
    """What becomes of the row of every case, each a customer of its own: one query for all."""
    keys = [f"C{number}" for number in range(len(AGAINST_PRESENT))]
    cases = zip(keys, AGAINST_PRESENT, strict=True)
    incoming = [silver_row(customer_id=key, product=key) | values for key, (values, _) in cases]
    present = [silver_row(customer_id=key, product=key, source="store-database") for key in keys]
    return {row[0]: (row[1], row[2]) for row in _actions(spark, contract, incoming, present)}


@pytest.mark.parametrize("number", range(len(AGAINST_PRESENT)), ids=lambda number: str(AGAINST_PRESENT[number][0]))
def test_the_later_row_counts(decided: dict[str, tuple[str, str | None]], number: int) -> None:
    action = AGAINST_PRESENT[number][1]
    assert decided[f"C{number}"] == (action, "store-database" if action is Action.REPLACE else None)


def test_a_missing_last_change_is_the_oldest(spark: SparkSession, contract: Contract) -> None:
    found = _actions(spark, contract, [silver_row()], [silver_row(updated_at=None, source="customers-api")])
    assert found == [("Notebook", "replace", "customers-api")]


def test_of_several_incoming_rows_of_one_key_only_the_latest_counts(spark: SparkSession, contract: Contract) -> None:
    incoming = [
        silver_row(product="1", updated_at=None),
        silver_row(product="2", updated_at=LATER),
        silver_row(product="3"),
        silver_row(product="4"),
    ]
    found = _actions(spark, contract, incoming, [])
    assert found == [
        ("1", "superseded", None),
        ("2", "insert", None),
        ("3", "superseded", None),
        ("4", "superseded", None),
    ]


def test_a_row_that_is_there_already_changes_nothing(spark: SparkSession, contract: Contract) -> None:
    twice = [silver_row(), silver_row()]
    assert {row[ACTION] for row in _actions(spark, contract, twice, [silver_row()])} == {Action.SUPERSEDED}


def test_what_the_compared_columns_do_not_tell_apart_is_a_tie(spark: SparkSession, contract: Contract) -> None:
    incoming = [silver_row(product="same"), silver_row(customer_id="C2", product="later", updated_at=LATER)]
    present = _frame(spark, contract, [silver_row(), silver_row(customer_id="C2")])
    rows = placed(_frame(spark, contract, incoming), contract.table)
    decided = with_actions(rows, present, contract.table, first_compared(contract.table))
    assert decided.select("product", ACTION).orderBy("product").collect() == [("later", "replace"), ("same", "tie")]


def test_only_keys_that_are_there_twice_have_repeated_hashes(spark: SparkSession, contract: Contract) -> None:
    rows = [silver_row(), silver_row(customer_id="C2"), silver_row(product="again"), silver_row(customer_id=None)]
    assert repeated_key_hashes(_frame(spark, contract, rows), contract.table).count() == 1


@pytest.mark.parametrize("seed", range(2))
def test_sorting_only_rows_with_repeated_keys_places_all_alike(
    spark: SparkSession, contract: Contract, seed: int
) -> None:
    repeating = _random_rows(Random(seed))
    rows = _frame(spark, contract, [*repeating, *(silver_row(customer_id=f"D{number}") for number in range(9))])
    all_sorted = placed(rows, contract.table)
    few_sorted = placed(rows, contract.table, repeated_key_hashes(rows, contract.table))
    assert few_sorted.exceptAll(all_sorted).count() == all_sorted.exceptAll(few_sorted).count() == 0
    assert few_sorted.count() == rows.count()


def _random_rows(random: Random) -> list[Values]:
    """Rows of few keys with many ties: last change, ingestion and file are often the same or missing."""
    return [
        silver_row(
            customer_id=f"C{random.randrange(4)}",
            purchase_date=date(2026, 1, 1 + random.randrange(2)),
            updated_at=random.choice([None, FIRST, LATER]),
            ingestion_timestamp=INGESTED + timedelta(seconds=random.randrange(2)),
            source=random.choice(["store-database", "customers-api", "branch-files"]),
            source_file_name=random.choice(["a.json", "b.json"]),
            total_amount=float(random.randrange(3)),
            product=random.choice([None, "Notebook"]),
        )
        for _ in range(40)
    ]


def _taken_in(
    spark: SparkSession, contract: Contract, batches: list[list[Values]]
) -> tuple[set[Row], dict[str, Counter[str]]]:
    """Silver and its books after the batches, one after another."""
    present: dict[tuple[object, ...], Row] = {}
    books: dict[str, Counter[str]] = {"silver": Counter(), "superseded": Counter()}
    for batch in batches:
        silver = _frame(spark, contract, [row_values(row) for row in present.values()])
        rows = placed(_frame(spark, contract, batch), contract.table)
        decided = with_actions(rows, silver, contract.table).persist()
        counts = decided.groupBy("source", ACTION, REPLACED_SOURCE).count().collect()
        change = silver_change(ActionCount(row[0], Action(row[1]), row[2], row[3]) for row in counts)
        for term, rows in change.items():
            books[term].update(rows)
        for row in rows_to_merge(decided).collect():
            present[row["customer_id"], row["purchase_date"]] = row
        decided.unpersist()
    return set(present.values()), books


@pytest.mark.parametrize("seed", range(2))
def test_order_and_grouping_of_the_batches_play_no_part(spark: SparkSession, contract: Contract, seed: int) -> None:
    random = Random(seed)
    rows = _random_rows(random)
    silver, books = _taken_in(spark, contract, [rows])
    random.shuffle(rows)
    cuts = [0, *sorted(random.sample(range(1, len(rows)), 2)), len(rows)]
    silver_again, books_again = _taken_in(spark, contract, [rows[start:end] for start, end in pairwise(cuts)])
    assert silver_again == silver
    assert books_again == books
    assert sum(books["silver"].values()) == len(silver)
    assert sum(books["silver"].values()) + sum(books["superseded"].values()) == len(rows)
