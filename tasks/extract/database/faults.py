"""Tells what is wrong with each row that PostgreSQL cannot compute or write, and what can be read of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from contracts.sources.database import DatabaseSource
from tasks.errors import StructureError
from tasks.extract.chunks import CURSOR, DELETED, FAULT, KEY, LOCATION, SOURCE_TEXT
from tasks.extract.database.errors import NO_TEXT, condition
from tasks.extract.database.search import count_rows, failure, probe
from tasks.extract.database.snapshot import Snapshot
from tasks.extract.database.sql import Part, inside
from tasks.extract.database.statements import Query
from tasks.extract.database.texts import as_frame, source_text

MOST_ALIKE = 100
"""More rows than that are not set aside for the sake of one of them."""

_FEW_BYTES = 1024 * 1024


def unreadable_rows(
    source: DatabaseSource, query: Query, snapshot: Snapshot, unreadable: Iterable[Part]
) -> Iterator[pl.DataFrame]:
    """The rows of those parts with their faults: what can be read of them, as the statement would give it.

    Raises:
        StructureError: too many rows cannot be told from each other, or nothing of a row can be read.
    """
    for part in unreadable:
        where = query.within(inside(part))
        if failure(snapshot, query.select("count(*)", where)):
            where = inside(part)  # their time itself cannot be read, so that they come with every window
        alike = count_rows(query, snapshot, where)
        if alike > MOST_ALIKE:
            of_table = f"{alike} rows of {source.table} of {source.name}"
            raise StructureError(f"{of_table} with one {source.key_field} and time cannot be read; give each its own")
        rows = pl.concat([pl.DataFrame(), *_with_faults(source, query, snapshot, where, alike)], how="diagonal")
        if rows.height != alike:
            raise StructureError(f"a row of {source.table} of {source.name} has no column that can be read; mend it")
        yield rows


def _with_faults(
    source: DatabaseSource, query: Query, snapshot: Snapshot, where: str, alike: int
) -> Iterator[pl.DataFrame]:
    failures = {name: failure(snapshot, probe(query, snapshot, [name], where)) for name in query.columns}
    bad = {name: sqlstate for name, sqlstate in failures.items() if sqlstate}
    texts = _source_text(source, query, snapshot, bad, where) if alike == 1 else None
    for batch in snapshot.stream(query.rows([name for name in query.columns if name not in bad], where), _FEW_BYTES):
        rows = as_frame(batch)
        fault = pl.concat_str(pl.lit(_told(source, bad, alike)), FAULT, separator="; ", ignore_nulls=True)
        shown = pl.concat_str(pl.lit(texts, pl.String), SOURCE_TEXT, separator="\n", ignore_nulls=True)
        yield rows.with_columns(fault.alias(FAULT), pl.when(shown != "").then(shown).alias(SOURCE_TEXT))


def _told(source: DatabaseSource, bad: dict[str, str], alike: int) -> str:
    """What is wrong, without any value."""
    names = {code: dict.fromkeys(_field(source, name) for name in bad if bad[name] == code) for code in bad.values()}
    told = "; ".join(f"PostgreSQL cannot give its {', '.join(names[code])}: {condition(code)}" for code in names)
    told = told or "PostgreSQL cannot give all its columns at once"
    return f"{told}; {alike} rows have its key and time, and not each may be at fault" if alike > 1 else told


def _field(source: DatabaseSource, name: str) -> str:
    fields = {KEY: source.key_field, LOCATION: source.key_field, CURSOR: source.cursor_field}
    if source.deleted_when:
        fields[DELETED] = source.deleted_when.field
    return fields.get(name, name)


def _source_text(
    source: DatabaseSource, query: Query, snapshot: Snapshot, bad: dict[str, str], where: str
) -> str | None:
    """A row's values that hold characters without a counterpart; nothing can be shown of others."""
    names = [name for name, code in bad.items() if code in NO_TEXT and name != LOCATION]
    as_bytes = [f"convert_to({query.columns[name]}, getdatabaseencoding())" for name in names]
    found = snapshot.fetch(query.select(", ".join(as_bytes), where)) if names else []
    fields = [_field(source, name) for name in names]
    return source_text(dict(zip(fields, found[0], strict=True)), "ascii") if found else None
