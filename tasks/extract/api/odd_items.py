"""Reads an item whatever it is: the values at the contract's fields, and why one of them cannot be a column's value.

Faults name fields of the contract and never a value.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tasks.extract.api.json_text import DECODER, Fields, NotANumber
from tasks.extract.api.members import undeclared_members
from tasks.extract.undeclared import own_name


@dataclass(frozen=True)
class OddItem:
    """An item's values by field, as texts, the fields that are `present`, be they null, and what is wrong with it.

    `undeclared` are its other members that somebody wants, by their dotted places: values as JSON, numbers as texts.
    """

    values: dict[str, str | None]
    present: frozenset[str]
    undeclared: dict[str, str]
    faults: tuple[str, ...]
    is_object: bool


def read_odd_item(text: str, key_field: str, fields: Sequence[str], ignores: Callable[[str], bool]) -> OddItem:
    """What the item says at these fields, of which the key's has to have a value."""
    try:
        item: object = DECODER.decode(text)
    except (ValueError, RecursionError):
        return OddItem({}, frozenset(), {}, ("the item is not JSON",), is_object=False)
    values, faults = _values_and_faults(item, fields)
    if key_field in values and not values[key_field]:
        faults = [key_is_missing(key_field), *faults]
    present = frozenset(field for field in fields if _has_field(item, field))
    undeclared: dict[str, str] = {}
    for place, value in undeclared_members(item, fields):
        if not ignores(place):
            undeclared[own_name(place, undeclared)] = json.dumps(value)
    return OddItem(values, present, undeclared, tuple(dict.fromkeys(faults)), isinstance(item, Fields))


def key_is_missing(key_field: str) -> str:
    """The fault of an item that could be read, but has no key."""
    return f"{key_field} is missing"


def _values_and_faults(item: object, fields: Sequence[str]) -> tuple[dict[str, str | None], list[str]]:
    values: dict[str, str | None] = {}
    faults: list[str] = []
    for field in fields:
        try:
            values[field] = _text(_look_up(item, field), field)
        except _Fault as fault:
            faults.append(str(fault))
    return values, faults


def _has_field(value: object, field: str) -> bool:
    for part in field.split("."):
        if not isinstance(value, Fields) or part not in value:
            return False
        value = value[part]
    return True


class _Fault(ValueError):
    """Raised for what cannot be a column's value."""


def _look_up(value: object, field: str) -> object:
    parts = field.split(".")
    for depth, part in enumerate(parts):
        if value is None and depth:
            return None
        if not isinstance(value, Fields):
            raise _Fault(f"{_place(parts, depth)} is not an object")
        if part in value.repeated:
            raise _Fault(f"{_place(parts, depth)} has {part} more than once")
        value = value.get(part)
    return value


def _place(parts: Sequence[str], depth: int) -> str:
    """What a part of a dotted field lies in."""
    return ".".join(parts[:depth]) or "the item"


def _text(value: object, field: str) -> str | None:
    match value:
        case None:
            return None
        case NotANumber():
            raise _Fault(f"{field} is NaN or infinite, which JSON does not have")
        case str():
            if not _is_text(value):
                raise _Fault(f"{field} has half a character in it, or bytes that are not UTF-8")
            return value
        case bool():
            return "true" if value else "false"
        case list():
            raise _Fault(f"{field} is a list, not a value")
        case _:
            raise _Fault(f"{field} is an object, not a value")


def _is_text(value: str) -> bool:
    """Whether no half of a surrogate pair is in it, which JSON can escape and no text can hold."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
