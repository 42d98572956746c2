"""Runs of the purchases after the main job's: after growth, with nothing new, refused a file, at once, killed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.lake_terms import Layer
from sandbox.generator.command_line import population_of
from tests.end_to_end import expectation
from tests.end_to_end.conftest import OUTLET, OUTLET_FILE
from tests.end_to_end.running_sandbox import RunningSandbox
from tests.packaged_contracts import PURCHASES as CONTRACT

pytestmark = [pytest.mark.end_to_end, pytest.mark.chaos]

ORIGIN = ("source_file_name", "ingestion_timestamp", "raw_ingestion_id")
SOURCES = [source.name for source in CONTRACT.sources]
RUN_PIPELINE = ("prefect", "deployment", "run", f"lakehouse/{CONTRACT.slug}", "--watch")
RUN_OUTLET = ("prefect", "deployment", "run", f"ingest/{OUTLET}", "--watch")


@pytest.fixture
def before(sandbox: RunningSandbox, first_run: dict[str, Any]) -> dict[str, Any]:
    """The facts of the last run before the test."""
    assert not first_run["problems"]
    return sandbox.summary(CONTRACT.slug)


@pytest.mark.usefixtures("before")
def test_a_source_runs_alone_by_its_own_deployment(sandbox: RunningSandbox) -> None:
    assert "Completed" in sandbox.command(*RUN_OUTLET).stdout


def test_a_run_after_growth_takes_in_what_is_new(sandbox: RunningSandbox, before: dict[str, Any]) -> None:
    sandbox.command("sandbox", "run")
    facts, (population, generation) = sandbox.summary(CONTRACT.slug), population_of(sandbox.home)
    found = expectation.versions(population, CONTRACT, generation)
    new = found.filter(pl.col("generation") > _last_generation(found, before["books"]))
    silver = next(task for task in facts["job_run"]["tasks"] if task["key"] == "silver")["report"]
    assert facts["problems"] == []
    for source in SOURCES:
        expectation.require_books(found, facts["books"][source], source)
        assert facts["books_in_run"][source]["extracted"] == new.filter(pl.col("source") == source).height > 0
        assert silver["rejected_by_rule"][source] == expectation.rejected_by_rule(new, source)
    _require_tables(sandbox, sandbox.tables(CONTRACT), found)


def _require_tables(sandbox: RunningSandbox, tables: dict[str, pl.DataFrame], found: pl.DataFrame) -> None:
    expectation.require_tables(tables, found, sandbox.variables["PII_HASH_KEY"].encode())


def _last_generation(found: pl.DataFrame, books: dict[str, dict[str, int]]) -> int:
    """The generation that the sources were at when the books were written."""
    rows = sum(books[source]["extracted"] for source in SOURCES)
    return next(
        number
        for number in found["generation"].unique().sort()
        if found.filter(pl.col("generation") <= number).height == rows
    )


def test_a_run_without_anything_new_lands_nothing_and_changes_no_table(
    sandbox: RunningSandbox, before: dict[str, Any]
) -> None:
    blobs = {layer: sandbox.blob_names(layer) for layer in Layer}
    sandbox.command(*RUN_PIPELINE)
    facts = sandbox.summary(CONTRACT.slug)
    assert facts["problems"] == []
    assert [source["state"] for source in facts["sources"]] == ["nothing new"] * len([*SOURCES, OUTLET])
    assert facts["transformation"] == "not needed"
    assert facts["books"] == before["books"]
    assert {layer: sandbox.blob_names(layer) for layer in Layer} == blobs


def test_a_refused_file_fails_its_source_alone_and_the_summary_says_why(
    sandbox: RunningSandbox, before: dict[str, Any], outlet_folder: Path
) -> None:
    bad = outlet_folder / "bad.csv"
    header, *_, row, _ = OUTLET_FILE.splitlines()
    bad.write_text("\n".join([header, *[row.removeprefix("outlet-4")] * 20]))
    done = sandbox.command(*RUN_PIPELINE, "-p", f'sources=["{OUTLET}"]', "-p", "transform_when=never", check=False)
    bad.unlink()

    assert done.returncode != 0
    facts = sandbox.summary(CONTRACT.slug)
    (problem,) = facts["problems"]
    assert problem["part"] == OUTLET
    assert "bad.csv: 20 of 20 rows break landing rules" in problem["what"]
    assert [source["state"] for source in facts["sources"]] == [*(["not run"] * len(SOURCES)), "failed"]
    assert facts["transformation"] == "skipped on request"
    assert facts["books"] == before["books"]


def test_two_runs_and_a_source_s_own_at_once_land_and_transform_everything_once(
    sandbox: RunningSandbox, before: dict[str, Any], outlet_folder: Path
) -> None:
    earlier = sandbox.tables(CONTRACT)
    (outlet_folder / "new.csv").write_text(OUTLET_FILE.replace("outlet-", "new-"))
    with ThreadPoolExecutor() as at_once:
        list(at_once.map(lambda command: sandbox.command(*command), [RUN_PIPELINE, RUN_PIPELINE, RUN_OUTLET]))
    facts, tables = sandbox.summary(CONTRACT.slug), sandbox.tables(CONTRACT)
    assert facts["problems"] == []
    assert facts["books"][OUTLET] == {term: 2 * rows for term, rows in before["books"][OUTLET].items()}
    population, generation = population_of(sandbox.home)
    found = expectation.versions(population, CONTRACT, generation)
    _require_tables(sandbox, tables, found)
    for name in ("bronze.customer_purchases", "silver.customer_purchases", "silver.customer_purchases_rejected"):
        was, now = (frame.filter(pl.col("source") == OUTLET).drop(ORIGIN) for frame in (earlier[name], tables[name]))
        again = was.with_columns(pl.col("customer_id").str.replace("outlet-", "new-"))
        assert_frame_equal(now, pl.concat([was, again]), check_row_order=False)


@pytest.mark.usefixtures("before")
def test_a_run_that_is_killed_with_everything_around_it_is_made_good_by_the_next(sandbox: RunningSandbox) -> None:
    """It ends while its job takes in what was landed, without a word of farewell from any process; sources grow on."""
    jobs = sandbox.home / "databricks" / "work"
    earlier = len(list(jobs.glob("*/bronze.log")))
    sandbox.kill_in_the_middle("sandbox", "run", when=lambda: len(list(jobs.glob("*/bronze.log"))) > earlier)
    sandbox.command("sandbox", "run")
    facts, (population, generation) = sandbox.summary(CONTRACT.slug), population_of(sandbox.home)
    found = expectation.versions(population, CONTRACT, generation)
    assert facts["problems"] == []
    for source in SOURCES:
        expectation.require_books(found, facts["books"][source], source)
        new = found.filter(pl.col("generation") == generation, pl.col("source") == source)
        assert facts["books_in_run"][source]["extracted"] == new.height > 0, "what the killed run landed lands again"
    _require_tables(sandbox, sandbox.tables(CONTRACT), found)
