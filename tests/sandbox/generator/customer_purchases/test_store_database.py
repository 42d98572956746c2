from __future__ import annotations

import errno
from collections.abc import Iterator
from datetime import UTC, datetime

import adbc_driver_postgresql.dbapi as postgresql
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.logical_types import LogicalType
from sandbox.generator import store_database
from sandbox.generator.block import Block, blocks
from sandbox.generator.customer_purchases.growth import bring_store_database_to
from sandbox.generator.customer_purchases.row_versions import truth
from sandbox.generator.population import Population, SourceKind
from tests.packaged_contracts import PURCHASES as CONTRACT

pytestmark = pytest.mark.services
POPULATION = Population(500, 3, datetime(2026, 11, 25, tzinfo=UTC))


def _query(url: str, sql: str) -> pl.DataFrame:
    with postgresql.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return pl.DataFrame(cursor.fetch_arrow_table())


def _purchases(url: str) -> pl.DataFrame:
    found = _query(url, "SELECT *, total_amount::text AS amount_text FROM purchases ORDER BY purchase_id")
    amount = pl.col("amount_text").cast(pl.Decimal(14, 2)).alias("total_amount")
    return found.with_columns(amount, pl.col("updated_at").cast(pl.Datetime("us", "UTC"))).drop("amount_text")


def _expected(last: int) -> pl.DataFrame:
    rows = truth(POPULATION, CONTRACT, SourceKind.DATABASE, range(last + 1)).sort("row")
    columns = (
        column.name if column.logical_type is LogicalType.STRING else pl.col(f"{column.name}_value").alias(column.name)
        for column in CONTRACT.columns
    )
    return rows.select((pl.col("row") + 1).alias("purchase_id"), *columns)


def test_the_table_has_the_promised_columns_key_and_index(store_database_url: str) -> None:
    bring_store_database_to(0, POPULATION, CONTRACT, store_database_url)
    columns = _query(
        store_database_url,
        "SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS required FROM pg_attribute "
        "WHERE attrelid = 'public.purchases'::regclass AND attnum > 0 ORDER BY attnum",
    )
    text = [(name, "text", False) for name in ("customer_id", "first_name", "last_name", "email")]
    assert columns.rows() == [
        ("purchase_id", "bigint", True),
        *text,
        ("purchase_date", "date", False),
        ("total_amount", "numeric(14,2)", False),
        *[(name, "text", False) for name in ("product", "store_location", "cpf", "credit_card_number")],
        ("updated_at", "timestamp with time zone", True),
    ]
    indexes = _query(store_database_url, "SELECT indexdef FROM pg_indexes WHERE tablename = 'purchases'")["indexdef"]
    assert sorted(index.rpartition("USING ")[2] for index in indexes) == ["btree (purchase_id)", "btree (updated_at)"]


@pytest.mark.parametrize("steps", [[0], [0, 1, 2], [2], [0, 0, 2, 2, 1]])
def test_the_table_holds_the_last_versions_whatever_the_steps(store_database_url: str, steps: list[int]) -> None:
    for generation in steps:
        bring_store_database_to(generation, POPULATION, CONTRACT, store_database_url)
    assert_frame_equal(_purchases(store_database_url), _expected(max(steps)))


def test_what_changed_after_a_generation_is_what_the_truth_says(store_database_url: str) -> None:
    bring_store_database_to(1, POPULATION, CONTRACT, store_database_url)
    since = POPULATION.starts_at(1).isoformat()
    found = _query(store_database_url, f"SELECT purchase_id FROM purchases WHERE updated_at >= '{since}'")
    expected = truth(POPULATION, CONTRACT, SourceKind.DATABASE, range(1, 2))
    assert sorted(found["purchase_id"]) == sorted(row + 1 for row in expected["row"])
    assert expected.height == 25


@pytest.mark.parametrize("interrupted", [0, 1])
def test_an_interrupted_generation_leaves_nothing_behind_and_is_repeated(
    store_database_url: str, monkeypatch: pytest.MonkeyPatch, interrupted: int
) -> None:
    def first_block_then_gone(population: Population, kind: SourceKind, generation: int) -> Iterator[Block]:
        yield next(blocks(population, kind, generation))
        raise OSError(errno.EPIPE, "gone")

    if interrupted:
        bring_store_database_to(interrupted - 1, POPULATION, CONTRACT, store_database_url)
    with monkeypatch.context() as patch:
        patch.setattr(store_database, "blocks", first_block_then_gone)
        with pytest.raises(Exception, match="gone"):
            bring_store_database_to(interrupted, POPULATION, CONTRACT, store_database_url)
    before = _purchases(store_database_url)
    assert_frame_equal(before, _expected(interrupted - 1) if interrupted else before.clear())
    bring_store_database_to(interrupted, POPULATION, CONTRACT, store_database_url)
    assert_frame_equal(_purchases(store_database_url), _expected(interrupted))


def test_without_rows_the_table_is_there_and_empty(store_database_url: str) -> None:
    bring_store_database_to(3, Population(0, 1, POPULATION.anchor), CONTRACT, store_database_url)
    assert _query(store_database_url, "SELECT count(*) AS rows FROM purchases")["rows"].to_list() == [0]


def test_several_batches_are_copied_as_one_generation(store_database_url: str) -> None:
    population = Population(101_000, 1, POPULATION.anchor)
    bring_store_database_to(0, population, CONTRACT, store_database_url)
    counts = _query(store_database_url, "SELECT count(*) AS rows, max(purchase_id) AS last FROM purchases")
    assert counts.row(0) == (101_000, 101_000)
