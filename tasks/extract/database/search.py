"""Finds the rows that PostgreSQL cannot compute or write, by halving.

A view that divides by a row's zero, a character without a counterpart in UTF-8: PostgreSQL stops the whole statement
and does not say at which row. Halving takes about log2(rows) statements for each such row, all of one snapshot.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from contracts.sources.database import DatabaseSource
from tasks.errors import StructureError
from tasks.extract.chunks import CURSOR, DELETED
from tasks.extract.database.errors import UnreadableRows, condition
from tasks.extract.database.snapshot import SQL_ASCII, Snapshot
from tasks.extract.database.sql import Part, Range, inside
from tasks.extract.database.statements import Query

MOST_UNREADABLE = 100
"""What comes to more is no matter of single rows."""


def are_times_readable(query: Query, snapshot: Snapshot) -> bool:
    """Whether every row's time of change can be read, and so whether it lies in the window."""
    return failure(snapshot, query.select(f"count({query.cursor})", query.window)) is None


def find_unreadable(source: DatabaseSource, query: Query, snapshot: Snapshot) -> list[Part]:
    """The versions of rows that cannot be read, each alone in its part; by their times if a key cannot be read.

    Raises:
        StructureError: they are too many, or cannot be told from the others.
    """
    times = [] if query.is_guarded else [query.cursor]
    try:
        return _search(source, query, snapshot, [query.key, *times])
    except UnreadableRows:
        if not times:
            raise
    return _search(source, query, snapshot, times)


def _search(source: DatabaseSource, query: Query, snapshot: Snapshot, columns: Sequence[str]) -> list[Part]:
    """The parts that cannot be read, with one value of each column or, if that is one row, of the first ones."""
    found: list[Part] = []
    pending = _whole((), columns[0])
    while pending:
        part = pending.pop()
        sqlstate = failure(snapshot, probe(query, snapshot, query.columns, query.within(inside(part))))
        if sqlstate is None:
            continue
        smaller = _smaller(source, query, snapshot, part, sqlstate)
        if not smaller and len(part) < len(columns) and count_rows(query, snapshot, query.within(inside(part))) > 1:
            smaller = _whole(part, columns[len(part)])
        pending += reversed(smaller)
        found += [] if smaller else [part]
        if len(found) > MOST_UNREADABLE:
            told = f"more than {MOST_UNREADABLE} rows of {source.table} of {source.name} cannot be read"
            raise StructureError(f"{told}, such as one with {condition(sqlstate)}; mend the rows or the view")
    return found


def _whole(part: Part, column: str) -> list[Part]:
    return [(*part, Range(column, is_null=True)), (*part, Range(column))]


def _smaller(source: DatabaseSource, query: Query, snapshot: Snapshot, part: Part, sqlstate: str) -> list[Part]:
    """Two parts of about as many values of the part's last column; none if it has one value alone."""
    told = f"reading {source.table} of {source.name} fails with {condition(sqlstate)}"
    *others, last = part
    # where some row's time cannot be read, what lies outside of the window is halved with the rest
    rows = inside(part) if query.is_guarded else query.within(inside(part))
    try:
        ((middle, count),) = snapshot.fetch(query.middle(last.column, rows))
    except UnreadableRows as error:
        field = source.key_field if last.column == query.key else source.cursor_field
        not_even = f"not even its {field} can be read: {condition(error.sqlstate)}"
        raise UnreadableRows(f"{told}, and {not_even}; mend the rows or the view", error.sqlstate) from None
    if count == 1:
        return []
    if count == 0 or middle in {last.above, last.upto}:
        raise StructureError(f"{told}, which no row of its own brings about; mend the table or view")
    return [(*others, replace(last, upto=middle)), (*others, replace(last, above=middle))]


def count_rows(query: Query, snapshot: Snapshot, where: str) -> int:
    """How many rows keep a condition."""
    ((count,),) = snapshot.fetch(query.select("count(*)", where))
    return int(count)


def failure(snapshot: Snapshot, statement: str) -> str | None:
    """The code with which a statement fails for a row; None if it does not fail."""
    try:
        snapshot.fetch(statement)
    except UnreadableRows as error:
        return error.sqlstate
    return None


def probe(query: Query, snapshot: Snapshot, names: Iterable[str], where: str | None) -> str:
    """The statement that computes these columns, as texts that can be sent, and sends nothing but how many they are."""

    def written(name: str) -> str:
        text = query.columns[name]
        return text if name in {CURSOR, DELETED} or snapshot.encoding == SQL_ASCII else f"convert_to({text}, 'UTF8')"

    return query.select(", ".join(f"count({written(name)})" for name in names), where)
