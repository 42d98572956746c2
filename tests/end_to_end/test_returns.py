"""The second dataset, from its contract alone, through to gold on the same sandbox; then its tables made anew."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.lake_terms import Layer
from sandbox.generator.command_line import population_of
from sandbox.generator.population import SourceKind
from sandbox.generator.product_returns.row_versions import returns_truth
from tests.end_to_end.expectation import keyed
from tests.end_to_end.running_sandbox import RunningSandbox
from tests.packaged_contracts import RETURNS as CONTRACT

pytestmark = pytest.mark.end_to_end

RUN = ("sandbox", "run", "--dataset", CONTRACT.slug)
SOURCES = [source.name for source in CONTRACT.sources]


@pytest.fixture(scope="module")
def facts(sandbox: RunningSandbox) -> dict[str, Any]:
    printed = sandbox.command(*RUN).stdout
    assert "✅ product_returns: succeeded" in printed
    return sandbox.summary(CONTRACT.slug)


@pytest.fixture(scope="module")
def found(sandbox: RunningSandbox, facts: dict[str, Any]) -> pl.DataFrame:
    """Every row version that the dataset's first run found at its sources, whatever generation they were at."""
    assert facts["problems"] == []
    population, generation = population_of(sandbox.home)
    seen = [returns_truth(population, CONTRACT, kind, range(generation + 1)) for kind in SourceKind if kind in KINDS]
    return pl.concat(seen)


KINDS = (SourceKind.DATABASE, SourceKind.FILES)


@pytest.fixture(scope="module")
def tables(sandbox: RunningSandbox, facts: dict[str, Any]) -> dict[str, pl.DataFrame]:
    assert facts["problems"] == []
    return read_tables(sandbox)


def read_tables(sandbox: RunningSandbox) -> dict[str, pl.DataFrame]:
    silver = {name: sandbox.table(Layer.SILVER, name) for name in (CONTRACT.name, f"{CONTRACT.name}_rejected")}
    return silver | {table.name: sandbox.table(Layer.GOLD, table.name) for table in CONTRACT.gold_tables}


@pytest.mark.parametrize("source", SOURCES)
def test_books_say_what_the_generator_knows(found: pl.DataFrame, facts: dict[str, Any], source: str) -> None:
    outcomes = found.filter(pl.col("source") == source)["outcome"].value_counts()
    rows = dict(outcomes.rows())
    books = facts["books"][source]
    assert books["extracted"] == sum(rows.values())
    assert (books["quarantined"], books["rejected"]) == (rows["quarantined"], rows["rejected"])
    assert books["bronze"] == books["landed"] == rows["rejected"] + rows["valid"]
    assert books["silver"] + books["superseded"] == rows["valid"]


def test_silver_holds_each_return_as_its_types_say(
    sandbox: RunningSandbox, tables: dict[str, pl.DataFrame], found: pl.DataFrame
) -> None:
    key = sandbox.variables["PII_HASH_KEY"].encode()
    valid = found.filter(pl.col("outcome") == "valid").sort("updated_at_value")
    expected = valid.unique("return_id", keep="last").select(
        "return_id",
        pl.col("returned_on_value").alias("returned_on"),
        pl.col("quantity_value").alias("quantity"),
        pl.col("opened_value").alias("opened"),
        keyed("cpf", key).alias("cpf_masked"),
        (~pl.col("opened_value")).alias("resellable"),
        "source",
    )
    actual = tables["product_returns"].select(expected.columns)
    assert_frame_equal(actual.sort("return_id"), expected.sort("return_id"))


def test_returns_join_purchases_by_the_masked_cpf(
    sandbox: RunningSandbox, first_run: dict[str, Any], tables: dict[str, pl.DataFrame]
) -> None:
    """Nearly all customers who return something are among those whose purchases are in the same lake."""
    assert not first_run["problems"]
    purchases = sandbox.table(Layer.SILVER, "customer_purchases")
    returns = tables["product_returns"]
    assert returns.join(purchases, on="cpf_masked", how="semi").height > 0.9 * returns.height


def test_gold_by_week_and_by_cause(tables: dict[str, pl.DataFrame]) -> None:
    silver = tables["product_returns"]
    resellable = pl.col("quantity").filter(pl.col("resellable")).sum()
    weekly = silver.group_by("product", return_week=pl.col("returned_on").dt.truncate("1w")).agg(
        returns=pl.len().cast(pl.Int64),
        pieces=pl.col("quantity").sum().cast(pl.Int64),
        resellable_pieces=resellable.cast(pl.Int64),
        resellable_share=resellable / pl.col("quantity").sum(),
    )
    opened = pl.col("opened").replace_strict({True: "yes", False: "no"}, default="unknown", return_dtype=pl.String)
    causes = silver.group_by(opened=opened).agg(
        returns=pl.len().cast(pl.Int64),
        average_pieces=pl.col("quantity").mean(),
        last_returned_on=pl.col("returned_on").max(),
    )
    for name, expected, key in (
        ("weekly_returns", weekly, ["product", "return_week"]),
        ("return_causes", causes, ["opened"]),
    ):
        assert_frame_equal(tables[name].select(expected.columns).sort(key), expected.sort(key))


@pytest.mark.chaos
def test_a_layer_made_anew_is_what_it_was(sandbox: RunningSandbox, tables: dict[str, pl.DataFrame]) -> None:
    sandbox.command(*RUN, "--rebuild", "silver")
    summary = sandbox.summary(CONTRACT.slug)
    assert summary["problems"] == []
    told = [anew for task in summary["job_run"]["tasks"] for anew in task["report"]["made_anew"].values()]
    assert {(anew["gone"], anew["new"]) for anew in told} == {(0, 0)}
    assert len(told) == len(tables)
    for name, anew in read_tables(sandbox).items():
        assert_frame_equal(anew, tables[name], check_row_order=False)
