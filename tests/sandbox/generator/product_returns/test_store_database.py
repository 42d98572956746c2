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
from sandbox.generator.customer_purchases.growth import bring_purchases_to
from sandbox.generator.places import Places
from sandbox.generator.population import Population, SourceKind
from sandbox.generator.product_returns.growth import bring_returns_to, bring_store_returns_to
from sandbox.generator.product_returns.row_versions import returns_truth
from tests.packaged_contracts import PURCHASES
from tests.packaged_contracts import RETURNS as CONTRACT

pytestmark = pytest.mark.services
POPULATION = Population(20_000, 3, datetime(2026, 11, 25, tzinfo=UTC))


def _query(url: str, sql: str) -> pl.DataFrame:
    with postgresql.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return pl.DataFrame(cursor.fetch_arrow_table())


def _returns(url: str) -> pl.DataFrame:
    found = _query(url, "SELECT * FROM public.returns")
    return found.with_columns(pl.col("updated_at").cast(pl.Datetime("us", "UTC"))).sort("return_id")


def _expected(last: int) -> pl.DataFrame:
    columns = (
        column.name if column.logical_type is LogicalType.STRING else pl.col(f"{column.name}_value").alias(column.name)
        for column in CONTRACT.columns
    )
    rows = returns_truth(POPULATION, CONTRACT, SourceKind.DATABASE, range(last + 1))
    return rows.select(columns).sort("return_id")


def test_the_table_has_the_promised_columns_key_and_index(store_database_url: str) -> None:
    bring_returns_to(0, POPULATION, CONTRACT, Places(store_database_url=store_database_url))
    columns = _query(
        store_database_url,
        "SELECT attname AS name, format_type(atttypid, atttypmod) AS type, attnotnull AS required FROM pg_attribute "
        "WHERE attrelid = 'public.returns'::regclass AND attnum > 0 ORDER BY attnum",
    )
    assert columns.rows() == [
        ("return_id", "text", True),
        ("returned_on", "date", False),
        ("product", "text", False),
        ("quantity", "integer", False),
        ("opened", "boolean", False),
        ("reason", "text", False),
        ("cpf", "text", False),
        ("updated_at", "timestamp with time zone", True),
    ]
    indexes = _query(store_database_url, "SELECT indexdef FROM pg_indexes WHERE tablename = 'returns'")["indexdef"]
    assert sorted(index.rpartition("USING ")[2] for index in indexes) == ["btree (return_id)", "btree (updated_at)"]


@pytest.mark.parametrize("steps", [[0], [0, 1, 2], [2], [0, 0, 2, 2, 1]])
def test_the_table_holds_the_last_versions_whatever_the_steps(store_database_url: str, steps: list[int]) -> None:
    for generation in steps:
        bring_store_returns_to(generation, POPULATION, CONTRACT, store_database_url)
    assert_frame_equal(_returns(store_database_url), _expected(max(steps)))


def test_what_changed_after_a_generation_is_what_the_truth_says(store_database_url: str) -> None:
    bring_store_returns_to(1, POPULATION, CONTRACT, store_database_url)
    since = POPULATION.starts_at(1).isoformat()
    found = _query(store_database_url, f"SELECT return_id FROM returns WHERE updated_at >= '{since}'")
    expected = returns_truth(POPULATION, CONTRACT, SourceKind.DATABASE, range(1, 2))
    assert sorted(found["return_id"]) == sorted(expected["return_id"])
    assert expected.height == 25


@pytest.mark.parametrize("interrupted", [0, 1])
def test_an_interrupted_generation_leaves_nothing_behind_and_is_repeated(
    store_database_url: str, monkeypatch: pytest.MonkeyPatch, interrupted: int
) -> None:
    def first_block_then_gone(population: Population, kind: SourceKind, generation: int) -> Iterator[Block]:
        yield next(blocks(population, kind, generation))
        raise OSError(errno.EPIPE, "gone")

    if interrupted:
        bring_store_returns_to(interrupted - 1, POPULATION, CONTRACT, store_database_url)
    with monkeypatch.context() as patch:
        patch.setattr(store_database, "blocks", first_block_then_gone)
        with pytest.raises(OSError, match="gone"):
            bring_store_returns_to(interrupted, POPULATION, CONTRACT, store_database_url)
    before = _returns(store_database_url)
    assert_frame_equal(before, _expected(interrupted - 1) if interrupted else before.clear())
    bring_store_returns_to(interrupted, POPULATION, CONTRACT, store_database_url)
    assert_frame_equal(_returns(store_database_url), _expected(interrupted))


def test_purchases_and_returns_grow_in_one_database_each_on_its_own(store_database_url: str) -> None:
    places = Places(store_database_url=store_database_url)
    bring_returns_to(2, POPULATION, CONTRACT, places)
    bring_purchases_to(0, POPULATION, PURCHASES, places)
    assert_frame_equal(_returns(store_database_url), _expected(2))
    joined = _query(
        store_database_url,
        "SELECT count(*) AS rows FROM returns WHERE EXISTS (SELECT FROM purchases WHERE "
        "regexp_replace(purchases.cpf, '[^0-9]', '', 'g') = regexp_replace(returns.cpf, '[^0-9]', '', 'g'))",
    )
    assert joined["rows"][0] > 0.95 * 1040


def test_without_rows_the_table_is_there_and_empty(store_database_url: str) -> None:
    bring_store_returns_to(3, Population(0, 1, POPULATION.anchor), CONTRACT, store_database_url)
    assert _query(store_database_url, "SELECT count(*) AS rows FROM returns")["rows"].to_list() == [0]
    generations = _query(store_database_url, "SELECT generation FROM sandbox_return_generations ORDER BY generation")
    assert generations["generation"].to_list() == [0, 1, 2, 3]
