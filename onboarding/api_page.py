"""What a page of an API tells: where its rows are, what their fields hold, and how it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import httpx
import polars as pl

from contracts.sources.api import WHOLE_ANSWER

_DEEPEST = 4
"""So many objects deep rows are looked for."""


def _is_cursor(value: object) -> bool:
    return value is None or (isinstance(value, str) and not _is_url(value))


def _is_url(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("https://", "http://", "/", "?"))


def _is_url_or_none(value: object) -> bool:
    return value is None or _is_url(value)


def _is_count(value: object) -> bool:
    return isinstance(value, str) and value.isdecimal()


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


_CURSORS = {"nextcursor", "cursor", "nextpagetoken", "nexttoken", "endcursor", "continuationtoken", "aftercursor"}
_TELLING = (
    (_CURSORS, _is_cursor, ["cursor"], "field"),
    ({"nexturl", "nextlink", "nexthref", "nextpageurl"}, _is_url_or_none, ["nextUrl"], "field"),
    ({"next", "nextpage"}, _is_url, ["nextUrl"], "field"),
    ({"pages", "totalpages", "pagecount", "lastpage", "totalpaginas", "paginas"}, _is_count, ["page"], "pagesField"),
    ({"hasmore", "more", "hasnext", "hasnextpage"}, _is_flag, ["page", "offset"], "moreField"),
    ({"total", "totalcount", "totalrows", "totalitems", "totalelements"}, _is_count, ["page", "offset"], "totalField"),
)
"""Names of fields, what they must hold, the ways of paging that this may tell of, and their word for the field."""


def lists_of_objects(content: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The places of an answer's lists of objects, with what is in them."""
    if isinstance(content, list) and content and all(isinstance(item, dict) for item in content):
        yield ".".join(path) or WHOLE_ANSWER, content
    if isinstance(content, dict) and len(path) < _DEEPEST:
        for name, value in content.items():
            yield from lists_of_objects(value, (*path, name))


def ways_of_paging(content: object, rows_field: str, response: httpx.Response) -> list[dict[str, Any]]:
    """How the API may go on, by what its answer has beside the rows; nothing if nothing tells.

    >>> ways_of_paging({"result": {"orders": [{}], "pages": "1"}}, "result.orders", httpx.Response(200))
    [{'type': 'page', 'pagesField': 'result.pages'}]
    """
    if "next" in response.links:
        return [{"type": "link"}]
    beside = dict(_values_beside(content, rows_field))
    for names, means, ways, word in _TELLING:
        for field, value in beside.items():
            if _plain(field.rpartition(".")[2]) in names and means(value):
                return [{"type": way, word: field} for way in ways]
    return []


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def _values_beside(content: object, rows_field: str, path: tuple[str, ...] = ()) -> Iterator[tuple[str, object]]:
    if isinstance(content, dict) and len(path) < _DEEPEST:
        for name, value in content.items():
            field = ".".join((*path, name))
            if isinstance(value, dict):
                yield from _values_beside(value, rows_field, (*path, name))
            elif field != rows_field and not isinstance(value, list):
                yield field, value


def as_texts(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """A column of texts for each field of the objects, dotted where nested; lists are no values."""
    flat = [dict(_flat(row)) for row in rows]
    names = dict.fromkeys(name for row in flat for name in row)
    return pl.DataFrame(
        {name: [row.get(name) for row in flat] for name in names}, schema=dict.fromkeys(names, pl.String)
    )


def _flat(row: Mapping[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, str | None]]:
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from _flat(value, (*path, name))
        elif isinstance(value, bool):
            yield ".".join((*path, name)), "true" if value else "false"
        elif not isinstance(value, list):
            yield ".".join((*path, name)), value


def keys_of(rows: pl.DataFrame) -> list[str]:
    """The fields that may be a row's key: called so, and with a value of its own in each row."""
    named = [name for name in rows.columns if _plain(name.rpartition(".")[2]).endswith(("id", "key", "uuid", "number"))]
    return [name for name in named if rows[name].n_unique() == rows.height and not rows[name].null_count()]
