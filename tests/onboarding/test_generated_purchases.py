"""The sandbox's purchases with their dirt: the verdict finds just that dirt, and the look their formats."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import polars as pl
import pytest

from contracts.contract import Contract
from contracts.logical_types import LogicalType
from contracts.rules import Stage
from contracts.sources.kinds import Source
from contracts.written_formats import written_format
from onboarding.formats import Found, format_of, found_format
from onboarding.questions import Question
from onboarding.sampling import SampledLoad
from onboarding.verdict import BrokenRule, judge
from sandbox.generator.customer_purchases.row_versions import truth
from sandbox.generator.population import Population, SourceKind, source_of
from tasks.extract.chunks import as_chunk
from tasks.extract.values import read
from tests.packaged_contracts import CONTRACTS

NOW = datetime(2026, 11, 25, tzinfo=UTC)
POPULATION = Population(rows=3000, seed=7, anchor=NOW)

every_source = pytest.mark.parametrize(
    "source",
    CONTRACTS.dataset("customer_purchases").sources,
    ids=lambda source: source.name,
)


def _truth(contract: Contract, source: Source) -> pl.DataFrame:
    kind = next(kind for kind in SourceKind if source_of(contract, kind) == source)
    return truth(POPULATION, contract, kind, range(2))


def _counts(broken: tuple[BrokenRule, ...]) -> Counter[str]:
    return Counter({rule.label: rule.rows for rule in broken})


def _labels(rows: pl.DataFrame, contract: Contract, stage: Stage) -> Counter[str]:
    labels = {rule.label for rule in contract.rules_at(stage)}
    return Counter(label for some in rows["broken_rules"] for label in some if label in labels)


@every_source
def test_the_verdict_counts_what_was_made_to_break_each_rule(contract: Contract, source: Source) -> None:
    rows = _truth(contract, source)
    chunk = as_chunk(contract, [pl.col(*contract.column_names)], rows)
    verdict = judge(contract, source, [SampledLoad(chunk, is_whole=True)], NOW.date())
    is_quarantined = pl.col("outcome") == "quarantined"
    assert verdict.quarantined == rows.filter(is_quarantined).height > 0
    assert _counts(verdict.broken) == _labels(rows, contract, Stage.LANDING)
    assert _counts(verdict.rejected) == _labels(rows.filter(~is_quarantined), contract, Stage.SILVER)
    assert verdict.refused == ()


@every_source
def test_the_declared_formats_are_proposed_or_offered_first(contract: Contract, source: Source) -> None:
    rows = _truth(contract, source)
    for column in contract.columns:
        if column.logical_type is LogicalType.STRING or rows[column.name].null_count() == rows.height:
            continue
        zone = {"timestampOffset": source.timestamp_offset} if source.timestamp_offset else {"timeZone": "Etc/UTC"}
        found = found_format(column, rows[column.name], zone)
        assert isinstance(found, Found | Question)
        words = found.ways[0] if isinstance(found, Found) else found.choices[0].value
        formats = (
            format_of(column, {**zone, **{k: v for k, v in words.items() if k != "nullTexts"}}),
            written_format(column, source),
        )
        proposed, declared = (
            pl.select(read(pl.lit(rows[column.name]), one)).to_series() for one in formats if one is not None
        )
        assert proposed.equals(declared), (column.name, words)
