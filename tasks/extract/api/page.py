"""Reads one page of a JSON API: its items, each with the text that the source wrote, and the cursor of the next page.

A page is `{"data": [objects] | null, "next_cursor": "…" | "" | null}` in UTF-8; without a cursor it is the last.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from tasks.extract.api.json_text import DECODER, Item, JsonText, NotANumber

LONGEST_CURSOR = 4096
"""Letters of a cursor: it goes into a URL, and servers refuse URLs much longer than that."""

_DATA, _CURSOR = "data", "next_cursor"
_BROKEN_BYTE = re.compile("[\udc80-\udcff]")
_LETTER_BEYOND_ASCII = re.compile("[^\x00-\x7f\udc80-\udcff]")


class NotJson(ValueError):
    """Raised for a body that is no JSON; `is_whole` says whether it at least looks as if nothing was cut off."""

    def __init__(self, *, is_whole: bool) -> None:
        """Keep whether it can pass: what was cut off may come whole the next time."""
        super().__init__("is not JSON" if is_whole else "is not JSON, or cut off")
        self.is_whole = is_whole


class NotAPage(ValueError):
    """Raised for JSON that is no page; the text is a predicate that says what it is."""


@dataclass(frozen=True)
class Page:
    """The items of a page, and the cursor that asks for the next one, None on the last.

    Bytes that are not UTF-8 are lone surrogates in the items.
    """

    items: tuple[Item, ...] = ()
    next_cursor: str | None = None


def read_page(body: bytes) -> Page:
    """The page that the body holds.

    Raises:
        NotJson: it holds no JSON.
        NotAPage: it holds JSON of another encoding or of another shape.
    """
    encoding = json.detect_encoding(body)
    if not encoding.startswith("utf-8"):
        raise _in_other_encoding(body, encoding)
    text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
    try:
        page = _read(JsonText(text))
    except NotAPage:
        raise
    except (ValueError, RecursionError):
        is_whole = text.lstrip().startswith("{") and text.rstrip().endswith("}")
        raise NotJson(is_whole=is_whole) from None
    broken = sum(_BROKEN_BYTE.search(item.text) is not None for item in page.items)
    if broken * 2 > len(page.items) and not _LETTER_BEYOND_ASCII.search(text):
        raise NotAPage("is not in UTF-8 but, by its looks, in Latin-1 or Windows-1252; JSON must be in UTF-8")
    return page


def _in_other_encoding(body: bytes, encoding: str) -> NotJson | NotAPage:
    try:
        DECODER.decode(body.decode(encoding))
    except (ValueError, RecursionError):
        return NotJson(is_whole=False)
    return NotAPage(f"is in {encoding[:6].upper()}; JSON must be in UTF-8")


def _read(text: JsonText) -> Page:
    members: dict[str, object] = {}
    repeated: set[str] = set()

    def member(name: str) -> None:
        if name in members:
            repeated.add(name)
        members[name] = text.items() if name == _DATA and text.next_letter == "[" else text.value()

    if text.next_letter == "{":
        text.members(member)
    else:
        text.value()
    text.end()
    if _DATA not in members:
        raise NotAPage(f"is not an object with {_DATA} and {_CURSOR}")
    if twice := sorted(repeated & {_DATA, _CURSOR}):
        raise NotAPage(f"has {' and '.join(twice)} more than once")
    items = members[_DATA]
    if items is not None and not isinstance(items, tuple):
        raise NotAPage(f"has a {_DATA} that is no list")
    return Page(items or (), _cursor(members.get(_CURSOR)))


def _cursor(value: object) -> str | None:
    if value is None or value == "":
        return None
    is_text = isinstance(value, str) and not isinstance(value, NotANumber)
    if not is_text or len(str(value)) > LONGEST_CURSOR or not str(value).isprintable():
        raise NotAPage(f"has a {_CURSOR} that is neither null nor a text that can be asked for")
    return str(value)
