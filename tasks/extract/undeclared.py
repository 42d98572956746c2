"""What a source has beside the contract's columns: of files it is landed with the row, of other sources only named.

In a chunk it is the struct `_undeclared`, which is absent where there is nothing of it. Its fields are called as at the
source; they are texts, or of type Null where nothing but the name is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce

import polars as pl

from contracts.raw_layout import UNDECLARED
from contracts.shapes import REPLACEMENTS, SHAPE_CHARACTERS
from contracts.sources.source import BaseSource

MOST_NAMES = 20
"""So many names of a load are told."""

_VALUE_DIGITS = 9
"""What has so many digits is rather a person's number than a name; a date has fewer."""

_MARKUP = r"[^\p{L}\p{N} _.,;()/#$%+-]"


def undeclared(values: Mapping[str, pl.Expr]) -> list[pl.Expr]:
    """What `as_chunk` takes for values by their names at the source: no expression if there are none."""
    return [pl.struct(value.alias(name) for name, value in values.items()).alias(UNDECLARED)] if values else []


def only_named(names: Iterable[str]) -> list[pl.Expr]:
    """The same for what is not read."""
    return undeclared({name: pl.lit(None) for name in sorted(names)})


def not_ignored(source: BaseSource, names: Iterable[str]) -> frozenset[str]:
    """The names that the source's entry does not ignore; with `extra` it ignores `extra.colour`, too."""
    return frozenset(
        name for name in names if not any(f"{name}.".startswith(f"{one}.") for one in source.ignored_fields)
    )


def undeclared_as_json(chunk: pl.DataFrame) -> pl.DataFrame:
    """The chunk with what was read as one JSON object in each row, null in rows that have no such value.

    A value that is missing is no member. Where nothing but names was read, the column is left out.
    """
    read = [name for name, dtype in _fields(chunk).items() if dtype == pl.String]
    if not read:
        return chunk.drop(UNDECLARED, strict=False)
    members = pl.concat_str(map(_member, read), separator=",", ignore_nulls=True)
    return chunk.with_columns(
        pl.when(members != "").then(pl.concat_str(pl.lit("{"), members, pl.lit("}"))).alias(UNDECLARED)
    )


def undeclared_names(chunk: pl.DataFrame) -> tuple[str, ...]:
    """The chunk's undeclared names as they may be told (`merged_names`)."""
    return merged_names(pl.select(_told(pl.lit(pl.Series(list(_fields(chunk)), dtype=pl.String)))).to_series())


def merged_names(*groups: Iterable[str]) -> tuple[str, ...]:
    """The first names of all groups in their order: one more than are told, if there are more."""
    return tuple(sorted({name for group in groups for name in group}))[: MOST_NAMES + 1]


def listed(names: tuple[str, ...]) -> str:
    """The names as they are told.

    >>> listed(("colour", "size"))
    'colour, size'
    """
    return ", ".join([*names[:MOST_NAMES], *(["and more"] if len(names) > MOST_NAMES else [])])


def _fields(chunk: pl.DataFrame) -> dict[str, object]:
    type_ = chunk.schema.get(UNDECLARED)
    return dict(type_.to_schema()) if isinstance(type_, pl.Struct) else {}


def _member(name: str) -> pl.Expr:
    """The value as a member of a JSON object, `"colour":"red"`; null if there is none."""
    value = pl.col(UNDECLARED).struct.field(name)
    written = pl.struct(value).struct.json_encode().str.strip_prefix("{").str.strip_suffix("}")
    return pl.when(value.is_not_null()).then(written)


def _told(name: pl.Expr) -> pl.Expr:
    """The name without what would be markup; by its shape if it rather is a value."""
    is_value = (name.str.count_matches(r"\p{N}") >= _VALUE_DIGITS) | name.str.contains("@", literal=True)
    shape = reduce(lambda shaped, pair: shaped.str.replace_all(*pair), REPLACEMENTS, name)
    shown = pl.when(is_value).then(shape).otherwise(name).str.slice(0, SHAPE_CHARACTERS)
    return shown.str.replace_all(_MARKUP, "·")
