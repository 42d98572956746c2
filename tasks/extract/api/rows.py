"""Extracts a JSON API's rows page by page, in order of change: nested fields flattened, values as the API writes them.

`tasks.extract.api.page` says what a page is. An item that cannot be read as columns is a row with its fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import polars as pl

from contracts.contract import Contract
from contracts.raw_layout import UNDECLARED
from tasks.extract.api.client import ApiClient
from tasks.extract.api.fields import FieldsMet
from tasks.extract.api.pages import read_pages
from tasks.extract.api.times import in_utc
from tasks.extract.chunks import CURSOR, Window, chunk_schema
from tasks.extract.undeclared import SCHEMA

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
    columns = {name: client.source.field(name) for name in contract.column_names}
    schema = pl.Schema(chunk_schema(contract) | {UNDECLARED: SCHEMA})
    waiting = [schema.to_frame()]
    if met:
        met.begin()
    for items in read_pages(client, window, columns):
        if met:
            met.add(items)
        waiting.append(_within(window, items.rows).select(schema.names()))
        if sum(rows.height for rows in waiting) >= chunk_rows:
            yield _chunk(waiting)
            waiting = [schema.to_frame()]
        if _is_beyond(window, items.rows):
            break
    if any(rows.height for rows in waiting):
        yield _chunk(waiting)


def _chunk(rows: list[pl.DataFrame]) -> pl.DataFrame:
    chunk = pl.concat(rows)
    return chunk if chunk[UNDECLARED].count() else chunk.drop(UNDECLARED)


def _within(window: Window, rows: pl.DataFrame) -> pl.DataFrame:
    time = pl.col(CURSOR)
    if window.since:
        rows = rows.filter(time.is_null() | (time >= in_utc(window.since)))
    return rows.filter(time.is_null() | (time < in_utc(window.until))) if window.until else rows


def _is_beyond(window: Window, rows: pl.DataFrame) -> bool:
    """Whether nothing of the window can follow the page: pages are in order of change.

    One item ahead of the window may be an odd one, so all that have a time must be.
    """
    least = rows[CURSOR].min()
    return window.until is not None and isinstance(least, datetime) and least >= in_utc(window.until)
