"""Extraction reads the sandbox's returns as they were made, and the rules find exactly the dirt that was put there."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from contracts.rules import Stage
from contracts.sources.database import DatabaseSource
from contracts.sources.files import FilesSource
from contracts.written_formats import written_format
from sandbox.generator.drop_places import DropFolder
from sandbox.generator.places import Places
from sandbox.generator.population import Population, SourceKind, source_of
from sandbox.generator.product_returns.growth import bring_returns_to
from sandbox.generator.product_returns.row_versions import block_truth, return_files, returns_truth
from tasks.extract.chunks import LOCATION, Window, as_chunk
from tasks.extract.database.rows import extract_database
from tasks.extract.files.rows import extract_file
from tasks.validate.rules import accepts
from tasks.validate.schema import landing_schema
from tasks.validate.split import REASONS, validate
from tests.packaged_contracts import RETURNS as CONTRACT
from tests.tasks.branch_file import fetched
from tests.tasks.store_database import StoreDatabase

NOW = datetime(2026, 11, 25, tzinfo=UTC)
POPULATION = Population(rows=60_000, seed=7, anchor=NOW)
DATABASE = cast(DatabaseSource, source_of(CONTRACT, SourceKind.DATABASE))
FILES = cast(FilesSource, source_of(CONTRACT, SourceKind.FILES))

every_source = pytest.mark.parametrize("kind", [SourceKind.DATABASE, SourceKind.FILES])


def _truth(kind: SourceKind) -> pl.DataFrame:
    return returns_truth(POPULATION, CONTRACT, kind, range(2)).with_row_index(LOCATION).cast({LOCATION: pl.String})


@every_source
def test_landing_rejects_the_rows_and_names_the_rules_that_were_made_to_break(kind: SourceKind) -> None:
    rows = _truth(kind)
    labels = [rule.label for rule in CONTRACT.rules_at(Stage.LANDING)]
    expected = rows.select(LOCATION, pl.col("broken_rules").list.set_intersection(labels).list.sort().alias(REASONS))
    chunk = as_chunk(CONTRACT, [pl.col(*CONTRACT.column_names, LOCATION)], rows)
    rejected = validate(chunk, landing_schema(CONTRACT, source_of(CONTRACT, kind), NOW.date())).rejected
    broken = expected.filter(pl.col(REASONS).list.len() > 0)
    assert broken.height > 20
    assert broken[LOCATION].to_list() == rows.filter(outcome="quarantined")[LOCATION].to_list()
    assert_frame_equal(rejected.select(LOCATION, pl.col(REASONS).list.sort()), broken)


@every_source
def test_every_rule_rejects_what_was_made_to_break_it(kind: SourceKind) -> None:
    rows, source = _truth(kind), source_of(CONTRACT, kind)
    for rule in CONTRACT.rules:
        format_ = written_format(CONTRACT.table.column(rule.column), source)
        verdict = pl.all_horizontal(accepts(check, pl.col(rule.column), format_, NOW.date()) for check in rule.checks)
        assert rows.filter(~verdict).equals(rows.filter(pl.col("broken_rules").list.contains(rule.label))), rule.label


def test_a_file_is_extracted_as_the_truth_says(tmp_path: Path) -> None:
    bring_returns_to(11, POPULATION, CONTRACT, Places(return_folder=DropFolder(tmp_path)))
    for file in (file for generation in range(12) for file in return_files(POPULATION, generation)):
        found = pl.concat(extract_file(CONTRACT, FILES, fetched(tmp_path / file.name))).select(CONTRACT.column_names)
        expected = block_truth(file.block, POPULATION, CONTRACT, file.words).select(CONTRACT.column_names)
        assert_frame_equal(found, expected)


@pytest.mark.services
def test_a_database_is_extracted_as_the_truth_says(store: StoreDatabase) -> None:
    store.run("DROP TABLE IF EXISTS public.returns, sandbox_return_generations")
    bring_returns_to(1, POPULATION, CONTRACT, Places(store_database_url=store.url))
    columns = CONTRACT.column_names
    found = pl.concat(extract_database(CONTRACT, DATABASE, store.url, Window())).select(columns)
    assert_frame_equal(found.sort("return_id"), _truth(SourceKind.DATABASE).select(columns).sort("return_id"))
    window = Window(since=POPULATION.starts_at(1))
    changed = pl.concat(extract_database(CONTRACT, DATABASE, store.url, window)).select(columns)
    expected = returns_truth(POPULATION, CONTRACT, SourceKind.DATABASE, range(1, 2)).select(columns)
    assert_frame_equal(changed.sort("return_id"), expected.sort("return_id"))
