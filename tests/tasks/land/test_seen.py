"""A version of a row is landed once, however often the overlap brings it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from tasks.extract.chunks import CURSOR, CURSOR_TYPE, KEY
from tasks.land.seen import SeenVersions

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
OVERLAP = timedelta(minutes=10)

Version = tuple[str | None, datetime | None]


def _versions(*versions: Version) -> pl.DataFrame:
    return pl.DataFrame(list(versions), schema={KEY: pl.String(), CURSOR: CURSOR_TYPE}, orient="row")


def _at(minute: float) -> datetime:
    return NOW - timedelta(hours=5) + timedelta(minutes=minute)


def _seen(watermark: datetime | None = None) -> SeenVersions:
    return SeenVersions(overlap=OVERLAP, latest_possible=NOW, watermark=watermark)


def _later(seen: SeenVersions) -> SeenVersions:
    """What the next load knows."""
    later = _seen(seen.watermark)
    later.load(seen.to_parquet())
    return later


def test_seen_versions_are_left_out_and_the_others_keep_their_order() -> None:
    seen = _seen()
    seen.remember(_versions(("a", _at(0)), ("b", _at(1)), (None, _at(1))), advance=True)
    again = _versions(("c", _at(2)), ("b", _at(1)), ("a", _at(2)), (None, _at(1)), ("b", _at(0)))
    assert _later(seen).unseen(again).rows() == [("c", _at(2)), ("a", _at(2)), ("b", _at(0))]


def test_watermark_is_the_latest_change_and_never_goes_back() -> None:
    seen = _seen()
    assert seen.horizon is None
    seen.remember(_versions(("a", _at(5)), ("b", _at(3))), advance=True)
    seen.remember(_versions(("c", _at(4))), advance=True)
    assert seen.watermark == _at(5)
    assert seen.horizon == _at(5) - OVERLAP


def test_watermark_does_not_follow_a_time_in_the_future() -> None:
    seen = _seen()
    seen.remember(_versions(("a", NOW + timedelta(days=365))), advance=True)
    assert seen.watermark == NOW
    assert _later(seen).unseen(_versions(("a", NOW + timedelta(days=365)))).is_empty()


def test_a_backfill_is_remembered_without_moving_the_watermark() -> None:
    seen = _seen(watermark=_at(0))
    seen.remember(_versions(("a", _at(5))), advance=False)
    assert seen.watermark == _at(0)
    assert _later(seen).unseen(_versions(("a", _at(5)))).is_empty()


def test_versions_behind_the_overlap_are_forgotten_and_timeless_ones_never() -> None:
    seen = _seen()
    seen.remember(_versions(("old", _at(0)), ("timeless", None)), advance=True)
    seen.remember(_versions(("new", _at(60))), advance=True)
    kept = _later(seen)
    assert kept.unseen(_versions(("old", _at(0)), ("timeless", None), ("new", _at(60)))).rows() == [("old", _at(0))]


minutes = st.integers(0, 60)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), minutes, st.integers(0, 10)), max_size=30), st.lists(minutes, max_size=6)
)
def test_every_version_is_landed_once_if_it_commits_within_the_overlap(
    changes: list[tuple[str, int, int]], reads: list[int]
) -> None:
    """A change is made at a minute and becomes visible minutes later; loads read at some minutes and at last."""
    versions = {(key, _at(made)): _at(made + delay) for key, made, delay in changes}
    landed: list[Version] = []
    seen = _seen()
    for read in [*sorted(reads), 120]:
        visible = [version for version, since in versions.items() if since <= _at(read)]
        window = sorted(version for version in visible if seen.horizon is None or version[1] >= seen.horizon)
        new = seen.unseen(_versions(*window))
        seen.remember(new, advance=True)
        landed += new.rows()
        seen = _later(seen)
    assert sorted(landed) == sorted(versions)
