"""Reads one page of a JSON API: its items, each with the text that the source wrote, and what it tells of the next.

Where both stand, the contract says: by default `{"data": [objects] | null, "next_cursor": "…" | "" | null}`, in UTF-8.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Self

import httpx
import polars as pl

from contracts.sources.api import WHOLE_ANSWER, ApiSource
from contracts.sources.paging import CursorPaging, LinkPaging
from tasks.extract.api.json_text import DECODER, Fields, JsonText, fields_of

_BROKEN_BYTE = r"\\udc([89a-f][0-9a-f])"
_LETTER_BEYOND_ASCII = re.compile("[^\x00-\x7f]")


class NotJson(ValueError):
    """Raised for a body that is no JSON; `is_whole` says whether it at least looks as if nothing was cut off."""

    def __init__(self, *, is_whole: bool) -> None:
        """Keep whether it can pass: what was cut off may come whole the next time."""
        super().__init__("is not JSON" if is_whole else "is not JSON, or cut off")
        self.is_whole = is_whole


class NotAPage(ValueError):
    """Raised for JSON that is no page; the text is a predicate that says what it is."""


@dataclass(frozen=True)
class PageShape:
    """Where a page has its items, as a path (none: the page is their list), and what tells of the next page.

    That is a field, as a path, or a header, or the `Link` header's relation `next`.
    """

    rows: tuple[str, ...] = ("data",)
    field: tuple[str, ...] = ("next_cursor",)
    header: str | None = None
    has_links: bool = False

    @classmethod
    def of(cls, source: ApiSource) -> Self:
        """The shape that the contract declares."""
        paging, rows = source.paging, source.rows_field
        return cls(
            rows=() if rows == WHOLE_ANSWER else tuple(rows.split(".")),
            field=tuple(paging.fields[0].split(".")) if paging.fields else (),
            header=paging.header if isinstance(paging, CursorPaging) else None,
            has_links=isinstance(paging, LinkPaging),
        )


@dataclass(frozen=True)
class Page:
    r"""The items of a page as JSON, and what it tells of the next one: a JSON value or a text, None if nothing.

    Items are as the source wrote them, but for bytes that are not UTF-8: these are halves of characters as JSON escapes
    them, `\udce3` for 0xE3. `is_there` is false of an answer without content (204). `answered_at` is the server's time,
    to the second, if it tells it.
    """

    items: tuple[str, ...] = ()
    told: object = None
    is_there: bool = True
    answered_at: datetime | None = field(default=None, compare=False)


def read_page(body: bytes, shape: PageShape = PageShape(), response: httpx.Response | None = None) -> Page:
    """The page that the body holds, and the response's headers.

    Raises:
        NotJson: it holds no JSON.
        NotAPage: it holds JSON of another encoding or of another shape.
    """
    encoding = json.detect_encoding(body)
    if not encoding.startswith("utf-8"):
        raise _in_other_encoding(body, encoding)
    text, has_broken_bytes = _decoded(body.removeprefix(b"\xef\xbb\xbf"))
    try:
        items, told = _read(JsonText(text), shape)
    except NotAPage:
        raise
    except (ValueError, RecursionError):
        letters = text.strip()
        is_whole = (letters[:1], letters[-1:]) in {("{", "}"), ("[", "]")}
        raise NotJson(is_whole=is_whole) from None
    broken = sum(re.search(_BROKEN_BYTE, item) is not None for item in items) if has_broken_bytes else 0
    if broken * 2 > len(items) and not _LETTER_BEYOND_ASCII.search(text):
        raise NotAPage("is not in UTF-8 but, by its looks, in Latin-1 or Windows-1252; JSON must be in UTF-8")
    if response is None:
        return Page(items, told)
    in_headers = shape.header or shape.has_links
    return Page(items, _told_in_headers(response, shape) if in_headers else told, answered_at=_answered_at(response))


def _decoded(body: bytes) -> tuple[str, bool]:
    """The text, and whether there are bytes that are not UTF-8."""
    try:
        return body.decode(), False
    except UnicodeDecodeError:
        return body.decode("utf-8", "surrogateescape").encode("utf-8", "backslashreplace").decode(), True


def as_written(item: pl.Expr) -> pl.Expr:
    r"""An item with bytes that are not UTF-8 as `\xe3`."""
    return item.str.replace_all(_BROKEN_BYTE, r"\x$1")


def empty_page(shape: PageShape, response: httpx.Response) -> Page:
    """The page of an answer without content."""
    return Page((), _told_in_headers(response, shape), is_there=False, answered_at=_answered_at(response))


def _told_in_headers(response: httpx.Response, shape: PageShape) -> str | None:
    if shape.header:
        return str(response.headers[shape.header]) if shape.header in response.headers else None
    if shape.has_links:
        # a link may have several relations, and their names have no case (RFC 8288, 3.3)
        links = response.links.items()
        following = [link["url"] for relation, link in links if "next" in str(relation).lower().split()]
        return str(following[0]) if following else None
    return None


def _answered_at(response: httpx.Response) -> datetime | None:
    try:
        time = parsedate_to_datetime(response.headers.get("Date", ""))
    except (ValueError, OverflowError):
        return None
    return time if time.tzinfo else None


def _in_other_encoding(body: bytes, encoding: str) -> NotJson | NotAPage:
    try:
        DECODER.decode(body.decode(encoding))
    except (ValueError, RecursionError):
        return NotJson(is_whole=False)
    return NotAPage(f"is in {encoding[:6].upper()}; JSON must be in UTF-8")


def _read(text: JsonText, shape: PageShape) -> tuple[tuple[str, ...], object]:
    """The items, and the value of the field that tells of the next page."""
    if not shape.rows:
        if text.next_letter != "[":
            text.value()
            text.end()
            raise NotAPage("is not a list")
        items = text.items()
        text.end()
        return items, None
    page = _object(text, shape.rows) if text.next_letter == "{" else text.value()
    text.end()
    if not isinstance(page, Fields) or shape.rows[0] not in page:
        expected = [_dotted(path) for path in (shape.rows, shape.field) if path]
        raise NotAPage(f"is not an object with {' and '.join(expected)}")
    found = _look_up(page, shape.rows)
    if found is not None and not isinstance(found, tuple):
        raise NotAPage(f"has a {_dotted(shape.rows)} that is no list")
    return found or (), _look_up(page, shape.field) if shape.field else None


def _object(text: JsonText, rows: Sequence[str]) -> Fields:
    """The object that comes next; the list at that path in it is one of items."""
    members: list[tuple[str, object]] = []

    def member(name: str) -> None:
        value: object
        if name != rows[0]:
            value = text.value()
        elif len(rows) == 1:
            value = text.items() if text.next_letter == "[" else text.value()
        else:
            value = _object(text, rows[1:]) if text.next_letter == "{" else text.value()
        members.append((name, value))

    text.members(member)
    return fields_of(members)


def _look_up(page: object, path: Sequence[str]) -> object:
    """The value at the path; None where an object of it is null or lacks the next name."""
    for depth, name in enumerate(path):
        if page is None:
            return None
        if not isinstance(page, Fields):
            raise NotAPage(f"has a {_dotted(path[:depth])} that is no object")
        if name in page.repeated:
            raise NotAPage(f"has {_dotted(path[: depth + 1])} more than once")
        page = page.get(name)
    return page


def _dotted(path: Sequence[str]) -> str:
    return ".".join(path)
