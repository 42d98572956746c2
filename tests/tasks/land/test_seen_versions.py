"""A version of a row is landed once, however often the overlap brings it back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.extract.chunks import CURSOR, CURSOR_TYPE, KEY, LOCATION
from tasks.land.seen_versions import SeenVersions

NOW = datetime(2026, 2, 1, 12, tzinfo=UTC)
OVERLAP = timedelta(minutes=10)

Version = tuple[str | None, datetime | None] | tuple[str | None, datetime | None, str]


def _versions(*versions: Version) -> pl.DataFrame:
    rows = [(key, cursor, *(content or ("x",))) for key, cursor, *content in versions]
    return pl.DataFrame(rows, schema={KEY: pl.String(), CURSOR: CURSOR_TYPE, "value": pl.String()}, orient="row")


def _rows(frame: pl.DataFrame) -> list[tuple[object, ...]]:
    return frame.select(KEY, CURSOR).rows()


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
    assert _later(seen).unseen(again).pipe(_rows) == [("c", _at(2)), ("a", _at(2)), ("b", _at(0))]


@pytest.mark.parametrize("key", ["a", None])
@pytest.mark.parametrize("time", [_at(0), None])
def test_another_content_is_another_version_even_of_the_same_time(key: str | None, time: datetime | None) -> None:
    seen = _seen()
    seen.remember(_versions((key, time, "10")), advance=True)
    again = _versions((key, time, "10"), (key, time, "20"))
    assert _later(seen).unseen(again).rows() == [(key, time, "20")]


def test_a_row_that_returns_to_what_it_said_before_is_a_new_version() -> None:
    seen = _seen()
    for content in ("10", "20", "10"):
        chunk = _versions(("a", _at(0), content), ("b", _at(0), "1"), ("b", _at(0), "2"))
        assert seen.unseen(chunk).rows()[:1] == [("a", _at(0), content)]
        seen.remember(chunk, advance=True)
        seen = _later(seen)
        assert seen.unseen(chunk).is_empty()


def test_where_a_row_was_found_is_no_part_of_its_version() -> None:
    seen = _seen()
    seen.remember(_versions(("a", _at(0))).with_columns(pl.lit("page 1").alias(LOCATION)), advance=True)
    again = _versions(("a", _at(0))).with_columns(pl.lit("page 2").alias(LOCATION))
    assert _later(seen).unseen(again).is_empty()


def test_what_was_recorded_without_contents_is_landed_once_more() -> None:
    recorded = BytesIO()
    _versions(("a", _at(0))).select(KEY, CURSOR).write_parquet(recorded)
    seen = _seen()
    seen.load(recorded.getvalue())
    assert seen.unseen(_versions(("a", _at(0)))).pipe(_rows) == [("a", _at(0))]


def test_a_watermark_in_the_first_year_has_a_horizon() -> None:
    first = datetime(1, 1, 1, tzinfo=UTC)
    assert _seen(watermark=first).horizon == first


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
    assert seen.watermark is None
    seen.remember(_versions(("a", _at(0)), ("b", NOW + timedelta(days=365))), advance=True)
    assert seen.watermark == _at(0)
    assert _later(seen).unseen(_versions(("a", NOW + timedelta(days=365)))).is_empty()


def test_a_backfill_is_remembered_without_moving_the_watermark() -> None:
    seen = _seen(watermark=_at(0))
    seen.remember(_versions(("a", _at(5))), advance=False)
    assert seen.watermark == _at(0)
    assert _later(seen).unseen(_versions(("a", _at(5)))).is_empty()


def test_of_a_backfill_no_more_is_kept_than_the_next_load_may_meet() -> None:
    seen = _seen(watermark=_at(60))
    for minute in range(0, 70, 2):
        seen.remember(_versions(("a", _at(minute))), advance=False)
    kept = _later(seen).unseen(_versions(*(("a", _at(minute)) for minute in range(0, 70, 2))))
    assert kept[CURSOR].to_list() == [_at(minute) for minute in range(0, 50, 2)]
    assert sum(map(len, seen._recent)) == 10


def test_versions_behind_the_overlap_are_forgotten_and_timeless_ones_never() -> None:
    seen = _seen()
    seen.remember(_versions(("old", _at(0)), ("timeless", None)), advance=True)
    seen.remember(_versions(("new", _at(60))), advance=True)
    kept = _later(seen)
    assert kept.unseen(_versions(("old", _at(0)), ("timeless", None), ("new", _at(60)))).pipe(_rows) == [
        ("old", _at(0))
    ]


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
        landed += [(key, cursor) for key, cursor, _ in new.rows()]
        seen = _later(seen)
    assert sorted(landed) == sorted(versions)
