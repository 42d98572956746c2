from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from sandbox.generator.block import Block
from sandbox.generator.customer_purchases.purchases import clean_purchases
from sandbox.generator.customer_purchases.row_versions import truth
from sandbox.generator.dirt import Dirt
from sandbox.generator.population import Population, SourceKind
from sandbox.generator.product_returns.reasons import MENTION_SHARES
from sandbox.generator.product_returns.returns import clean_returns, returns_of
from sandbox.generator.product_returns.row_versions import block_truth, return_files, returns_truth
from sandbox.generator.product_returns.shares import SHARES
from tests.packaged_contracts import PURCHASES
from tests.packaged_contracts import RETURNS as CONTRACT

ANCHOR = datetime(2026, 11, 25, 13, 45, tzinfo=UTC)
KINDS = (SourceKind.DATABASE, SourceKind.FILES)
LARGE = Population(400_000, 7, ANCHOR)

both_kinds = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> SourceKind:
    return request.param


@pytest.fixture(scope="module")
def seeded(kind: SourceKind) -> pl.DataFrame:
    """Generation 0 of 20 000 returns."""
    return returns_truth(LARGE, CONTRACT, kind, range(1))


def _each(population: Population, kind: SourceKind, generations: int) -> list[pl.DataFrame]:
    """What each of the first generations writes, on its own."""
    return [returns_truth(population, CONTRACT, kind, range(number, number + 1)) for number in range(generations)]


@given(kind=st.sampled_from(KINDS), split=st.integers(min_value=0, max_value=110), generation=st.integers(0, 3))
@settings(max_examples=10, deadline=None)
def test_parts_of_a_sequence_are_the_same_as_the_whole(kind: SourceKind, split: int, generation: int) -> None:
    population = Population(2000, 5, ANCHOR)
    length = returns_of(population).sequence(kind, generation).length
    split = min(split, length)
    whole, *parts = (
        block_truth(Block(returns_of(population), kind, generation, start, stop), population, CONTRACT)
        for start, stop in ((0, length), (0, split), (split, length))
    )
    assert_frame_equal(pl.concat(parts), whole)


@both_kinds
def test_the_same_seed_makes_the_same_returns_and_another_others(kind: SourceKind) -> None:
    one, again, other = (returns_truth(Population(500, seed, ANCHOR), CONTRACT, kind, range(2)) for seed in (1, 1, 2))
    assert_frame_equal(one, again)
    assert one["cpf"].to_list() != other["cpf"].to_list()
    assert one["updated_at"].to_list() != other["updated_at"].to_list()


@both_kinds
@pytest.mark.parametrize(("purchases", "returns"), [(0, 0), (1, 20), (399, 20), (20_000, 1000), (40_010, 2000)])
def test_about_one_purchase_in_twenty_comes_back(kind: SourceKind, purchases: int, returns: int) -> None:
    rows = returns_truth(Population(purchases, 3, ANCHOR), CONTRACT, kind, range(1))
    assert rows["row"].n_unique() == returns


@both_kinds
def test_each_generation_adds_a_few_returns_and_corrects_some(kind: SourceKind) -> None:
    for number, rows in enumerate(_each(Population(20_000, 3, ANCHOR), kind, 4)):
        first = 1000 + (number - 1) * 20 if number else 0
        assert rows.filter(pl.col("row") >= first).height >= 20
        assert rows.filter(pl.col("row") < first).height in ((0,) if number == 0 else range(1, 6))


@pytest.mark.parametrize("rows", [4, 3000])
def test_every_return_is_of_a_purchase_that_the_same_kind_of_source_holds(kind: SourceKind, rows: int) -> None:
    purchases = Population(rows, 3, ANCHOR)
    columns = ["cpf", "product"]
    bought = clean_purchases(Block(purchases, kind, 0, 0, rows), ("Recife",)).select(*columns, "purchase_date")
    for generation in (0, 1, 2):
        length = returns_of(purchases).sequence(kind, generation).length
        block = Block(returns_of(purchases), kind, generation, 0, length)
        returned = clean_returns(block, purchases)
        of_purchases = returned.join(bought, on=columns)
        assert of_purchases["row"].n_unique() == returned["row"].n_unique() > 0
        assert of_purchases.filter(pl.col("returned_on") > pl.col("purchase_date"))["row"].n_unique() == (
            returned["row"].n_unique()
        )


