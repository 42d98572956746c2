"""What an item of an API says: the values at the contract's fields, and what keeps it from being read as columns.

Faults name fields of the contract and never a value. What else an item holds does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

import polars as pl

from contracts.sources.api import ApiSource
from tasks.extract.api.json_text import Fields, Item, NotANumber, without_collection
from tasks.extract.times import read_timestamp

_DIGEST_BYTES = 16


@dataclass(frozen=True)
class ReadItem:
    """An item's values by field, as texts, its key, its time of change and its faults; the digest is of its text.

    An item without a key is known by its text. The time is None if it cannot be read, or the source has none.
    """

    item: Item
    values: dict[str, str | None]
    key: str
    changed_at: datetime | None
    faults: tuple[str, ...]
    digest: str

    @property
    def text(self) -> str:
        r"""The item as the source wrote it, with bytes that are not UTF-8 as `\xe3`."""
        return self.item.text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def read_items(source: ApiSource, items: Sequence[Item], fields: Iterable[str]) -> list[ReadItem]:
    """What the items say at these fields; those that an item does not have are None."""
    cursor_field = source.cursor_field
    every = list(dict.fromkeys([source.key_field, *([cursor_field] if cursor_field else []), *fields]))
    with without_collection():
        found = [_values_and_faults(item, every) for item in items]
    written = pl.Series([values.get(cursor_field or "") for values, _ in found], dtype=pl.String)
    times = pl.select(read_timestamp(pl.lit(written), source.timestamp_format)).to_series() if items else ()
    return [
        _read_item(source, item, values, faults, time)
        for item, (values, faults), time in zip(items, found, times, strict=True)
    ]


def _read_item(
    source: ApiSource, item: Item, values: dict[str, str | None], faults: list[str], time: datetime | None
) -> ReadItem:
    key, content = values.get(source.key_field), item.text.encode("utf-8", "surrogateescape")
    if source.key_field in values and not key:
        faults = [f"{source.key_field} is missing", *faults]
    digest = blake2b(content, digest_size=_DIGEST_BYTES).hexdigest()
    return ReadItem(
        item=item,
        values=values,
        key=key or f"without {source.key_field}: {digest}",
        changed_at=time,
        faults=tuple(dict.fromkeys(faults)),
        digest=digest,
    )


def _values_and_faults(item: Item, fields: Sequence[str]) -> tuple[dict[str, str | None], list[str]]:
    values: dict[str, str | None] = {}
    faults: list[str] = []
    for field in fields:
        try:
            values[field] = _text(_look_up(item, field), field)
        except _Fault as fault:
            faults.append(str(fault))
    return values, faults


def has_field(value: object, field: str) -> bool:
    """Whether the object has the field, be it null."""
    for part in field.split("."):
        if not isinstance(value, Fields) or part not in value:
            return False
        value = value[part]
    return True


class _Fault(ValueError):
    """Raised for what cannot be a column's value."""


def _look_up(item: Item, field: str) -> object:
    if not item.is_json:
        raise _Fault("the item is not JSON")
    value, parts = item.value, field.split(".")
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
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
