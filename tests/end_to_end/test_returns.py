"""The second dataset, from its contract alone, through to gold on the same sandbox; made anew, and a person erased."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.lake_terms import Layer
from sandbox.generator.command_line import population_of
from tests.end_to_end import expected_returns
from tests.end_to_end.running_sandbox import RunningSandbox, texts_left_behind
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
    return expected_returns.versions(population, CONTRACT, generation)


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
    expected_returns.require_silver(tables["product_returns"], found, key)


def test_returns_join_purchases_by_the_masked_cpf(
    sandbox: RunningSandbox, first_run: dict[str, Any], tables: dict[str, pl.DataFrame]
) -> None:
    """Nearly all customers who return something are among those whose purchases are in the same lake."""
    assert not first_run["problems"]
    purchases = sandbox.table(Layer.SILVER, "customer_purchases")
    returns = tables["product_returns"]
    assert returns.join(purchases, on="cpf_masked", how="semi").height > 0.9 * returns.height


def test_gold_by_week_and_by_cause(tables: dict[str, pl.DataFrame]) -> None:
    expected_returns.require_sums(tables["weekly_returns"], tables["return_causes"], tables["product_returns"])


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


@pytest.mark.chaos
def test_a_person_is_erased_from_every_table_and_named_by_nothing_that_the_run_leaves(
    sandbox: RunningSandbox, tables: dict[str, pl.DataFrame], found: pl.DataFrame, tmp_path: Path
) -> None:
    cpf = found.filter(pl.col("outcome") == "valid")["cpf"][0]
    number = re.sub(r"\D", "", cpf)
    named = found.filter(pl.col("cpf").str.replace_all(r"\D", "") == number)
    theirs = found.filter(pl.col("return_id").is_in(named["return_id"].to_list()))
    (tmp_path / "request.jsonl").write_text(json.dumps({"cpf": number}) + "\n")
    printed = sandbox.command(*RUN, "--erase", str(tmp_path / "request.jsonl")).stdout
    facts = sandbox.summary(CONTRACT.slug)
    assert facts["problems"] == []
    landed = theirs.filter(pl.col("outcome") != "quarantined")["source"].value_counts()
    assert {source: books["erased"] for source, books in facts["books"].items() if books["erased"]} == dict(
        landed.rows()
    )
    anew = read_tables(sandbox)
    left = tables["product_returns"].filter(~pl.col("return_id").is_in(theirs["return_id"].to_list()))
    assert_frame_equal(anew["product_returns"].sort("return_id"), left.sort("return_id"))
    assert anew["weekly_returns"]["returns"].sum() == anew["return_causes"]["returns"].sum() == left.height
    assert number not in set(sandbox.table(Layer.BRONZE, CONTRACT.name)["cpf"].str.replace_all(r"\D", ""))
    assert not [name for name in sandbox.blob_names(Layer.RAW) if name.startswith("_erasures")]
    for place, text in {**texts_left_behind(sandbox.home), "stdout": printed}.items():
        assert not [value for value in (cpf, number) if value in text], place
