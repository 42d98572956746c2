"""Extracts a JSON API's rows page by page, in order of change: nested fields flattened, values as the API writes them.

`tasks.extract.api.page` says what a page is. An item that cannot be read as columns is a row with its fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from tasks.extract.api.client import ApiClient
from tasks.extract.api.fields import FieldsMet
from tasks.extract.api.items import ReadItem
from tasks.extract.api.pages import read_pages
from tasks.extract.api.times import in_utc
from tasks.extract.chunks import CURSOR, FAULT, KEY, LOCATION, SOURCE_TEXT, Window, chunk_schema

CHUNK_ROWS = 50_000


def extract_api(
    contract: Contract, client: ApiClient, window: Window, met: FieldsMet | None = None, chunk_rows: int = CHUNK_ROWS
) -> Iterator[pl.DataFrame]:
    """Chunks of the items whose last change lies in the window; `met` gets to know every item that was read.

    Items whose time of change cannot be read have no place in time and count as within the window, and so do all of a
    source that tells no such times. Of `chunk_rows` rows or somewhat more is each chunk but the last.

    Raises:
        SourceUnavailable: the API cannot be reached or keeps failing until the deadline.
        AccessRefused: it rejects the credentials.
        MisconfiguredError: it cannot be asked.
        StructureError: a page is not what the contract says, or there is no end of pages without news.
    """
    source, rows = client.source, list[dict[str, Any]]()
    fields = {name: source.field(name) for name in contract.column_names}
    if met:
        met.begin()
    for items in read_pages(client, window, fields.values()):
        if met:
            met.add(items)
        rows += [_row(source, item, fields) for item in items if _is_within(window, item)]
        if len(rows) >= chunk_rows:
            yield pl.DataFrame(rows, schema=chunk_schema(contract))
            rows = []
        if _is_beyond(window, items):
            break
    if rows:
        yield pl.DataFrame(rows, schema=chunk_schema(contract))


def _row(source: ApiSource, item: ReadItem, fields: dict[str, str]) -> dict[str, Any]:
    has_key = item.values.get(source.key_field)
    return {
        **{name: item.values.get(field) for name, field in fields.items()},
        KEY: item.key,
        CURSOR: item.changed_at,
        LOCATION: f"{source.key_field} {item.key}" if has_key else f"item {item.key}",
        FAULT: "; ".join(item.faults) or None,
        SOURCE_TEXT: item.text if item.faults else None,
    }


def _is_within(window: Window, item: ReadItem) -> bool:
    time = item.changed_at
    if time is None:
        return True
    is_after = window.since is None or time >= in_utc(window.since)
    return is_after and (window.until is None or time < in_utc(window.until))


def _is_beyond(window: Window, items: list[ReadItem]) -> bool:
    """Whether nothing of the window can follow the page: pages are in order of change.

    One item ahead of the window may be an odd one, so all that have a time must be.
    """
    if window.until is None:
        return False
    until, times = in_utc(window.until), [item.changed_at for item in items if item.changed_at]
    return bool(times) and min(times) >= until
