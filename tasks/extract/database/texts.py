"""Makes frames of what the driver delivers, with a fault for every row whose bytes are no text.

PostgreSQL checks no bytes in a SQL_ASCII database, and a damaged one may hold any bytes in every encoding.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from contracts.raw_layout import UNDECLARED
from tasks.extract.chunks import FAULT, KEY, LOCATION, SOURCE_TEXT

UTF8 = "utf-8"
_SHOWN = "backslashreplace"
_PLACE = "place"


def as_frame(batch: pa.RecordBatch) -> pl.DataFrame:
    r"""The batch's rows with `_fault` and `_source_text` (strings, null where all bytes are UTF-8).

    A column that is no text is null, and stands in `_source_text` with `\xe9` for a byte. Key and location, which find
    the row, are shown like that in place. Nothing is at fault for `_undeclared`, which has `�` for each such byte.
    """
    try:
        batch.validate(full=True)  # polars trusts that texts are UTF-8, and breaks if they are not
    except pa.ArrowInvalid:
        return _rows_and_faults(batch)
    return pl.DataFrame(batch).with_columns(pl.lit(None, pl.String).alias(name) for name in (FAULT, SOURCE_TEXT))


def source_text(values: Mapping[str, bytes], encoding: str = UTF8) -> str | None:
    r"""A line `column: value` for each value, with `\xe9` for bytes that are no text in the encoding."""
    return "\n".join(f"{name}: {value.decode(encoding, _SHOWN)}" for name, value in values.items()) or None


def _rows_and_faults(batch: pa.RecordBatch) -> pl.DataFrame:
    """The batch's rows in their order, when some have bytes that are no text."""
    bad_places = sorted({place for column in batch.columns for place in _no_texts(column)})
    is_good = pl.Series([True]).extend_constant(True, batch.num_rows - 1).scatter(bad_places, False)
    good = as_frame(batch.filter(is_good.to_arrow()))
    bad_rows = [_bad_row(batch, place) for place in bad_places]
    bad = pl.DataFrame(bad_rows, schema=good.schema, orient="row")
    places = pl.concat([is_good.arg_true(), pl.Series(bad_places, dtype=pl.UInt32)])
    return pl.concat([good, bad]).with_columns(places.alias(_PLACE)).sort(_PLACE).drop(_PLACE)


def _no_texts(column: pa.Array) -> list[int]:
    """The places of a column's values whose bytes are not UTF-8."""
    if not pa.types.is_string(column.type):
        return []
    is_suspicious = pc.invert(pc.string_is_ascii(column))
    places = pc.indices_nonzero(is_suspicious)
    values = column.view(pa.binary()).take(places)
    return [place for place, value in zip(places.to_pylist(), values.to_pylist(), strict=True) if not _is_text(value)]


def _is_text(value: bytes) -> bool:
    try:
        value.decode(UTF8)
    except UnicodeDecodeError:
        return False
    return True


def _bad_row(batch: pa.RecordBatch, place: int) -> dict[str, Any]:
    row: dict[str, Any] = {}
    bad: dict[str, bytes] = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if not pa.types.is_string(column.type):
            row[name] = column[place].as_py()
            continue
        value = column.slice(place, 1).view(pa.binary())[0].as_py()
        row[name] = value if value is None else value.decode(UTF8, "replace" if name == UNDECLARED else _SHOWN)
        if value is not None and not _is_text(value) and name != UNDECLARED:
            bad[name] = value
            row[name] = row[name] if name in {KEY, LOCATION} else None
    columns = ", ".join(name for name in bad if name != LOCATION)
    fault = f"it has bytes that are not UTF-8 in {columns}" if bad else None
    return {**row, FAULT: fault, SOURCE_TEXT: source_text({name: bad[name] for name in bad if name != LOCATION})}
