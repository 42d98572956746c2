"""Hostile rows as items of an API: values of every JSON type, fields that are missing or there twice, no objects."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from contracts.sources.api import ApiSource
from tests.hostile_rows.readings import read
from tests.hostile_rows.rows import NUMBER, HostileRow, Values
from tests.hostile_rows.values import Text
from tests.tasks.scripted_api import Answer, written_page

_SHARE_OF_ODD_VALUES, _SHARE_OF_NO_ITEMS = 0.02, 0.01


class Written(NamedTuple):
    """JSON, what is landed of it, and whether it makes the item one that cannot be read; no JSON: no field."""

    json: str | None
    text: Text = None
    is_fault: bool = False


_LONG_NUMBER = "3." + "1415926535" * 4
_ODD_VALUES = (
    *(Written(number, number) for number in ("1e400", "-0", "0", "12.50", "-1E-400", "9" * 40, _LONG_NUMBER)),
    *(Written(json="true", text="true"), Written("false", "false"), Written("null"), Written(None)),
    *(
        Written(value, is_fault=True)
        for value in ("NaN", "Infinity", "-Infinity", "[]", "[1]", "{}", '{"a": {"b": 1}}')
    ),
    *(Written(f'"{half}"', is_fault=True) for half in ("\\ud800", "a\\udfff", "\\udc00\\ud800")),
    *(
        Written('"\\ud83d\\ude00"', "😀"),
        Written('"\\u0000"', "\0"),
        Written('"\\/\\b\\f"', "/\b\f"),
        Written('""', ""),
    ),
)
_NO_ITEMS = (
    '"{number}"',
    '["{number}"]',
    '{{"row_number": "{number}", "product": 01}}',
    '{{"row_number": "{number}", "product": .5}}',
    '{{"row_number": "{number}", "product": 1_000}}',
    '{{"row_number": "{number}", "product": undefined}}',
    '{{"row_number": "{number}", "product": \'x\'}}',
)
"""Items that are no object or no JSON: nothing can be read of them."""


class Items:
    """Writes rows as items of the source."""

    def __init__(self, source: ApiSource, draw: random.Random) -> None:
        """Note how the fields lie in each other."""
        self._source, self._draw = source, draw

    def written(self, rows: Sequence[Values]) -> Iterator[tuple[HostileRow, str]]:
        """Each row as it is to be landed, and its item."""
        for place, row in enumerate(rows):
            number = str(row[NUMBER])
            if self._draw.random() < _SHARE_OF_NO_ITEMS:
                item = self._draw.choice(_NO_ITEMS).format(number=number)
                yield HostileRow(number, row, is_malformed=True), item
                continue
            values = {name: self._value(name, text) for name, text in row.items()}
            key, twice = self._key(place), self._draw.random() < _SHARE_OF_NO_ITEMS
            fields = {self._source.field(name): value for name, value in values.items()} | {self._source.key_field: key}
            item = _object(_nested(fields), twice=twice)
            is_fault = twice or any(value.is_fault for value in (key, *values.values()))
            yield HostileRow(number, {n: value.text for n, value in values.items()}, is_fault), item

    def _value(self, name: str, text: Text) -> Written:
        if name != NUMBER and self._draw.random() < _SHARE_OF_ODD_VALUES:
            return self._draw.choice(_ODD_VALUES)
        return Written(json.dumps(text, ensure_ascii=self._draw.random() < 0.5), text)

    def _key(self, place: int) -> Written:
        """Nearly always a key of its own; else that of others, or none."""
        odd = (*(Written(key, is_fault=True) for key in (None, "null", '""', "[1]", '"\\ud800"')), Written("7"))
        if self._draw.random() < _SHARE_OF_ODD_VALUES:
            return self._draw.choice(odd)
        return Written(f'"{place}"')


def in_order_of_change(source: ApiSource, written: Iterable[tuple[HostileRow, str]], column: str) -> list[str]:
    """The items by that column's time, as the source promises; those without one stand among the first."""

    def changed_at(row: HostileRow) -> datetime:
        said = read(row.values[column], source.timestamp_format)
        return said if isinstance(said, datetime) else datetime(2026, 1, 1, tzinfo=UTC)

    return [item for _, item in sorted(written, key=lambda pair: changed_at(pair[0]))]


def paged(items: Sequence[str]) -> Answer:
    """Pages of the items, found by their place, which is the cursor."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        asked = parse_qs(urlsplit(handler.path).query)
        first, limit = int(asked.get("cursor", ["0"])[0]), int(asked["limit"][0])
        behind = first + limit
        written_page(*items[first:behind], next_cursor=str(behind) if behind < len(items) else None)(handler)

    return send


Nested = dict[str, "Nested | Written"]


def _nested(fields: Mapping[str, Written]) -> Nested:
    nested: Nested = {}
    for path, value in fields.items():
        *outer, last = path.split(".")
        place = nested
        for part in outer:
            inner = place.setdefault(part, {})
            assert isinstance(inner, dict)
            place = inner
        place[last] = value
    return nested


def _object(nested: Nested, *, twice: bool = False) -> str:
    """JSON of the object; a field that its items have twice contradicts itself."""
    members = [
        f"{json.dumps(name)}: {_object(value) if isinstance(value, dict) else value.json}"
        for name, value in nested.items()
        if isinstance(value, dict) or value.json is not None
    ]
    return "{" + ", ".join([*members, *members[-1:] * twice]) + "}"
