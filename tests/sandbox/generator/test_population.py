from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.generator.population import GENERATION_STEP, Population, SourceKind

ANCHOR = datetime(2026, 11, 25, 13, 45, tzinfo=UTC)
KINDS = st.sampled_from(SourceKind)
ROWS = st.integers(min_value=1, max_value=50_000_000)
GENERATIONS = st.integers(min_value=0, max_value=500)


def test_generations_follow_each_other_and_end_before_the_anchor() -> None:
    population = Population(1000, 1, ANCHOR)
    starts = [population.starts_at(generation) for generation in range(721)]
    assert starts[0] == datetime(2021, 10, 27, tzinfo=UTC)
    assert starts[1] == datetime(2026, 10, 26, tzinfo=UTC)
    assert {later - earlier for earlier, later in pairwise(starts[1:])} == {GENERATION_STEP}
    assert starts[-1] + GENERATION_STEP <= ANCHOR


def test_the_anchors_time_zone_does_not_matter() -> None:
    local = ANCHOR.astimezone(timezone(timedelta(hours=-3)))
    assert Population(5, 1, local).starts_at(3) == Population(5, 1, ANCHOR).starts_at(3)


@pytest.mark.parametrize(("rows", "new", "corrected"), [(20, 20, 5), (20_000, 200, 100), (5_000_000, 50_000, 25_000)])
def test_growth_is_a_small_part_of_the_first_seeding(rows: int, new: int, corrected: int) -> None:
    sequence = Population(rows, 1, ANCHOR).sequence(SourceKind.DATABASE, 3)
    assert (sequence.first_row, sequence.new, sequence.corrected) == (rows + 2 * new, new, corrected)


@pytest.mark.parametrize("generation", [0, 1, 7])
@pytest.mark.parametrize("kind", list(SourceKind))
def test_empty_sources_stay_empty(kind: SourceKind, generation: int) -> None:
    assert Population(0, 1, ANCHOR).sequence(kind, generation).length == 0


def test_files_correct_their_first_generation_and_the_other_sources_do_not() -> None:
    population = Population(1000, 1, ANCHOR)
    corrected = {kind: population.sequence(kind, 0).corrected for kind in SourceKind}
    assert corrected == {SourceKind.DATABASE: 0, SourceKind.API: 0, SourceKind.FILES: 20}


@given(kind=KINDS, rows=ROWS, generation=GENERATIONS, seed=st.integers(min_value=0))
def test_corrections_concern_different_purchases_that_are_there(
    kind: SourceKind, rows: int, generation: int, seed: int
) -> None:
    sequence = Population(rows, seed, ANCHOR).sequence(kind, generation)
    positions = np.arange(sequence.new, min(sequence.length, sequence.new + 5000))
    corrected = sequence.rows(positions, seed, "corrected")
    assert len(np.unique(corrected)) == len(positions)
    assert np.all((corrected >= 0) & (corrected < sequence.correctable))
    kept_versions = kind is SourceKind.FILES
    assert sequence.correctable == sequence.first_row + (sequence.new if kept_versions else 0)


@given(rows=ROWS, generation=GENERATIONS)
def test_new_rows_continue_where_the_generation_before_ended(rows: int, generation: int) -> None:
    population = Population(rows, 1, ANCHOR)
    first = population.sequence(SourceKind.API, generation)
    second = population.sequence(SourceKind.API, generation + 1)
    assert second.first_row == first.first_row + first.new
    edges = np.array([first.first_row, second.first_row - 1, second.first_row])
    assert population.generation_of(edges).tolist() == [generation, generation, generation + 1]