def test_valid_returns_join_purchases_by_cpf(seeded: pl.DataFrame, kind: SourceKind) -> None:
    bought = truth(LARGE, PURCHASES, kind, range(1))["cpf"].str.replace_all("[^0-9]", "")
    returned = seeded.filter(outcome="valid")["cpf"].str.replace_all("[^0-9]", "")
    assert returned.is_in(bought.unique().to_list()).mean() > 0.99
    assert returned.n_unique() > 0.5 * returned.len()


def test_values_are_what_the_texts_say(seeded: pl.DataFrame, kind: SourceKind) -> None:
    def read_time(text: str) -> datetime:
        in_files = kind is SourceKind.FILES
        return datetime.strptime(f"{text}-0300", "%d/%m/%Y %H:%M:%S%z") if in_files else datetime.fromisoformat(text)

    day_form = "%d/%m/%Y" if kind is SourceKind.FILES else "%Y-%m-%d"
    booleans = {"S": True, "sim": True, "N": False, "não": False, "true": True, "false": False}
    if kind is SourceKind.DATABASE:
        assert seeded["updated_at"].str.contains(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$").all()
    clean = seeded.filter(~pl.col("broken_rules").list.eval(pl.element().str.contains(": (type|required)$")).list.any())
    assert clean.height > 19_000
    for row in clean.iter_rows(named=True):
        assert datetime.strptime(row["returned_on"], day_form).date() == row["returned_on_value"]  # noqa: DTZ007
        assert int(row["quantity"].replace(".", "")) == row["quantity_value"]
        assert booleans.get((row["opened"] or "").strip()) == row["opened_value"]
        assert read_time(row["updated_at"]) == row["updated_at_value"]


def test_every_kind_of_dirt_has_its_share(seeded: pl.DataFrame, kind: SourceKind) -> None:
    found = dict(seeded.explode("broken_rules")["broken_rules"].drop_nulls().value_counts().iter_rows())
    stated: dict[str, float] = {}
    for dirt in SHARES[kind]:
        for rule in dirt.broken_rules(CONTRACT):
            stated[rule.label] = stated.get(rule.label, 0) + dirt.share
    assert found.keys() == stated.keys()
    for label, share in stated.items():
        expected = share * seeded.height
        assert abs(found[label] - expected) < 4 * expected**0.5 + 0.02 * expected, label


def test_every_rule_is_broken_somewhere() -> None:
    broken = {rule.label for dirt in SHARES[SourceKind.FILES] for rule in dirt.broken_rules(CONTRACT)}
    assert broken == {rule.label for rule in CONTRACT.rules}


def test_every_dirt_looks_as_told(seeded: pl.DataFrame, kind: SourceKind) -> None:
    def texts(label: str, column: str) -> set[str | None]:
        """All that the column holds in rows that break the rule, without the blanks around it."""
        found = seeded.filter(pl.col("broken_rules").list.contains(label))[column]
        return set(found if column.endswith("_value") else found.str.strip_chars())

    assert texts("quantity: minimum", "quantity") == {"0", "-1"}
    thousand, gross = ("1.000", "12.500") if kind is SourceKind.FILES else ("1000", "12500")
    assert texts("quantity: maximum", "quantity") == {"100", "120", "999", thousand, gross}
    assert all(re.fullmatch("DV-[1-9][0-9]*", text) for text in texts("return_id: pattern", "return_id"))
    assert date(1999, 12, 31) in texts("returned_on: date_plausible", "returned_on_value")
    assert min(len(text) for text in texts("reason: maxLength", "reason")) >= 201
    if kind is SourceKind.FILES:
        assert {"dois", "1,5"} <= texts("quantity: type", "quantity")
        assert "talvez" in texts("opened: type", "opened")
        assert texts("return_id: required", "return_id") == {None, ""}
    else:
        assert texts("product: required", "product") == {None, ""}


def test_reasons_sometimes_name_what_identifies_a_person_and_stay_valid(seeded: pl.DataFrame) -> None:
    mentioning = seeded.filter(pl.col("mentions").is_not_null())
    expected = sum(MENTION_SHARES.values()) * seeded.height
    assert abs(mentioning.height - expected) < 4 * expected**0.5
    assert all(mention in reason for mention, reason in mentioning.select("mentions", "reason").iter_rows())
    assert mentioning.filter(outcome="valid").height > 0.9 * mentioning.height
    patterns = {
        "cpf": r"[0-9]{11}|[0-9]{3}([. ])[0-9]{3}\1[0-9]{3}[-/ ][0-9]{2}",
        "email": r"[a-z.]+[0-9]+@[a-z.-]*example\.(com|net|org)",
        "phone": r"\([0-9]0\) 9[0-9]{4}-[0-9]{4}|(\+55 )?[0-9]0 9[0-9]{4}[- ][0-9]{4}|[0-9]09[0-9]{8}",
    }
    found = {
        name: [text for text in mentioning["mentions"] if re.fullmatch(pattern, text)]
        for name, pattern in patterns.items()
    }
    assert set().union(*found.values()) == set(mentioning["mentions"])
    assert {text[3:4] for text in found["cpf"] if len(text) == 14} == {".", " "}
    assert {text[0] for text in found["phone"]} >= {"(", "+"}
    silent = seeded.filter(pl.col("mentions").is_null())["reason"].drop_nulls()
    assert not silent.str.contains("@|[0-9]{8}").any()


def test_a_cpf_in_a_reason_is_the_customers_own(seeded: pl.DataFrame) -> None:
    named = seeded.filter(outcome="valid").filter(pl.col("reason").str.contains("CPF"))
    digits = named.select(pl.col("cpf", "mentions").str.replace_all("[^0-9]", ""))
    assert digits.height > 300
    assert digits["cpf"].to_list() == digits["mentions"].to_list()


def test_reasons_and_opened_are_often_missing_in_valid_rows(seeded: pl.DataFrame) -> None:
    valid = seeded.filter(outcome="valid")
    assert 0.1 < valid["reason"].is_null().mean() < 0.2
    assert 0.1 < valid["opened"].is_null().mean() < 0.2


def test_quantities_reach_from_one_to_the_most_that_is_valid(seeded: pl.DataFrame) -> None:
    valid = seeded.filter(outcome="valid")["quantity_value"]
    assert (valid.min(), valid.max()) == (1, 99)
    assert (valid == 1).mean() > 0.7


@given(kind=st.sampled_from(KINDS), rows=st.integers(1, 6000), generation=st.integers(0, 4), seed=st.integers(0, 99))
@settings(max_examples=20, deadline=None)
def test_landing_errors_stay_well_below_the_limit_in_every_load(
    kind: SourceKind, rows: int, generation: int, seed: int
) -> None:
    population = Population(rows, seed, ANCHOR)
    if kind is SourceKind.FILES:
        loads = [block_truth(file.block, population, CONTRACT) for file in return_files(population, generation)]
    else:
        loads = [returns_truth(population, CONTRACT, kind, range(generation, generation + 1))]
    for load in loads:
        quarantined = load.filter(outcome="quarantined").height
        assert quarantined / load.height <= 0.6 * CONTRACT.table.max_landing_error_ratio


def test_landing_dirt_can_reach_its_share() -> None:
    barring: list[Dirt] = [dirt for dirts in SHARES.values() for dirt in dirts if dirt.bars_landing(CONTRACT)]
    assert barring
    assert all(dirt.share * 16 < 1 for dirt in barring)


@both_kinds
def test_each_generation_is_later_than_the_one_before(kind: SourceKind) -> None:
    times = [rows["updated_at_value"].drop_nulls() for rows in _each(Population(40_000, 3, ANCHOR), kind, 4)]
    assert all(earlier.max() < later.min() for earlier, later in pairwise(times))
    assert times[-1].max() < ANCHOR
    assert times[0].max() - times[0].min() > timedelta(days=4 * 365)


def test_nothing_comes_back_after_it_was_entered(seeded: pl.DataFrame) -> None:
    plausible = seeded.filter(~pl.col("broken_rules").list.contains("returned_on: date_plausible"))
    late = plausible.filter(pl.col("returned_on_value") > pl.col("updated_at_value").dt.date())
    assert late.is_empty()


@both_kinds
def test_a_correction_keeps_the_return_and_is_later(kind: SourceKind) -> None:
    versions = pl.concat(_each(Population(100_000, 3, ANCHOR), kind, 5)).filter(outcome="valid")
    pairs = (
        versions.filter(pl.len().over("row") > 1)
        .with_columns(pl.col("cpf").str.replace_all("[^0-9]", ""))
        .group_by("row")
        .agg(
            pl.col("return_id", "returned_on_value", "product", "cpf", "reason").n_unique(),
            pl.col("updated_at_value").n_unique().alias("times"),
            pl.struct("quantity_value", "opened_value").n_unique().alias("values"),
            pl.len(),
        )
    )
    assert pairs.height > 50
    assert pairs.select(pl.col("return_id", "returned_on_value", "product", "cpf", "reason").max()).row(0) == (1,) * 5
    assert pairs.filter(pl.col("times") != pl.col("len")).is_empty()
    assert pairs.filter(pl.col("values") > 1).height > 0.4 * pairs.height


@both_kinds
def test_a_return_has_its_number_alone(kind: SourceKind) -> None:
    versions = pl.concat(_each(Population(40_000, 3, ANCHOR), kind, 4)).filter(
        pl.col("return_id").str.strip_chars() != ""
    )
    numbers = versions.group_by("return_id").agg(pl.col("row").n_unique())
    assert numbers["row"].max() == 1


def test_a_database_key_is_always_there_and_outlasts_corrections() -> None:
    versions = pl.concat(_each(Population(40_000, 3, ANCHOR), SourceKind.DATABASE, 4))
    assert versions["return_id"].str.contains("^(LJ-[0-9]{10}|DV-[0-9]+)$").all()
    assert versions.group_by("row").agg(pl.col("return_id").n_unique())["return_id"].max() == 1


def test_the_database_shows_the_last_version_and_files_show_all() -> None:
    population = Population(20_000, 3, ANCHOR)
    each = pl.concat(_each(population, SourceKind.DATABASE, 3))
    seen = returns_truth(population, CONTRACT, SourceKind.DATABASE, range(3))
    assert seen.height == each["row"].n_unique() < each.height
    assert_frame_equal(seen, each.unique("row", keep="last", maintain_order=True))
    each = pl.concat(_each(population, SourceKind.FILES, 3))
    assert_frame_equal(returns_truth(population, CONTRACT, SourceKind.FILES, range(3)), each)


@both_kinds
def test_a_source_without_rows_has_the_same_columns(kind: SourceKind) -> None:
    empty = returns_truth(Population(0, 1, ANCHOR), CONTRACT, kind, range(3))
    assert empty.is_empty()
    assert empty.schema == returns_truth(Population(50, 1, ANCHOR), CONTRACT, kind, range(1)).schema


def test_the_two_sources_have_nothing_in_common_but_customers() -> None:
    database, files = (returns_truth(LARGE, CONTRACT, kind, range(1)).unique("row").sort("row") for kind in KINDS)
    same = database.join(files, on="row").filter(pl.col("reason") == pl.col("reason_right"))
    assert same.height < 0.1 * database.height
    broken = [set(rows.filter(pl.col("outcome") != "valid")["row"]) for rows in (database, files)]
    assert len(broken[0] & broken[1]) < 0.2 * len(broken[0])
    phones = [set(rows["mentions"].drop_nulls().str.extract(r"([0-9]{8})$").drop_nulls()) for rows in (database, files)]
    assert not phones[0] & phones[1]
