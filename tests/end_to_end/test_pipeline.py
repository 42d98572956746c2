"""The main job on a whole sandbox with a fourth source, against the truth."""

from __future__ import annotations

import json
import re
from collections import Counter

import polars as pl
import pytest

from contracts.job_report import SourceBooks
from contracts.lake_terms import Layer
from sandbox.generator.command_line import population_of
from tests.end_to_end import expectation
from tests.end_to_end.conftest import OUTLET
from tests.end_to_end.running_sandbox import RunningSandbox, texts_left_behind
from tests.packaged_contracts import PURCHASES as CONTRACT

pytestmark = pytest.mark.end_to_end

SOURCES = [source.name for source in CONTRACT.sources]
SLUG = CONTRACT.slug


@pytest.fixture(scope="module")
def found(sandbox: RunningSandbox, first_run: dict[str, object]) -> pl.DataFrame:
    """Every row version that was at the generated sources."""
    assert not first_run["problems"]
    population, generation = population_of(sandbox.home)
    assert generation == 0
    return expectation.versions(population, CONTRACT, generation)


@pytest.fixture(scope="module")
def tables(sandbox: RunningSandbox, found: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Every Delta table, by `layer.table`."""
    assert not found.is_empty()
    return sandbox.tables(CONTRACT)


def test_fourth_source_is_accounted_for_like_the_others(first_run: dict) -> None:
    books = SourceBooks(extracted=5, landed=4, quarantined=1, bronze=4, silver=3, rejected=1)
    assert first_run["books"].keys() == {*SOURCES, OUTLET}
    assert first_run["books"][OUTLET] == books.model_dump()


def test_fourth_source_reaches_silver(tables: dict[str, pl.DataFrame]) -> None:
    silver = tables["silver.customer_purchases"].filter(pl.col("source") == OUTLET).sort("customer_id")
    assert silver.select("customer_id", "email", "total_amount", "high_value_purchase").rows() == [
        ("outlet-1", "a***@example.com", 1250.0, True),
        ("outlet-2", "r***@example.com", 99.9, False),
        ("outlet-5", "b***@example.com", 1000.0, False),
    ]


@pytest.mark.parametrize("source", SOURCES)
def test_books_say_what_the_generator_knows(found: pl.DataFrame, first_run: dict, source: str) -> None:
    assert first_run["books_in_run"][source] == first_run["books"][source]
    expectation.require_books(found, first_run["books"][source], source)


def test_rows_rejected_by_rule_are_those_spoiled_by_the_generator(found: pl.DataFrame, first_run: dict) -> None:
    silver = next(task for task in first_run["job_run"]["tasks"] if task["key"] == "silver")["report"]
    assert silver["rejected_by_rule"].keys() == {*SOURCES, OUTLET}
    for source in SOURCES:
        assert silver["rejected_by_rule"][source] == expectation.rejected_by_rule(found, source)


def test_raw_and_quarantine_hold_every_extracted_row(sandbox: RunningSandbox, found: pl.DataFrame) -> None:
    rows: Counter[str] = Counter()
    for blob in sandbox.container(Layer.RAW).list_blobs(include=["metadata"]):
        if not blob.name.startswith(("_manifests/", "_seen/", "_columns/")):
            place = "quarantine" if blob.name.startswith("_quarantine/") else "raw"
            rows[place] += int(
                (blob.metadata or {}).get("rows", 0)
            )  # Spark's driver leaves markers of folders, without
    quarantined = found.filter(pl.col("outcome") == "quarantined").height
    outlet_quarantined, outlet_landed = 1, 4
    assert rows == {
        "quarantine": quarantined + outlet_quarantined,
        "raw": found.height - quarantined + outlet_landed,
    }


def test_quarantine_keeps_every_reason(sandbox: RunningSandbox, found: pl.DataFrame) -> None:
    raw = sandbox.container(Layer.RAW)
    kept: Counter[str] = Counter()
    for name in raw.list_blob_names(name_starts_with="_quarantine/"):
        if OUTLET in name:
            continue
        for line in raw.download_blob(name).readall().decode().splitlines():
            kept.update(json.loads(line)["_reasons"])
    landing_rules = {rule.label for rule in CONTRACT.rules if rule.stage == "landing"}
    quarantined = found.filter(pl.col("outcome") == "quarantined")["broken_rules"].to_list()
    assert kept == Counter(label for labels in quarantined for label in labels if label in landing_rules)


def test_bronze_holds_every_landed_row_once(tables: dict[str, pl.DataFrame], found: pl.DataFrame) -> None:
    expectation.require_landed(tables["bronze.customer_purchases"].filter(pl.col("source") != OUTLET), found)


def test_silver_holds_the_latest_valid_version_of_each_purchase(
    sandbox: RunningSandbox, tables: dict[str, pl.DataFrame], found: pl.DataFrame
) -> None:
    key = sandbox.variables["PII_HASH_KEY"].encode()
    silver = tables["silver.customer_purchases"].filter(pl.col("source") != OUTLET)
    expectation.require_latest_versions(silver, found, key)


def test_rejected_rows_name_every_broken_rule(tables: dict[str, pl.DataFrame], found: pl.DataFrame) -> None:
    table = tables["silver.customer_purchases_rejected"].filter(pl.col("source") != OUTLET)
    expectation.require_rejected(table, found)


def test_gold_sums_up_silver(tables: dict[str, pl.DataFrame]) -> None:
    expectation.require_sums(tables["gold.store_monthly_sales"], tables["silver.customer_purchases"])


@pytest.mark.chaos
@pytest.mark.usefixtures("first_run")
def test_preflight_finds_all_that_a_run_needs(sandbox: RunningSandbox) -> None:
    checks = json.loads(sandbox.command("tasks.preflight", "--for", "run", "--json").stdout)
    assert [check["failure"] for check in checks if not check["passed"]] == []
    subjects = {check["subject"] for check in checks}
    assert {f"source {source}" for source in SOURCES} | {"Prefect", "lake", "job etl-customer-purchases"} <= subjects


def test_nothing_that_a_run_leaves_behind_names_a_person_or_a_secret(
    sandbox: RunningSandbox, tables: dict[str, pl.DataFrame], found: pl.DataFrame
) -> None:
    variables = sandbox.variables
    secrets = [variables[name] for name in ("PII_HASH_KEY", "CUSTOMERS_API_KEY", "DATABRICKS_TOKEN")]
    sample = found.filter(pl.col("outcome") != "valid").head(300)
    texts = {text for name in ("cpf", "credit_card_number", "email") for text in sample[name].drop_nulls()}
    planted = {text for text in texts if len(text) > len("a@b.example") and not text.startswith("@")}
    digits = {re.sub(r"\D", "", text) for text in planted}
    digits = {number for number in digits if len(number) >= 11 and set(number) != {"0"}}  # zeros stand in every log
    left_behind = texts_left_behind(sandbox.home) | {
        name: frame.select(pl.col(pl.String)).write_csv()
        for name, frame in tables.items()
        if not name.startswith("bronze")
    }
    for place, text in left_behind.items():
        found_there = [value for value in {*planted, *digits, *secrets} if value in text]
        assert not found_there, f"{place} holds {len(found_there)} planted values"
