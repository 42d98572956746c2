from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from contracts.rules import OneOf
from sandbox.generator.block import Block
from sandbox.generator.customer_purchases.row_versions import block_truth, purchase_blocks, truth
from sandbox.generator.customer_purchases.shares import SHARES
from sandbox.generator.dirt import Dirt
from sandbox.generator.population import Population, SourceKind, source_of
from tests.packaged_contracts import PURCHASES as CONTRACT
from tests.sandbox.generator.customer_purchases.independent_rules import broken_rules, read_amount, read_date

ANCHOR = datetime(2026, 11, 25, 13, 45, tzinfo=UTC)
KINDS = st.sampled_from(SourceKind)
ROWS = 20_000


@pytest.fixture(scope="module", params=list(SourceKind))
def seeded(request: pytest.FixtureRequest) -> pl.DataFrame:
    """Generation 0 and 1 of one kind of source, all row versions."""
    population = Population(ROWS, 7, ANCHOR)
    return pl.concat(truth(population, CONTRACT, request.param, range(number, number + 1)) for number in (0, 1))


@given(kind=KINDS, split=st.integers(min_value=0, max_value=300), generation=st.integers(min_value=0, max_value=3))
@settings(max_examples=10, deadline=None)
def test_parts_of_a_sequence_are_the_same_as_the_whole(kind: SourceKind, split: int, generation: int) -> None:
    population = Population(300, 5, ANCHOR)
    length = population.sequence(kind, generation).length
    split = min(split, length)
    whole, *parts = (
        block_truth(Block(population, kind, generation, start, stop), CONTRACT)
        for start, stop in ((0, length), (0, split), (split, length))
    )
    assert_frame_equal(pl.concat(parts), whole)


def test_another_seed_makes_other_purchases() -> None:
    one, other = (truth(Population(50, seed, ANCHOR), CONTRACT, SourceKind.API, range(1)) for seed in (1, 2))
    assert one["product"].to_list() != other["product"].to_list()
    assert one["updated_at"].to_list() != other["updated_at"].to_list()


def test_labels_agree_with_an_independent_check_of_every_row(seeded: pl.DataFrame) -> None:
    columns = seeded.select(CONTRACT.column_names)
    found = [broken_rules(row, source) for row, source in zip(columns.to_dicts(), seeded["source"], strict=True)]
    assert [set(labels) for labels in seeded["broken_rules"]] == found


def test_outcome_is_decided_by_landing_errors_before_silver_errors_and_not_by_warnings(seeded: pl.DataFrame) -> None:
    landing = {"customer_id: required", "cpf: required", "purchase_date: required"}
    landing |= {"purchase_date: type", "total_amount: type", "updated_at: type"}
    for labels, outcome in seeded.select("broken_rules", "outcome").iter_rows():
        errors = set(labels) - {"credit_card_number: card_luhn"}
        assert outcome == ("quarantined" if errors & landing else "rejected" if errors else "valid")


def test_values_are_what_the_texts_say(seeded: pl.DataFrame) -> None:
    for day, amount, day_value, amount_value, source in seeded.select(
        "purchase_date", "total_amount", "purchase_date_value", "total_amount_value", "source"
    ).iter_rows():
        assert (read_date(day, source) if day else None) == day_value
        assert (read_amount(amount, source) if amount and amount.strip() else None) == amount_value


def test_every_kind_of_dirt_has_its_share(seeded: pl.DataFrame) -> None:
    kind = next(kind for kind in SourceKind if source_of(CONTRACT, kind).name == seeded["source"][0])
    dirty = seeded.explode("broken_rules")["broken_rules"].value_counts()
    counts = dict(dirty.iter_rows())
    for label, column, effects in (
        ("email: email_valid", "email", {"missing", "invalid"}),
        ("cpf: required", "cpf", {"missing"}),
        ("store_location: store_known", "store_location", {"missing", "invalid"}),
        ("total_amount: type", "total_amount", {"missing", "unparsable"}),
        ("total_amount: amount_not_negative", "total_amount", {"too low"}),
    ):
        share = sum(dirt.share for dirt in SHARES[kind].dirt if dirt.column == column and dirt.effect in effects)
        expected = share * seeded.height
        assert abs(counts[label] - expected) < 5 * expected**0.5 + 0.02 * expected


def test_rows_break_several_rules_at_once(seeded: pl.DataFrame) -> None:
    assert seeded.filter(pl.col("broken_rules").list.len() > 2).height > 0


@given(kind=KINDS, rows=st.integers(min_value=1, max_value=600), generation=st.integers(min_value=0, max_value=4))
@settings(max_examples=20, deadline=None)
def test_landing_errors_stay_well_below_the_limit_in_every_load(kind: SourceKind, rows: int, generation: int) -> None:
    population = Population(rows, 11, ANCHOR)
    written = [block_truth(block, CONTRACT) for block in purchase_blocks(population, kind, generation)]
    loads = written if kind is SourceKind.FILES else [pl.concat(written)]
    for load in loads:
        quarantined = load.filter(pl.col("outcome") == "quarantined").height
        assert quarantined / load.height <= 0.6 * CONTRACT.table.max_landing_error_ratio


