"""Reads the items of an API's page as rows: most of them at once, by their shape, and odd ones one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from hashlib import blake2b
from typing import NamedTuple

import polars as pl

from contracts.raw_layout import UNDECLARED
from contracts.sources.api import ApiSource
from tasks.extract.api.odd_items import key_is_missing, read_odd_item
from tasks.extract.api.page import as_written
from tasks.extract.api.shapes import Shape
from tasks.extract.chunks import CURSOR, CURSOR_TYPE, FAULT, KEY, LOCATION, SOURCE_TEXT
from tasks.extract.times import read_timestamp
from tasks.extract.undeclared import SCHEMA, is_ignored, undeclared_of

DIGEST = "_digest"
IS_OBJECT = "_is_object"

MOST_SHAPES = 10
"""So many shapes of a page are looked for: each costs a look at all items that no earlier one fits."""

_DIGEST_BYTES = 16
_PLACE, _TEXT, _VALUES = "place", "text", "values"


class ReadItems(NamedTuple):
    """The items as rows, in order, and which of the fields that were asked for some item has, be they null.

    Rows have a chunk's columns (`tasks.extract.chunks`), `_undeclared` among them, and two more: `_digest`, the item's
    text's in hexadecimal, and `_is_object`, false for what is no JSON object. An item without a key is known by its
    digest. The time of change is null if it cannot be read, or the source has none.
    """

    rows: pl.DataFrame
    fields: frozenset[str]


class _Part(NamedTuple):
    """Items that were read together, and which of the fields some of them have."""

    read: pl.DataFrame
    present: frozenset[str] = frozenset()


def read_items(source: ApiSource, items: Sequence[str], columns: Mapping[str, str]) -> ReadItems:
    """What the items, as `Page` has them, say at these columns' fields; null where an item has no such field."""
    cursor = [source.cursor_field] if source.cursor_field else []
    fields = list(dict.fromkeys([source.key_field, *cursor, *columns.values()]))
    texts = pl.DataFrame({_TEXT: pl.Series(items, dtype=pl.String)}).with_row_index(_PLACE)
    parts = [_Part(_no_rows(fields)), *_parts(source, texts, fields)]
    rows = _rows(source, pl.concat([part.read for part in parts]).sort(_PLACE), columns)
    present = frozenset[str]().union(*(part.present for part in parts))
    return ReadItems(rows, present)


def _no_rows(fields: Sequence[str]) -> pl.DataFrame:
    """Place and text of an item, what it says, what it has beside that, its fault and whether it is an object."""
    values = pl.Struct(dict.fromkeys(fields, pl.String))
    return pl.DataFrame(
        schema={
            _PLACE: pl.UInt32,
            _TEXT: pl.String,
            _VALUES: values,
            UNDECLARED: SCHEMA,
            FAULT: pl.String,
            IS_OBJECT: pl.Boolean,
        }
    )


def _parts(source: ApiSource, texts: pl.DataFrame, fields: Sequence[str]) -> Iterator[_Part]:
    for _ in range(MOST_SHAPES):
        if texts.is_empty():
            return
        shape = Shape.of(texts[_TEXT][0], fields, partial(is_ignored, source))
        is_alike = texts[_TEXT].str.contains(shape.pattern) if shape else pl.repeat(False, texts.height, eager=True)
        if shape and is_alike[0]:
            yield _Part(_read_alike(texts.filter(is_alike), shape, source.key_field, fields), shape.present)
            texts = texts.filter(~is_alike)
        else:
            yield _read_odd(source, texts.head(1), fields)
            texts = texts.slice(1)
    yield _read_odd(source, texts, fields)


def _read_alike(texts: pl.DataFrame, shape: Shape, key: str, fields: Sequence[str]) -> pl.DataFrame:
    read = shape.read(texts[_TEXT], fields)
    values, beside = read.select(fields), read[UNDECLARED]
    has_key = values[key].fill_null("") != ""
    fault = pl.when(~has_key).then(pl.lit(key_is_missing(key))).alias(FAULT)
    return texts.with_columns(values.to_struct(_VALUES), beside, fault, pl.lit(True).alias(IS_OBJECT))


def _read_odd(source: ApiSource, texts: pl.DataFrame, fields: Sequence[str]) -> _Part:
    found = [read_odd_item(text, source.key_field, fields, partial(is_ignored, source)) for text in texts[_TEXT]]
    rows = [
        (
            place,
            text,
            {field: item.values.get(field) for field in fields},
            undeclared_of(item.undeclared),
            "; ".join(item.faults) or None,
            item.is_object,
        )
        for (place, text), item in zip(texts.iter_rows(), found, strict=True)
    ]
    read = pl.DataFrame(rows, schema=_no_rows(fields).schema, orient="row")
    return _Part(read, frozenset[str]().union(*(item.present for item in found)))


def _rows(source: ApiSource, read: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    values = {field: pl.col(_VALUES).struct.field(field) for field in read[_VALUES].struct.fields}
    key, has_key = values[source.key_field], values[source.key_field].fill_null("") != ""
    nameless = pl.lit(f"without {source.key_field}: ") + pl.col(DIGEST)
    time = read_timestamp(values[source.cursor_field], source.timestamp_format) if source.cursor_field else pl.lit(None)
    return read.with_columns(_digests(read[_TEXT])).select(
        *(values[field].alias(name) for name, field in columns.items()),
        pl.when(has_key).then(key).otherwise(nameless).alias(KEY),
        time.cast(CURSOR_TYPE).alias(CURSOR),
        pl.when(has_key)
        .then(source.key_field + pl.lit(" ") + key)
        .otherwise(pl.lit("item ") + nameless)
        .alias(LOCATION),
        UNDECLARED,
        FAULT,
        pl.when(pl.col(FAULT).is_not_null()).then(as_written(pl.col(_TEXT))).alias(SOURCE_TEXT),
        DIGEST,
        IS_OBJECT,
    )


def _digests(texts: pl.Series) -> pl.Series:
    digests = [blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest() for text in texts]
    return pl.Series(DIGEST, digests, dtype=pl.String)
