"""Pages through an API and checks that each page is one: `{"data": [objects], "next_cursor": "…" | null}`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tasks.api_client import ApiClient
from tasks.errors import StructureError
from tasks.extraction import Window, rfc3339

Item = dict[str, Any]


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
