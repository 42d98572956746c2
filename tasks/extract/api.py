"""Extracts a JSON API's rows page by page, in order of change: nested fields flattened, values as the API writes them.

A page is `{"data": [objects], "next_cursor": "…" | null}`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from contracts.contract import Contract
from contracts.sources import ApiSource
from tasks.errors import StructureError
from tasks.extract.api_client import ApiClient
from tasks.extract.chunks import CURSOR, KEY, LOCATION, Window, as_chunk, rfc3339
from tasks.extract.values import read_timestamp

Item = dict[str, Any]

CHUNK_ROWS = 50_000


def extract_api(contract: Contract, client: ApiClient, window: Window) -> Iterator[pl.DataFrame]:
    """Chunks of the items whose last change lies in the window.

    Items whose time of change cannot be read have no place in time and count as within the window.

    Raises:
        SourceUnavailable: the API cannot be reached or keeps failing until the deadline.
        AccessRefused: it rejects the key.
        StructureError: a page or its items are not what the contract says.
    """
    pages = (items for items in read_pages(client, window) if items)
    frames: list[pl.DataFrame] = []
    for items in _with_all_fields(contract, client.source, pages):
        frame = _frame(contract, client.source, items)
        frames.append(frame.filter(pl.col(CURSOR).is_null() | _within(window)))
        if sum(frame.height for frame in frames) >= CHUNK_ROWS:
            yield pl.concat(frames)
            frames = []
        if window.until and frame.select((pl.col(CURSOR) >= window.until).any()).item():
            break  # pages are in order of change: nothing of the window can follow
    if frames:
        yield pl.concat(frames)


def read_pages(client: ApiClient, window: Window) -> Iterator[list[Item]]:
    """The items of each page, from the window's start on.

    Raises:
        StructureError: a page is not one, or its cursor leads back to an earlier page.
    """
    source = client.source
    parameters = {"limit": str(source.page_rows)}
    if window.since:
        parameters["updated_since"] = rfc3339(window.since)
    cursors: set[str] = set()
    while True:
        where = f"page {len(cursors) + 1} of {source.name}"
        items, cursor = _items_and_cursor(client.get(parameters), where)
        yield items
        if cursor is None:
            return
        if cursor in cursors:
            raise StructureError(f"{where} repeats an earlier next_cursor, so that reading would never end")
        cursors.add(cursor)
        parameters["cursor"] = cursor


def _items_and_cursor(page: object, where: str) -> tuple[list[Item], str | None]:
    if not isinstance(page, dict) or not {"data", "next_cursor"} <= page.keys():
        raise StructureError(f"{where} is not an object with data and next_cursor")
    items, cursor = page["data"], page["next_cursor"]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise StructureError(f"data of {where} is not a list of objects")
    if not (cursor is None or (isinstance(cursor, str) and cursor)):
        raise StructureError(f"next_cursor of {where} is neither null nor a text")
    return items, cursor


def _with_all_fields(contract: Contract, source: ApiSource, pages: Iterable[list[Item]]) -> Iterator[list[Item]]:
    """The pages, if each of the contract's fields is in some item of the first: a renamed field is no missing value."""
    for number, items in enumerate(pages):
        if number == 0:
            required = {source.field(name) for name in contract.column_names if name not in source.optional_columns}
            paths = required | {source.key_field, source.cursor_field}
            absent = [path for path in sorted(paths) if not any(_has(item, path) for item in items)]
            if absent:
                raise StructureError(
                    f"no item of {source.name} has {', '.join(absent)}; mend the contract's fieldPaths"
                )
        yield items


def _has(item: object, path: str) -> bool:
    for part in path.split("."):
        if not isinstance(item, dict) or part not in item:
            return False
        item = item[part]
    return True


def _frame(contract: Contract, source: ApiSource, items: list[Item]) -> pl.DataFrame:
    fields = {name: source.field(name) for name in contract.column_names}
    key, cursor = source.key_field, source.cursor_field
    rows = _flattened(source, items, {*fields.values(), key, cursor})
    columns = [pl.col(path).alias(name) for name, path in fields.items()]
    columns += [pl.col(key).alias(KEY), read_timestamp(pl.col(cursor), source.timestamp_format).alias(CURSOR)]
    columns += [pl.format(f"{key} {{}}", key).alias(LOCATION)]
    return as_chunk(contract, columns, rows)


def _flattened(source: ApiSource, items: list[Item], paths: set[str]) -> pl.DataFrame:
    schema = pl.Schema(dict.fromkeys(sorted(paths), pl.String()))
    try:
        return pl.json_normalize(items, schema=schema, strict=False)
    except UnicodeEncodeError:
        # JSON can escape half a surrogate pair, which no text can hold
        return pl.json_normalize(_without_lone_surrogates(items), schema=schema, strict=False)
    except pl.exceptions.PolarsError:
        raise StructureError(f"an item of {source.name} has a list or an object where a value should be") from None


def _without_lone_surrogates(items: list[Item]) -> list[Item]:
    repaired: list[Item] = json.loads(json.dumps(items, ensure_ascii=False).encode("utf-8", "replace"))
    return repaired


def _within(window: Window) -> pl.Expr:
    since = pl.col(CURSOR) >= window.since if window.since else pl.lit(value=True)
    return since & (pl.col(CURSOR) < window.until) if window.until else since
