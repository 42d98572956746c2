"""Extracts rows from a JSON API, in order of change, nested fields flattened, each value as the API writes it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import polars as pl

from contracts.model import Contract, Source
from tasks.api_client import ApiClient
from tasks.api_pages import Item, read_pages
from tasks.errors import StructureError
from tasks.extraction import CURSOR, KEY, LOCATION, Window, as_chunk, field_paths
from tasks.values import read_timestamp

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


def _with_all_fields(contract: Contract, source: Source, pages: Iterable[list[Item]]) -> Iterator[list[Item]]:
    """The pages, if each of the contract's fields is in some item of the first: a renamed field is no missing value."""
    for number, items in enumerate(pages):
        if number == 0:
            required = {
                path for name, path in field_paths(contract, source).items() if name not in source.optional_columns
            }
            paths = required | {str(source.key_field), str(source.cursor_field)}
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


def _frame(contract: Contract, source: Source, items: list[Item]) -> pl.DataFrame:
    fields = field_paths(contract, source)
    key, cursor = str(source.key_field), str(source.cursor_field)
    rows = _flattened(source, items, {*fields.values(), key, cursor})
    columns = [pl.col(path).alias(name) for name, path in fields.items()]
    columns += [pl.col(key).alias(KEY), read_timestamp(pl.col(cursor), source.timestamp_format).alias(CURSOR)]
    columns += [pl.format(f"{key} {{}}", key).alias(LOCATION)]
    return as_chunk(contract, columns, rows)


def _flattened(source: Source, items: list[Item], paths: set[str]) -> pl.DataFrame:
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
