"""Whatever the clocks of an API say, each version of each item is landed once, and the watermark waits for the rest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from contracts.contract import Contract
from contracts.reader import read_contract
from tasks.extract.api.client import RetryPolicy
from tasks.land.raw_container import RawContainer
from tests.contracts.documents import document, written
from tests.tasks.ingestions import from_source, landed_rows
from tests.tasks.scripted_api import Answer, answer, item, serve
from tests.tasks.spoiled_api import Item, SpoiledApi, rows_of

pytestmark = pytest.mark.services

SOURCE = "customers-api"
QUICK = RetryPolicy(first_wait_seconds=0.01, pace_seconds=0)
DAY_AND_MORE = timedelta(hours=26)
LITTLE = timedelta(minutes=7)


def _written(time: datetime) -> str:
    return f"{time.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def _dated(shop: Answer, ahead: timedelta) -> Answer:
    """The same answers, whose `Date` is so far ahead of this machine's time."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        date = format_datetime(datetime.now(UTC) + ahead, usegmt=True)
        handler.date_time_string = lambda _timestamp=None: date  # type: ignore[method-assign]
        shop(handler)

    return send


def _sorted(rows: Sequence[dict[str, str]]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.parametrize("ahead", [-DAY_AND_MORE, -LITTLE, LITTLE, DAY_AND_MORE], ids=str)
def test_nothing_is_lost_between_loads_where_an_api_s_clock_differs(
    contract: Contract, raw: RawContainer, ahead: timedelta
) -> None:
    """The API dates its items by its own clock, one of them odd; some come late, some change from load to load."""
    began = datetime.now(UTC)
    shop = SpoiledApi([item(0, "2099-01-01T00:00:00.000000Z")], share=0, seed=0)
    with serve(_dated(shop, ahead)) as api:
        for load in range(3):
            now = began + load * timedelta(minutes=5)
            shop.items += [
                item(10 * load + 1, _written(now + ahead - timedelta(minutes=9))),
                item(10 * load + 2, _written(now + ahead - timedelta(minutes=1))),
                item(1, _written(now + ahead)),
            ]
            shop.items.sort(key=lambda one: str(one["updatedAt"]))
            ingest = from_source(contract, SOURCE, api.url, credentials={"key": "key"}, retries=QUICK, now=now)
            (report,) = ingest(raw)
            watermark = report.manifest.read_so_far.watermark
            assert watermark is None or watermark <= min(now, now + ahead)
            assert _sorted(landed_rows(raw, SOURCE)) == _sorted(rows_of(shop.items))
            assert ingest(raw) == []


def _shifting_shop(items: list[Item], moved: Item, ahead: timedelta) -> Answer:
    """The items in pages by number; once the second page was answered, the first item changes and goes to the end."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        number = int(dict(parse_qsl(urlsplit(handler.path).query))["page"])
        answer({"data": items[(number - 1) * 2 : number * 2]})(handler)
        if number == 2 and not moved:
            moved.update(items.pop(0) | {"updatedAt": _written(datetime.now(UTC) + ahead), "product": "moved"})
            items.append(moved)

    return send


@pytest.mark.parametrize("of_answers", [-DAY_AND_MORE, DAY_AND_MORE], ids=str)
@pytest.mark.parametrize("ahead", [-DAY_AND_MORE, DAY_AND_MORE], ids=str)
def test_no_row_is_lost_between_pages_that_shift_whatever_the_api_s_clocks_say(
    raw: RawContainer, tmp_path: Path, ahead: timedelta, of_answers: timedelta
) -> None:
    content = document()
    content["servers"][1]["customProperties"].append(
        {"property": "paging", "value": {"type": "page", "sizeParameter": "size"}}
    )
    contract = read_contract(written(tmp_path, content))
    began = datetime.now(UTC)
    items = [item(number, _written(began - timedelta(days=30) + timedelta(hours=number))) for number in range(10)]
    moved: Item = {}
    expected = rows_of(items)
    with serve(_dated(_shifting_shop(items, moved, ahead), of_answers)) as api:
        ingest = from_source(contract, SOURCE, api.url, credentials={"key": "key"}, retries=QUICK, now=began)
        (report,) = ingest(raw)
        assert ingest(raw) == []
    assert report.manifest.rows.landed == 11
    assert _sorted(landed_rows(raw, SOURCE)) == _sorted([*expected, *rows_of([moved])])
