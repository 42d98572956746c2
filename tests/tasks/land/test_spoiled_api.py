"""An API that spoils its answers is landed as if it had not: each item once, as it was written."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler

import pytest

from contracts.contract import Contract
from tasks.errors import SourceUnavailable, StructureError
from tasks.extract.api.client import RetryPolicy
from tasks.land.manifests import LoadRows
from tasks.land.raw_container import RawContainer
from tests.tasks.ingestions import contents, from_api, landed_rows
from tests.tasks.scripted_api import Answer, answer, item, page, serve
from tests.tasks.spoiled_api import PAGE_ITEMS, STALL_SECONDS, SpoiledApi, rows_of

pytestmark = pytest.mark.services

PAGES = 200
PATIENT = RetryPolicy(
    deadline_seconds=60,
    read_seconds=STALL_SECONDS / 2,
    first_wait_seconds=0.01,
    longest_wait_seconds=0.05,
    pace_seconds=0,
)
BRIEF = RetryPolicy(
    deadline_seconds=0.5, read_seconds=0.2, first_wait_seconds=0.01, longest_wait_seconds=0.05, pace_seconds=0
)


def _items(first: int, count: int, day: int) -> list[dict[str, object]]:
    """Items in order of change, four of them in the same second."""
    times = [f"2026-01-{day:02}T{n // 4 // 60:02}:{n // 4 % 60:02}:00.000000Z" for n in range(count)]
    return [
        item(first + n, time, product=f"TV {n}\t“é”", purchasedOn=f"2025-12-{n % 28 + 1:02}")
        for n, time in enumerate(times)
    ]


def test_an_api_that_spoils_a_tenth_of_its_answers_is_landed_as_if_it_had_not(
    contract: Contract, raw: RawContainer
) -> None:
    shop = SpoiledApi(_items(0, PAGES * PAGE_ITEMS, day=1), share=0.1, seed=7)
    with serve(shop) as api:
        ingest = from_api(contract, api.url, PATIENT)
        assert [report.manifest.rows.landed for report in ingest(raw)] == [PAGES * PAGE_ITEMS]
        assert landed_rows(raw, "customers-api") == rows_of(shop.items)
        shop.items += _items(7, 50, day=2)
        assert [report.manifest.rows.landed for report in ingest(raw)] == [50]
        assert ingest(raw) == []
    assert landed_rows(raw, "customers-api") == rows_of(shop.items)
    assert min(shop.spoiled.values()) >= 1
    assert len(shop.spoiled) == 10
    assert PAGES * 0.05 < shop.spoiled.total() < PAGES * 0.2


def _failing_from_page_3(shop: Answer, failing: Answer) -> Answer:
    def send(handler: BaseHTTPRequestHandler) -> None:
        is_good = "cursor=" not in handler.path or handler.path.endswith(f"cursor={PAGE_ITEMS}")
        (shop if is_good else failing)(handler)

    return send


@pytest.mark.parametrize(
    ("failing", "error", "told"),
    [
        (answer({}, 503), SourceUnavailable, r"gave no good answer within 0\.5 s: .*; run again when"),
        (answer(b"<html>busy</html>"), SourceUnavailable, r"gave no good answer within 0\.5 s: .*; run again when"),
        (answer(b'{"data": ["say "hi""]}'), StructureError, "page 3 of customers-api is not JSON, 3 times in a row"),
        (answer({"error": "expired"}, 410), StructureError, r"rejects a cursor .*: expired\), 6 times in one extract"),
        (page(next_cursor="10"), StructureError, "page 3 of customers-api repeats an earlier next_cursor"),
    ],
    ids=["always busy", "always HTML", "always broken", "its cursor refused", "its cursor a loop"],
)
def test_a_page_that_keeps_failing_ends_the_source_and_what_was_landed_stands(
    contract: Contract, raw: RawContainer, failing: Answer, error: type[Exception], told: str
) -> None:
    shop = SpoiledApi(_items(0, 3 * PAGE_ITEMS, day=1), share=0, seed=0)
    with serve(shop) as api:
        ingest = from_api(contract, api.url, BRIEF)
        ingest(raw)
        before = contents(raw)
        shop.items += _items(3, 10 * PAGE_ITEMS, day=2)
        api.script[:] = [_failing_from_page_3(shop, failing)]
        with pytest.raises(error, match=told):
            ingest(raw)
        assert contents(raw) == before
        api.script[:] = [shop]
        (report,) = ingest(raw)
        assert report.manifest.rows == LoadRows(extracted=10 * PAGE_ITEMS, landed=10 * PAGE_ITEMS)
        assert ingest(raw) == []
    assert landed_rows(raw, "customers-api") == rows_of(shop.items)
