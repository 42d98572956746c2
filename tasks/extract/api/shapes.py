"""Reads all items of one shape at once: those that have the same members in the same order, whatever their values.

An API writes its items by one program, so a page has few shapes, and polars reads the values of each by a regular
expression: no value becomes a Python object, and a number stays the text that it was written as. What cannot be read
this way has no shape and is left to `tasks.extract.api.items`, which reads whatever JSON says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import polars as pl

from contracts.raw_layout import UNDECLARED
from tasks.extract.api.json_patterns import BLANKS, SCALAR, VALUE, member
from tasks.extract.api.json_text import DECODER, Fields, NotANumber
from tasks.extract.undeclared import SCHEMA, object_of_written, undeclared

_TEXT_OR_WORD = r'("(?:[^"\\]|\\.)*"|[a-z0-9E+.\-]+)'
"""A value that is known to be a scalar, captured: no letter can be of both kinds, so that one pass is enough."""

_ANY_VALUE = f"({VALUE})"


@dataclass(frozen=True)
class Shape:
    """The members of an object: `present` are the fields among them, be they null, and `undeclared` the others.

    `pattern` matches what is JSON of this shape, and `capturing`, of that alone, takes the values at all these
    `places`, as they follow. A member that is ignored is none of them.
    """

    pattern: str
    capturing: str
    places: tuple[str, ...]
    present: frozenset[str]

    @classmethod
    def of(cls, item: str, fields: Sequence[str], ignores: Callable[[str], bool]) -> Self | None:
        """The shape of an item; None if it is no JSON object, or has anything but single values at the fields."""
        members = _Members(fields, ignores)
        try:
            pattern = members.pattern(DECODER.decode(item), "")
        except (ValueError, RecursionError):
            return None
        whole = pattern.replace(_TEXT_OR_WORD, SCALAR).replace(_ANY_VALUE, VALUE)
        present = frozenset(members.captured).intersection(fields)
        return cls(f"^{whole}$", f"^{pattern}$", tuple(members.captured), present)

    @property
    def undeclared(self) -> tuple[str, ...]:
        """The places that are no field's."""
        return tuple(place for place in self.places if place not in self.present)

    def read(self, items: pl.Series, fields: Sequence[str]) -> pl.DataFrame:
        """A column of texts for each field, of items that match the pattern, and what they have beside them."""
        if not self.places:
            absent = pl.repeat(None, items.len(), dtype=pl.String, eager=True)
            return pl.DataFrame(dict.fromkeys(fields, absent)).with_columns(pl.lit(None, SCHEMA).alias(UNDECLARED))
        found = items.str.extract_groups(self.capturing).struct.unnest()
        has_escapes = bool(items.str.contains("\\", literal=True).any())
        columns = dict(zip(self.places, map(pl.col, found.columns), strict=True))
        said = {field: _said(columns[field], has_escapes=has_escapes) for field in self.present}
        written = {place: columns[place] for place in self.undeclared}
        beside = undeclared(written, object_of_written(written)) or [pl.lit(None, SCHEMA).alias(UNDECLARED)]
        return found.select(*(said.get(field, pl.lit(None, pl.String)).alias(field) for field in fields), *beside)


class _NoShape(ValueError):
    """Raised for what only a reading item by item can tell."""


class _Members:
    """Writes an object's pattern, and notes which fields it captures, in order."""

    def __init__(self, fields: Sequence[str], ignores: Callable[[str], bool]) -> None:
        self.captured: list[str] = []
        self._fields = frozenset(fields)
        self._ignores = ignores

    def pattern(self, value: object, path: str) -> str:
        if not isinstance(value, Fields) or value.repeated:
            raise _NoShape
        members = [
            member(_name(name), self._value(inner, f"{path}.{name}" if path else name)) for name, inner in value.items()
        ]
        return rf"\{{{BLANKS}{f'{BLANKS},{BLANKS}'.join(members)}{BLANKS}\}}"

    def _value(self, value: object, path: str) -> str:
        is_field, has_fields = path in self._fields, any(field.startswith(f"{path}.") for field in self._fields)
        if has_fields and not is_field:
            return "null" if value is None else self.pattern(value, path)
        if not is_field and self._ignores(path):
            return VALUE
        if (is_field and (has_fields or isinstance(value, Fields | list | NotANumber))) or path in self.captured:
            raise _NoShape
        self.captured.append(path)
        return _TEXT_OR_WORD if is_field else _ANY_VALUE


def _name(name: str) -> str:
    """A member's name as JSON writes it, with the letters beyond ASCII escaped or not."""
    spellings = dict.fromkeys(json.dumps(name, ensure_ascii=is_ascii) for is_ascii in (True, False))
    return f"(?:{'|'.join(pl.escape_regex(spelling) for spelling in spellings)})"


def _said(written: pl.Expr, *, has_escapes: bool) -> pl.Expr:
    """What JSON's texts, numbers, `true` and `false` say, as texts; null for `null`."""
    said = written.str.strip_prefix('"').str.strip_suffix('"')
    if has_escapes:
        is_escaped = written.str.contains("\\", literal=True)
        said = pl.when(is_escaped).then(pl.when(is_escaped).then(written).str.json_decode(pl.String)).otherwise(said)
    return pl.when(written != "null").then(said)
