"""Writes the request for a page as the contract declares it: what is fixed, how much, since when, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contracts.sources.api import ApiSource
from contracts.sources.paging import CursorPaging, OffsetPaging, PagePaging
from contracts.sources.request_body import with_values
from tasks.extract.api.times import asked_time

Position = str | int | None
"""Where a page is: a cursor or its URL, its number, or how many rows lie before it; None for the first one."""


@dataclass(frozen=True)
class PageRequest:
    """A request for a page; `has_cursor` if the API itself said, in the page before, what is to be asked."""

    url: str
    query: Mapping[str, str | int | bool | Sequence[str | int | bool]] = field(default_factory=dict)
    method: str = "GET"
    body: Mapping[str, Any] | None = None
    has_cursor: bool = False


def page_request(source: ApiSource, url: str, since: datetime | None, position: Position) -> PageRequest:
    """The request for the page at that position of what changed since a time, or of all; `url` is that of the rows."""
    paging, values = source.paging, dict[str, str | int]()
    if paging.size_parameter and source.page_rows:
        values[paging.size_parameter] = source.page_rows
    if since and source.cursor_field:
        values[source.incremental.parameter] = asked_time(source.incremental, since)
    match paging:
        case CursorPaging(parameter=parameter):
            values |= {parameter: position} if position else {}
        case PagePaging(parameter=parameter, first_page=first):
            values[parameter] = first if position is None else position
        case OffsetPaging(parameter=parameter):
            values[parameter] = position or 0
        case _ if isinstance(position, str):
            body = with_values(source.body, values) if source.method == "POST" else None
            return PageRequest(position, method=source.method, body=body, has_cursor=True)
    has_cursor = isinstance(position, str)
    if source.method == "POST":
        return PageRequest(url, source.parameters, "POST", with_values(source.body, values), has_cursor)
    return PageRequest(url, {**source.parameters, **values}, has_cursor=has_cursor)
