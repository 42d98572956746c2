"""Reads JSON step by step, so that each item of a list is had as the source wrote it, and one that is broken alone.

Numbers stay texts, as they were written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import msgspec

_BLANK_LETTERS = " \t\n\r"
_BLANKS = re.compile(r"[ \t\n\r]*")
_TOKENS = re.compile(r'"(?:[^"\\]++|\\.)*+"|["\[\]{},]', re.DOTALL)

_LIST = msgspec.json.Decoder(list[msgspec.Raw])

MOST_LISTS_BEHIND = 10
"""So many ends of lists behind a page's items may not be theirs; each costs a look at all of the page."""


class NotANumber(str):
    """`NaN`, `Infinity` or `-Infinity`, which Python's parser reads although JSON has no such values."""

    __slots__ = ()


class Fields(dict[str, object]):
    """An object's values by name; `repeated` are the names that it has more than once, of which the last counts."""

    repeated: frozenset[str] = frozenset()


def fields_of(pairs: list[tuple[str, object]]) -> Fields:
    """The object of these names and values."""
    fields = Fields(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        fields.repeated = frozenset(name for name in fields if names.count(name) > 1)
    return fields


DECODER = json.JSONDecoder(
    object_pairs_hook=fields_of, parse_int=str, parse_float=str, parse_constant=NotANumber, strict=True
)


def list_at_once(text: str) -> tuple[tuple[str, ...], int] | None:
    """The items of the list that the text begins with, each as it is written, and the list's length.

    None if it is no list of JSON, or its end was not found: lists may follow it, and few are looked behind.

    >>> list_at_once('[{"a": 1.50}, null], "next": "b"}')
    (('{"a": 1.50}', 'null'), 19)
    """
    end = len(text)
    for _ in range(MOST_LISTS_BEHIND + 1):
        end = text.rfind("]", 0, end)
        if end < 0:
            break
        try:
            items = _LIST.decode(text[: end + 1])
        except (msgspec.DecodeError, RecursionError):
            continue
        return tuple(str(item, "utf-8") for item in items), end + 1
    return None


def _end_of_broken(text: str, start: int, error: Exception) -> int | None:
    """Where an item ends that is no JSON, by its brackets; None where that is not sure."""
    if text[start : start + 1] in {"", ",", "]"} or _may_have_stray_quote(text, start, error):
        return None
    brackets: list[str] = []
    for token in _TOKENS.finditer(text, start):
        match token[0]:
            case "{" | "[":
                brackets.append(token[0])
            case "," | "]" if not brackets:
                return token.start()
            case "}" | "]":
                if not brackets or brackets.pop() + token[0] not in {"{}", "[]"}:
                    return None
                if not brackets:
                    return token.end()
            case '"':
                return None  # a text without an end: it is cut off
    return None


def _may_have_stray_quote(text: str, start: int, error: Exception) -> bool:
    """Whether a quote stands within a text, perhaps: from there on, texts cannot be told from what is between them."""
    if isinstance(error, json.JSONDecodeError) and error.msg.startswith("Expecting"):
        return text[start : error.pos].rstrip(_BLANK_LETTERS).endswith('"')
    return False


class JsonText:
    """A JSON text and how far it is read. Each method raises ValueError or RecursionError for what is no JSON."""

    def __init__(self, text: str) -> None:
        """Begin in front of the first value."""
        self._text = text
        self._at = 0
        self._skip_blanks()

    @property
    def next_letter(self) -> str:
        """The letter that comes next, blanks left out; empty at the end."""
        return self._text[self._at : self._at + 1]

    def value(self) -> object:
        """The value that comes next."""
        found, self._at = DECODER.raw_decode(self._text, self._at)
        self._skip_blanks()
        return found

    def members(self, read: Callable[[str], None]) -> None:
        """Read the object that comes next: `read` is called with each name, to read the value behind it."""

        def member() -> None:
            if self.next_letter != '"':
                raise ValueError("a name is a text")
            name = str(self.value())
            self._take(":")
            read(name)

        self._listed("{", "}", member)

    def items(self) -> tuple[str, ...]:
        """The list that comes next, each item as the source wrote it: read at once, or one by one if one is odd."""
        if listed := list_at_once(self._text[self._at :]):
            items, length = listed
            self._at += length
            self._skip_blanks()
            return items
        found: list[str] = []
        self._listed("[", "]", lambda: found.append(self._item()))
        return tuple(found)

    def _item(self) -> str:
        start = self._at
        try:
            _, self._at = DECODER.raw_decode(self._text, start)
        except (ValueError, RecursionError) as error:
            end = _end_of_broken(self._text, start, error)
            if end is None:
                raise
            self._at = end
        item = self._text[start : self._at].rstrip(_BLANK_LETTERS)
        self._skip_blanks()
        return item

    def _listed(self, opening: str, closing: str, read: Callable[[], None]) -> None:
        self._take(opening)
        if self.next_letter != closing:
            read()
            while self.next_letter == ",":
                self._take(",")
                read()
        self._take(closing)

    def end(self) -> None:
        """Make sure that nothing follows."""
        if self.next_letter:
            raise ValueError("something follows the value")

    def _take(self, letter: str) -> None:
        if self.next_letter != letter:
            raise ValueError(f"{letter} is missing")
        self._at += 1
        self._skip_blanks()

    def _skip_blanks(self) -> None:
        found = _BLANKS.match(self._text, self._at)
        self._at = found.end() if found else self._at
