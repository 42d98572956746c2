"""What a source has beside the contract's columns, which is landed with its row and named.

In a chunk it is the struct `_undeclared`, which is absent where there is nothing of it: `names` (list of strings), as
at the source, and `values`, a JSON object as text, null in rows that have none of them, and of type Null where nothing
but names could be read.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from functools import reduce
from itertools import chain, count

import polars as pl

from contracts.raw_layout import UNDECLARED
from contracts.shapes import REPLACEMENTS, SHAPE_CHARACTERS
from contracts.sources.source import BaseSource

MOST_NAMES = 20
"""So many names of a load are told."""

_VALUE_DIGITS = 9
"""What has so many digits is rather a person's number than a name; a date has fewer."""

NOT_READ = pl.lit(None)
"""The values of what could only be named."""

_NAMES, _VALUES = "names", "values"
SCHEMA = pl.Struct({_NAMES: pl.List(pl.String), _VALUES: pl.String})

_MARKUP = r"[^\p{L}\p{N} _.,;()/#$%+-]"


def undeclared(names: Collection[str], values: pl.Expr) -> list[pl.Expr]:
    """What `as_chunk` takes for values with these names at the source: no expression if there are none."""
    listed_names = pl.lit(sorted(names), pl.List(pl.String))
    return [pl.struct(listed_names.alias(_NAMES), values.alias(_VALUES)).alias(UNDECLARED)] if names else []


def undeclared_of(values: Mapping[str, str]) -> dict[str, object] | None:
    """The same for one row of values, as JSON has them."""
    members = [f"{json.dumps(name, ensure_ascii=False)}:{value}" for name, value in values.items() if value != "null"]
    return {_NAMES: sorted(values), _VALUES: f"{{{','.join(members)}}}" if members else None} if values else None


def object_of_texts(values: Mapping[str, pl.Expr]) -> pl.Expr:
    """These texts by their names as a JSON object; a value that is missing is no member."""
    return object_of_written(
        {
            name: pl.struct(value.alias("")).struct.json_encode().str.strip_prefix('{"":').str.strip_suffix("}")
            for name, value in values.items()
        }
    )


def object_of_written(values: Mapping[str, pl.Expr]) -> pl.Expr:
    """These values, as JSON has them, by their names as an object; null without any that is there and not `null`."""
    members = [
        pl.when(value != "null").then(pl.lit(f"{json.dumps(name, ensure_ascii=False)}:") + value)
        for name, value in values.items()
    ]
    joined = pl.concat_str(members, separator=",", ignore_nulls=True)
    return pl.when(joined != "").then(pl.lit("{") + joined + pl.lit("}"))


def own_name(name: str, taken: Collection[str]) -> str:
    """The name, with a number behind it if something else has it.

    >>> own_name("colour", ["colour", "colour (2)"])
    'colour (3)'
    """
    names = chain([name], (f"{name} ({number})" for number in count(2)))
    return next(one for one in names if one not in taken)


def is_ignored(source: BaseSource, name: str) -> bool:
    """Whether the source's entry ignores the name; with `extra` it ignores `extra.colour`, too."""
    return any(f"{name}.".startswith(f"{one}.") for one in source.ignored_fields)


def undeclared_as_json(chunk: pl.DataFrame) -> pl.DataFrame:
    """The chunk with the values in `_undeclared`; where nothing but names was read, without that column."""
    if UNDECLARED not in chunk.columns:
        return chunk
    values = chunk[UNDECLARED].struct.field(_VALUES)
    return chunk.drop(UNDECLARED) if values.dtype == pl.Null else chunk.with_columns(values.alias(UNDECLARED))


def undeclared_names(chunk: pl.DataFrame) -> tuple[str, ...]:
    """The chunk's undeclared names as they may be told (`merged_names`)."""
    if UNDECLARED not in chunk.columns:
        return ()
    names = pl.col(UNDECLARED).struct.field(_NAMES)
    return merged_names(chunk.select(names.explode().drop_nulls().unique()).select(_told(pl.col(_NAMES))).to_series())


def merged_names(*groups: Iterable[str]) -> tuple[str, ...]:
    """The first names of all groups in their order: one more than are told, if there are more."""
    return tuple(sorted({name for group in groups for name in group}))[: MOST_NAMES + 1]


def listed(names: tuple[str, ...]) -> str:
    """The names as they are told.

    >>> listed(("colour", "size"))
    'colour, size'
    """
    return ", ".join([*names[:MOST_NAMES], *(["and more"] if len(names) > MOST_NAMES else [])])


def _told(name: pl.Expr) -> pl.Expr:
    """The name without what would be markup; by its shape if it rather is a value."""
    is_value = (name.str.count_matches(r"\p{N}") >= _VALUE_DIGITS) | name.str.contains("@", literal=True)
    shape = reduce(lambda shaped, pair: shaped.str.replace_all(*pair), REPLACEMENTS, name)
    shown = pl.when(is_value).then(shape).otherwise(name).str.slice(0, SHAPE_CHARACTERS)
    return shown.str.replace_all(_MARKUP, "·")
