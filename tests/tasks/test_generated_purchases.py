"""The rules find in the sandbox's purchases exactly the dirt that the generator put there."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from contracts.model import Contract, Source
from contracts.reader import read_contract
from contracts.rules import Stage
from sandbox.generator.population import Population
from sandbox.generator.truth import truth
from tasks.extraction import LOCATION, as_chunk
from tasks.landing_schema import landing_schema
from tasks.rules import accepts, format_of
from tasks.validation import REASONS, validate

NOW = datetime(2026, 11, 25, tzinfo=UTC)
POPULATION = Population(rows=3000, seed=7, anchor=NOW)

every_source = pytest.mark.parametrize("source", read_contract().sources, ids=lambda source: source.name)


def _truth(contract: Contract, source: Source) -> pl.DataFrame:
    return truth(POPULATION, contract, source.kind, range(2)).with_row_index(LOCATION).cast({LOCATION: pl.String})


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
        form = format_of(contract.column(rule.column), source)
        verdict = accepts(rule.check, pl.col(rule.column), form, NOW.date())
        assert landed.filter(~verdict).equals(landed.filter(pl.col("broken_rules").list.contains(rule.label))), (
            rule.label
        )
