"""A reading that the source stops is landed in smaller windows, each a load, none of its rows twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from contracts.contract import Contract
from contracts.reader import read_contract
from tasks.errors import ReadingStopped
from tasks.extract.chunks import Window
from tasks.land.raw_container import RawContainer
from tasks.land.windows import MOST_STOPS, Windows
from tests.contracts.diff.edits import custom
from tests.contracts.documents import document, written
from tests.tasks.ingestions import NOW, from_source, landed
from tests.tasks.store_database import StoreDatabase

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
# not volatile, so that it is called for no row outside of the window
_SLOW = """
CREATE OR REPLACE FUNCTION slowly(n bigint) RETURNS text STABLE LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_sleep(0.04);
    RETURN n::text;
END $$
"""
IN_A_HURRY = "?options=-c%20statement_timeout%3D400"


def _read(windows: Windows, longest: timedelta, last: datetime) -> list[Window]:
    """The windows that a source gives which stops longer ones."""
    read = []
    while window := windows.current:
        if (min(window.until or last, last) - max(window.since or FIRST, FIRST)) > longest:
            assert windows.narrow()
            continue
        read.append(window)
        windows.advance()
    return read


def test_windows_follow_each_other_without_a_gap_and_end_as_the_whole() -> None:
    last = FIRST + 8 * HOUR
    read = _read(Windows(Window(), lambda _: (FIRST, last)), 2 * HOUR, last)
    ends = [FIRST + n * HOUR for n in (2, 4, 6, 8)]
    assert read == [
        Window(until=ends[0]),
        *(Window(since=since, until=until) for since, until in pairwise(ends)),
        Window(since=ends[-1]),
    ]


def test_a_whole_that_is_not_stopped_is_read_at_once() -> None:
    whole = Window(since=FIRST)
    assert _read(Windows(whole, None), HOUR, FIRST + HOUR) == [whole]


@pytest.mark.parametrize("span", [None, lambda _: None, lambda _: (FIRST, FIRST)])
def test_what_has_no_length_cannot_be_halved(span: object) -> None:
    assert not Windows(Window(), span).narrow()  # type: ignore[arg-type]


def test_a_source_that_stops_every_window_is_not_asked_for_ever() -> None:
    windows = Windows(Window(), lambda _: (FIRST, FIRST + HOUR))
    assert [windows.narrow() for _ in range(MOST_STOPS + 1)] == [True] * MOST_STOPS + [False]


def _slow(tmp_path: Path, look_back: bool = False) -> Contract:
    content = document()
    custom("servers.store-database", "table", "public.slow")(content)
    if look_back:
        custom("servers.store-database", "lookBack", {"days": 31})(content)
    return read_contract(written(tmp_path, content))


def _make_slow(store: StoreDatabase, rows: int) -> None:
    """A view that takes 40 ms for a row."""
    for n in range(rows):
        store.add(n, f"2026-01-{n + 1:02d}Z")
    store.run("ALTER TABLE purchases ALTER updated_at DROP NOT NULL")
    store.add(100, "", updated_at="NULL")
    store.run("ALTER TABLE purchases RENAME product TO written_product")
    store.run(_SLOW)
    store.run("CREATE VIEW slow AS SELECT *, slowly(purchase_id) AS product FROM purchases")


@pytest.mark.services
def test_a_reading_that_a_database_cancels_is_landed_by_smaller_windows(
    tmp_path: Path, store: StoreDatabase, raw: RawContainer
) -> None:
    contract = _slow(tmp_path)
    _make_slow(store, 20)
    ingest = from_source(contract, "store-database", store.url + IN_A_HURRY)
    reports = ingest(raw)
    assert len(reports) >= 2
    assert landed(raw, "store-database") == {**{f"C{n}": 1 for n in range(20)}, "C100": 1}
    assert reports[-1].manifest.read_so_far.watermark == datetime(2026, 1, 20, tzinfo=UTC)
    assert ingest(raw) == []


@pytest.mark.services
def test_a_look_back_that_a_database_cancels_is_noted_when_all_of_it_is_read(
    tmp_path: Path, store: StoreDatabase, raw: RawContainer
) -> None:
    contract = _slow(tmp_path, look_back=True)
    _make_slow(store, 20)
    from_source(contract, "store-database", store.url)(raw)
    store.add(200, "2026-01-01 12:00Z")
    store.add(201, "2026-01-18 12:00Z")
    later = from_source(contract, "store-database", store.url + IN_A_HURRY, now=NOW + timedelta(days=1))
    reports = later(raw)
    assert sum(report.manifest.read_so_far.late.rows for report in reports) == 2
    assert later(raw) == []
    assert landed(raw, "store-database") == {**{f"C{n}": 1 for n in range(20)}, "C100": 1, "C200": 1, "C201": 1}


@pytest.mark.services
def test_a_single_row_that_takes_too_long_is_told(tmp_path: Path, store: StoreDatabase, raw: RawContainer) -> None:
    contract = _slow(tmp_path)
    _make_slow(store, 2)
    with pytest.raises(ReadingStopped, match=r"query_canceled \(SQLSTATE 57014\)"):
        from_source(contract, "store-database", f"{store.url}?options=-c%20statement_timeout%3D30")(raw)
    assert list(raw.names("")) == []
