"""Says where the page behind a page is, as the contract declares the API's paging, or that there is none.

What a page tells is held against what it holds: an end that comes too early is no end.
"""

from __future__ import annotations

import httpx

from contracts.sources.api import ApiSource
from contracts.sources.authentication import ApiKey
from contracts.sources.paging import CursorPaging, LinkPaging, NextUrlPaging, OffsetPaging, PagePaging
from tasks.extract.api.json_text import NotANumber
from tasks.extract.api.page import NotAPage, Page
from tasks.extract.api.requests import Position
from tasks.extract.api.transport import is_same_origin

LONGEST_CURSOR = 4096
"""Letters of a cursor: it goes into a URL, and servers refuse URLs much longer than that."""

_LONGEST_COUNT = 18
"""Digits."""


def next_position(source: ApiSource, page: Page, url: str, position: Position, rows_read: int) -> Position:
    """Where the next page is; None if the page, which was asked for at `url`, is the last.

    `rows_read` is how many rows the pages up to this one had.

    Raises:
        NotAPage: what the page tells cannot be followed, or is not true.
    """
    paging = source.paging
    match paging:
        case CursorPaging(field=field, header=header):
            return _text(page.told, field or f"header {header}")
        case LinkPaging():
            return _next_url(source, page.told, "Link header", url)
        case NextUrlPaging(field=field):
            return _next_url(source, page.told, field, url)
        case PagePaging(first_page=first):
            number = first if position is None else int(position)
            return None if _is_last(paging, page, rows_read, number - first + 1) else number + 1
        case OffsetPaging():
            return None if _is_last(paging, page, rows_read) else int(position or 0) + len(page.items)
    return None


def _is_last(paging: PagePaging | OffsetPaging, page: Page, rows_read: int, pages_read: int = 0) -> bool:
    if not page.is_there:
        return True
    if paging.more_field:
        if not isinstance(page.told, bool):
            raise NotAPage(f"has a {paging.more_field} that is neither true nor false")
        return not page.told
    if isinstance(paging, PagePaging) and paging.pages_field:
        return pages_read >= _count(page.told, paging.pages_field)
    if not paging.total_field:
        return not page.items
    total = _count(page.told, paging.total_field)
    if rows_read < total and not page.items:
        raise NotAPage(f"is empty behind {rows_read} rows, though its {paging.total_field} says {total}")
    return rows_read >= total


def _count(told: object, field: str) -> int:
    if not (isinstance(told, str) and told.isascii() and told.isdecimal() and len(told) <= _LONGEST_COUNT):
        raise NotAPage(f"has a {field} that is no count")
    return int(told)


def _text(told: object, place: str) -> str | None:
    if told is None or told == "":
        return None
    is_text = isinstance(told, str) and not isinstance(told, NotANumber)
    if not is_text or len(str(told)) > LONGEST_CURSOR or not str(told).isprintable():
        raise NotAPage(f"has a {place} that is neither null nor a text that can be asked for")
    return str(told)


def _next_url(source: ApiSource, told: object, place: str, url: str) -> str | None:
    """The URL that follows, without a key that the API repeats in it: each request has its own."""
    text = _text(told, place)
    if text is None:
        return None
    try:
        following = httpx.URL(url).join(text)
    except (httpx.InvalidURL, ValueError, UnicodeError):
        raise NotAPage(f"has a {place} that is no URL") from None
    if not is_same_origin(following, httpx.URL(url)) or following.userinfo:
        raise NotAPage(f"has a {place} that leads to another origin, which must not get the credentials")
    way = source.authentication
    if isinstance(way, ApiKey) and way.place == "query":
        following = following.copy_remove_param(way.name)
    return str(following)
