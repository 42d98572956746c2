"""Extraction reads the sandbox's purchases as they were made, and the rules find exactly the dirt that was put in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.contract import Contract
from contracts.rules import Stage
from contracts.sources.database import DatabaseSource
from contracts.sources.kinds import Source
from contracts.written_formats import written_format
from sandbox.generator.customer_purchases.growth import bring_store_database_to
from sandbox.generator.customer_purchases.row_versions import truth
from sandbox.generator.population import Population, SourceKind, source_of
from tasks.extract.chunks import KEY, LOCATION, Window, as_chunk
from tasks.extract.database.rows import extract_database
from tasks.validate.rules import accepts
from tasks.validate.schema import landing_schema
from tasks.validate.split import REASONS, validate
from tests.packaged_contracts import PURCHASES
from tests.tasks.store_database import StoreDatabase

NOW = datetime(2026, 11, 25, tzinfo=UTC)
POPULATION = Population(rows=3000, seed=7, anchor=NOW)

every_source = pytest.mark.parametrize("source", PURCHASES.sources, ids=lambda source: source.name)


def _truth(contract: Contract, source: Source) -> pl.DataFrame:
    kind = next(kind for kind in SourceKind if source_of(contract, kind) == source)
    return truth(POPULATION, contract, kind, range(2)).with_row_index(LOCATION).cast({LOCATION: pl.String})


@every_source
def test_landing_rejects_the_rows_and_names_the_rules_that_were_made_to_break(
    contract: Contract, source: Source
) -> None:
    rows = _truth(contract, source)
    labels = [rule.label for rule in contract.rules_at(Stage.LANDING)]
    expected = rows.select(LOCATION, pl.col("broken_rules").list.set_intersection(labels).list.sort().alias(REASONS))
    chunk = as_chunk(contract, [pl.col(*contract.column_names, LOCATION)], rows)
    rejected = validate(chunk, landing_schema(contract, source, NOW.date())).rejected
    broken = expected.filter(pl.col(REASONS).list.len() > 0)
    assert broken.height > 0
    assert rejected.select(LOCATION, pl.col(REASONS).list.sort()).equals(broken)


@every_source
def test_every_rule_rejects_what_was_made_to_break_it(contract: Contract, source: Source) -> None:
    landed = _truth(contract, source).filter(pl.col("outcome") != "quarantined")
    for rule in contract.rules:
        format_ = written_format(contract.table.column(rule.column), source)
        verdict = pl.all_horizontal(accepts(check, pl.col(rule.column), format_, NOW.date()) for check in rule.checks)
        assert landed.filter(~verdict).equals(landed.filter(pl.col("broken_rules").list.contains(rule.label))), (
            rule.label
        )


@pytest.mark.services
def test_a_database_is_extracted_as_the_truth_says(contract: Contract, store: StoreDatabase) -> None:
    store.run("DROP TABLE IF EXISTS public.purchases, sandbox_generations")
    bring_store_database_to(1, POPULATION, contract, store.url)
    source = cast(DatabaseSource, source_of(contract, SourceKind.DATABASE))
    found = pl.concat(extract_database(contract, source, store.url, Window()))
    expected = truth(POPULATION, contract, SourceKind.DATABASE, range(2)).sort("row").select(contract.column_names)
    assert_frame_equal(found.sort(pl.col(KEY).cast(pl.Int64)).select(contract.column_names), expected)
    assert expected["updated_at"].str.ends_with("000Z").any()
