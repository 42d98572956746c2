from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sandbox.generator.draws import Draws

SEEDS = st.integers(min_value=0, max_value=2**31)


@given(seed=SEEDS, split=st.integers(min_value=0, max_value=1000))
def test_a_row_draws_the_same_alone_in_a_block_and_in_any_order(seed: int, split: int) -> None:
    rows = np.arange(1000)
    whole = Draws(seed, rows).bits("amount")
    parts = [Draws(seed, part).bits("amount") for part in (rows[:split], rows[split:])]
    assert np.array_equal(whole, np.concatenate(parts))
    assert np.array_equal(whole[::-1], Draws(seed, rows[::-1]).bits("amount"))


def test_streams_and_seeds_draw_differently() -> None:
    rows = np.arange(1000)
    drawn = [Draws(1, rows).bits("a"), Draws(1, rows).bits("b"), Draws(2, rows).bits("a")]
    assert len(np.unique(np.concatenate(drawn))) == 3000


def test_draws_are_known_numbers_for_ever() -> None:
    draws = Draws(42, np.array([0, 1, 2**40]))
    assert draws.below("amount", 1000).tolist() == [550, 65, 517]
    assert draws.uniform("amount").tolist() == [bits // 2**11 / 2**53 for bits in draws.bits("amount").tolist()]


def test_draws_are_even_over_their_range() -> None:
    drawn = Draws(7, np.arange(100_000)).below("city", 10)
    expected, five_sigma = 10_000, 5 * (100_000 * 0.1 * 0.9) ** 0.5
    assert set(drawn.tolist()) == set(range(10))
    assert np.all(np.abs(np.bincount(drawn) - expected) < five_sigma)


def test_a_share_of_rows_is_hit() -> None:
    draws = Draws(7, np.arange(100_000))
    assert abs(draws.hits("dirt", 0.02).sum() - 2000) < 5 * (100_000 * 0.02 * 0.98) ** 0.5
    assert not draws.hits("dirt", 0.0).any()
    assert draws.hits("dirt", 1.0).all()