def test_landing_dirt_can_reach_its_share() -> None:
    barring = [dirt for shares in SHARES.values() for dirt in shares.dirt if dirt.bars_landing(CONTRACT)]
    assert barring
    assert all(dirt.share * 16 < 1 for dirt in barring)


def test_dirt_names_columns_of_the_contract() -> None:
    dirt: list[Dirt] = [dirt for shares in SHARES.values() for dirt in shares.dirt]
    assert {one.column for one in dirt} <= set(CONTRACT.column_names)


@pytest.mark.parametrize("kind", list(SourceKind))
def test_each_generation_is_later_than_the_one_before(kind: SourceKind) -> None:
    population = Population(2000, 3, ANCHOR)
    times = [truth(population, CONTRACT, kind, range(number, number + 1))["updated_at_value"] for number in range(4)]
    assert all(earlier.max() < later.min() for earlier, later in pairwise(times))
    assert times[-1].max() < ANCHOR
    assert times[0].max() - times[0].min() > timedelta(days=4 * 365)


def test_a_correction_keeps_the_purchase_and_is_later() -> None:
    population = Population(5000, 3, ANCHOR)
    files = truth(population, CONTRACT, SourceKind.FILES, range(3)).filter(pl.col("outcome") == "valid")
    versions = files.filter(pl.len().over("row") > 1).sort("row", "generation", "updated_at_value", nulls_last=False)
    pairs = versions.group_by("row", maintain_order=True).agg(
        pl.col("customer_id", "purchase_date_value", "cpf").n_unique(),
        pl.col("updated_at_value").n_unique().alias("times"),
        pl.col("total_amount_value").n_unique().alias("amounts"),
        pl.len(),
    )
    assert pairs.height > 100
    assert pairs.select(pl.col("customer_id", "purchase_date_value").max()).row(0) == (1, 1)
    assert pairs.filter(pl.col("times") != pl.col("len")).is_empty()
    assert pairs.filter(pl.col("amounts") > 1).height > 0.9 * pairs.height


def test_a_source_that_keeps_one_version_shows_the_last_and_files_show_all() -> None:
    population = Population(2000, 3, ANCHOR)
    for kind in (SourceKind.DATABASE, SourceKind.API):
        each = pl.concat(truth(population, CONTRACT, kind, range(number, number + 1)) for number in range(3))
        seen = truth(population, CONTRACT, kind, range(3))
        assert seen.height == each["row"].n_unique() < each.height
        assert_frame_equal(seen, each.unique("row", keep="last", maintain_order=True))
    each = pl.concat(truth(population, CONTRACT, SourceKind.FILES, range(number, number + 1)) for number in range(3))
    assert_frame_equal(truth(population, CONTRACT, SourceKind.FILES, range(3)), each)


def _valid_rows(population: Population) -> pl.DataFrame:
    rows = pl.concat(truth(population, CONTRACT, kind, range(3)) for kind in SourceKind)
    return rows.filter(pl.col("outcome") == "valid")


def test_the_latest_row_of_a_purchase_is_never_a_tie() -> None:
    valid = _valid_rows(Population(20_000, 3, ANCHOR))
    key = ["customer_id", "purchase_date_value"]
    undated = valid.filter(pl.col("updated_at_value").is_null())
    assert undated.height > 1000
    assert undated.select(key).is_duplicated().sum() == 0
    dated = valid.filter(pl.col("updated_at_value").is_not_null())
    assert dated.select(*key, "updated_at_value").is_duplicated().sum() == 0


def test_purchases_are_repeated_inside_sources_and_across_them() -> None:
    valid = _valid_rows(Population(20_000, 3, ANCHOR))
    sources = valid.group_by("customer_id", "purchase_date_value").agg(pl.col("source").n_unique(), pl.len())
    across, inside = (sources.filter(pl.col(column) > 1).height for column in ("source", "len"))
    assert 0.05 * 20_000 < across < 0.11 * 20_000
    assert across + 0.03 * 20_000 < inside
    assert sources["source"].max() == 3


def test_stores_are_the_contracts(seeded: pl.DataFrame) -> None:
    known = seeded.filter(~pl.col("broken_rules").list.contains("store_location: store_known"))
    checks = [check for rule in CONTRACT.rules if rule.name == "store_known" for check in rule.checks]
    (cities,) = (check.values for check in checks if isinstance(check, OneOf))
    assert set(known["store_location"]) == set(cities)


def test_a_source_without_rows_has_the_same_columns() -> None:
    empty = truth(Population(0, 1, ANCHOR), CONTRACT, SourceKind.FILES, range(2))
    assert empty.is_empty()
    assert empty.schema == truth(Population(50, 1, ANCHOR), CONTRACT, SourceKind.FILES, range(1)).schema
