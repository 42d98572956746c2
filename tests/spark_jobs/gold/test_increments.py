"""Groups that are brought up to date by changes alone are what all rows together would make of them."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from pyspark.sql import SparkSession

from contracts.additive import addends
from contracts.contract import Contract
from contracts.tables import GoldTable
from spark_jobs.gold.groups import groups
from spark_jobs.gold.increments import incremented_groups
from tests.spark_jobs.frames import frame

pytestmark = pytest.mark.spark

JANUARY = date(2026, 1, 1)
SILVER = "store_location string, purchase_date date, total_amount double, high_value_purchase boolean"
CHANGES = f"_change_type string, {SILVER}"

Purchase = tuple[str | None, date, float | None, bool]


def _sales(contract: Contract) -> GoldTable:
    return contract.gold_tables[0]


def _after(
    spark: SparkSession, contract: Contract, before: list[Purchase], changes: list[tuple[object, ...]]
) -> list[tuple[object, ...]]:
    """Gold made of the rows before, and then of the changes: what the changed groups are."""
    sales = _sales(contract)
    gold = groups(frame(spark, before, SILVER), sales, contract.table)
    added = addends(sales, contract.table)
    assert added
    changed = incremented_groups(frame(spark, changes, CHANGES), gold, sales, added)
    return sorted(map(tuple, changed.collect()), key=str)


def test_a_new_group_begins_with_the_rows_that_came(spark: SparkSession, contract: Contract) -> None:
    changes = [("insert", "Recife", JANUARY, 0.1, False), ("insert", "Recife", JANUARY, 0.2, True)]
    assert _after(spark, contract, [], changes) == [("Recife", "2026-01", 2, 0.3, 0.15, 1, False, False)]


def test_a_correction_moves_a_purchase_from_one_group_and_value_class_to_another(
    spark: SparkSession, contract: Contract
) -> None:
    before = [("Recife", JANUARY, 1000.01, True), ("Recife", JANUARY, 5.0, False), ("Natal", JANUARY, 2.0, False)]
    changes = [
        ("update_preimage", "Recife", JANUARY, 1000.01, True),
        ("update_postimage", "Natal", JANUARY, 999.99, False),
    ]
    assert _after(spark, contract, before, changes) == [
        ("Natal", "2026-01", 2, 1001.99, 500.995, 0, False, False),
        ("Recife", "2026-01", 1, 5.0, 5.0, 0, False, False),
    ]


def test_a_group_without_a_row_left_is_emptied_and_one_of_no_row_never_begins(
    spark: SparkSession, contract: Contract
) -> None:
    before = [("Recife", JANUARY, 3.0, False)]
    changes = [
        ("delete", "Recife", JANUARY, 3.0, False),
        ("insert", "Natal", JANUARY, 1.0, False),
        ("delete", "Natal", JANUARY, 1.0, False),
    ]
    assert [(row[0], row[2], row[-2]) for row in _after(spark, contract, before, changes)] == [
        ("Natal", 0, True),
        ("Recife", 0, True),
    ]


@pytest.mark.parametrize(
    ("before", "change"),
    [
        pytest.param([(None, JANUARY, None, False)], ("insert", 5.0), id="a sum that was of no value"),
        pytest.param(
            [(None, JANUARY, 5.0, False), (None, JANUARY, None, False)],
            ("delete", 5.0),
            id="a sum of no value left",
        ),
        pytest.param([(None, JANUARY, 1e14, False)], ("insert", 0.01), id="more digits than a double keeps"),
    ],
)
def test_a_group_of_which_gold_does_not_say_enough_is_in_doubt(
    spark: SparkSession, contract: Contract, before: list[Purchase], change: tuple[str, float]
) -> None:
    (row,) = _after(spark, contract, before, [(change[0], None, JANUARY, change[1], False)])
    assert row[-1] is True


def test_any_sequence_of_changes_adds_up_to_what_all_rows_make(spark: SparkSession, contract: Contract) -> None:
    """Fifty rounds in one frame: each round is a store of its own, whose rows come, change and go at random."""
    draw = random.Random(7)
    silver: dict[int, Purchase] = {}
    before: list[Purchase] = []
    changes: list[tuple[object, ...]] = []
    for round_number in range(50):
        rows = {n: _purchase(draw, f"store {round_number}") for n in range(draw.randint(0, 6))}
        before += rows.values()
        for number in [draw.randrange(9) for _ in range(12)]:
            changes += _change(draw, rows, number, f"store {round_number}")
        silver |= {round_number * 100 + n: row for n, row in rows.items()}
    sales = _sales(contract)
    wanted = groups(frame(spark, list(silver.values()), SILVER), sales, contract.table).collect()
    found = _after(spark, contract, before, changes)
    assert not any(row[-1] for row in found)
    present = {row[:-2] for row in found if not row[-2]}
    assert present == {tuple(row) for row in wanted if (row[0], row[1]) in {(r[0], r[1]) for r in found}}
    assert len(found) > 50


def _purchase(draw: random.Random, store: str) -> Purchase:
    return store, JANUARY + timedelta(days=draw.randrange(60)), draw.randrange(10**7) / 100, draw.random() < 0.3


def _change(draw: random.Random, rows: dict[int, Purchase], number: int, store: str) -> list[tuple[object, ...]]:
    """A row that comes, is corrected or goes, as silver's change feed says it."""
    if number not in rows:
        rows[number] = _purchase(draw, store)
        return [("insert", *rows[number])]
    if draw.random() < 0.3:
        return [("delete", *rows.pop(number))]
    was, rows[number] = rows[number], _purchase(draw, store)
    return [("update_preimage", *was), ("update_postimage", *rows[number])]
