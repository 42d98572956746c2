"""Keys that lie in buckets on disk are found again by what they mean, and missed when they are not there."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from tasks.extract.keys import MEANING
from tasks.land.key_buckets import BUCKETS, KeyBuckets, gone

COLUMNS = ("id", "shop")
MEANINGS = [pl.col(name).str.strip_chars().alias(MEANING + name) for name in COLUMNS]


def _keys(*rows: tuple[str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String()), orient="row")


def _gone(folder: Path, known: list[pl.DataFrame], present: list[pl.DataFrame]) -> list[tuple[str | None, ...]]:
    sets = []
    for name, frames in (("known", known), ("present", present)):
        buckets = KeyBuckets(folder / name, COLUMNS, MEANINGS)
        for frame in frames:
            buckets.add(frame)
        sets.append(buckets)
    found = [gone(*(buckets.bucket(number) for buckets in sets)).select(COLUMNS) for number in range(BUCKETS)]
    return pl.concat(found).sort(COLUMNS).rows()


@pytest.mark.parametrize(
    ("known", "present", "found"),
    [
        ([], [], []),
        ([_keys(("1", "a"))], [], [("1", "a")]),
        ([_keys(("1", "a"), ("2", "a"))], [_keys(("1", "b"), ("2", "a"))], [("1", "a")]),
        ([_keys((" 1", "a"))], [_keys(("1", "a "))], []),
        ([_keys(("1", "a"))], [_keys((" 1", "b")), _keys(("1", "a"))], []),
        (
            [_keys((None, "a"), ("1", None), (None, None))],
            [_keys((None, "a"), ("1", "a"))],
            [(None, None), ("1", None)],
        ),
        ([_keys(("1", "a")), _keys((" 1 ", "a"))], [], [("1", "a")]),
    ],
)
def test_what_is_known_and_not_present_is_gone_once(
    tmp_path: Path, known: list[pl.DataFrame], present: list[pl.DataFrame], found: list[tuple[str | None, ...]]
) -> None:
    assert _gone(tmp_path, known, present) == found


def test_many_keys_are_spread_over_the_buckets(tmp_path: Path) -> None:
    buckets = KeyBuckets(tmp_path, COLUMNS, MEANINGS)
    for start in range(0, 10_000, 1000):
        buckets.add(_keys(*((str(n), "a") for n in range(start, start + 1000))).with_columns(more=pl.lit(1)))
    sizes = [buckets.bucket(number).height for number in range(BUCKETS)]
    assert sum(sizes) == 10_000
    assert max(sizes) < 400
