"""Extracts rows from PostgreSQL: one reading statement, streamed in Arrow batches, each value as PostgreSQL writes it.

All is read from one snapshot however long it takes, and memory holds a few batches however big the table is. Rows that
PostgreSQL cannot compute or write are rows with a fault: they stop no other row.
Driver: https://arrow.apache.org/adbc/current/driver/postgresql.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import polars as pl

from contracts.contract import Contract
from contracts.raw_layout import UNDECLARED
from contracts.sources.database import DatabaseSource
from tasks.errors import SourceUnavailable, StructureError
from tasks.extract.chunks import Window, as_chunk
from tasks.extract.database.errors import UnreadableRows
from tasks.extract.database.faults import unreadable_rows
from tasks.extract.database.search import are_times_readable, failure, find_unreadable, probe
from tasks.extract.database.snapshot import Snapshot, open_snapshot
from tasks.extract.database.sql import outside, quoted_path
from tasks.extract.database.statements import WHOLE, Query, readable_statement
from tasks.extract.database.texts import as_frame
from tasks.extract.shards import Shard
from tasks.extract.undeclared import NOT_READ, undeclared

BATCH_BYTES = 16 * 1024 * 1024


def extract_database(
    contract: Contract, source: DatabaseSource, url: str, window: Window, shard: Shard = WHOLE
) -> Iterator[pl.DataFrame]:
    """Chunks of the rows whose last change lies in the window, the oldest change first; of one shard of them alone.

    Rows whose time of change is null or outside of the calendar have no place in time: their `_cursor` is null, and
    they come with every window. Rows that cannot be read come together, as soon as one of them is met.

    Raises:
        SourceUnavailable: the database cannot be reached, or it stops the reading for a reason that may pass.
        MisconfiguredError: the URL is not as it must be, or the table is missing.
        AccessRefused: it rejects the user or its password, or the user may not read the table.
        StructureError: a column is missing, or so much cannot be read that it is no matter of single rows.
    """
    with open_snapshot(source, url) as snapshot:
        query = window_query(contract, source, snapshot, window, shard)
        if query.undeclared:
            query.read_also(name for (name,) in snapshot.fetch(readable_statement(source, query.undeclared)))
        for rows in _frames(source, query, snapshot):
            values = pl.col(UNDECLARED) if UNDECLARED in rows.columns else NOT_READ
            yield as_chunk(contract, [pl.exclude(UNDECLARED), *undeclared(query.undeclared, values)], rows)


def changes_span(
    contract: Contract, source: DatabaseSource, url: str, window: Window
) -> tuple[datetime, datetime] | None:
    """The first and the last time of change of the window's rows that have a place in time; None if none has.

    Raises:
        PipelineError: as `extract_database`.
    """
    with open_snapshot(source, url) as snapshot:
        ((first, last),) = snapshot.fetch(window_query(contract, source, snapshot, window).span())
    return (first, last) if first else None


def window_query(
    contract: Contract, source: DatabaseSource, snapshot: Snapshot, window: Window, shard: Shard = WHOLE
) -> Query:
    """What reads the window's rows, or one shard of them.

    Raises:
        StructureError: the table lacks a column.
    """
    types = snapshot.types(f"SELECT * FROM {quoted_path(source.table)}")  # noqa: S608 - quoted
    return Query(contract, source, types, window, shard)


def _frames(source: DatabaseSource, query: Query, snapshot: Snapshot) -> Iterator[pl.DataFrame]:
    """All rows; if some cannot be read, these are found, and reading begins again without them."""
    read, last = 0, pl.DataFrame()
    try:
        for rows in _stream(query, snapshot, query.window):
            read, last = read + rows.height, rows
            yield rows
    except UnreadableRows as error:
        stopped = error
    else:
        return
    query.is_guarded = not are_times_readable(query, snapshot)
    if query.is_guarded and not query.shard.is_whole:
        since = f"a {source.cursor_field} of {source.table} of {source.name} has become unreadable since it was split"
        raise SourceUnavailable(f"{since}; run again")
    beside_fails = _stops_reading_undeclared(query, snapshot)
    unreadable = find_unreadable(source, query, snapshot)
    if not unreadable and not beside_fails:
        raise stopped
    yield from unreadable_rows(source, query, snapshot, unreadable)
    others = _stream(query, snapshot, query.within(outside(unreadable)) if unreadable else query.window)
    if beside_fails:
        last = last.drop(UNDECLARED, strict=False)
    yield from _after(read, last, others, source) if read else others


def _stops_reading_undeclared(query: Query, snapshot: Snapshot) -> bool:
    """Whether what the contract does not know cannot be read of some row, which is no reason to set that row aside.

    It is read of no other row either, from then on.
    """
    if UNDECLARED not in query.columns or failure(snapshot, probe(query, snapshot, [UNDECLARED], query.window)) is None:
        return False
    del query.columns[UNDECLARED]
    return True


def _stream(query: Query, snapshot: Snapshot, condition: str | None) -> Iterator[pl.DataFrame]:
    return map(as_frame, snapshot.stream(query.in_order(condition), BATCH_BYTES))


def _after(
    read: int, last: pl.DataFrame, frames: Iterator[pl.DataFrame], source: DatabaseSource
) -> Iterator[pl.DataFrame]:
    """The rows after those that were read before, of which the last ones must be met again at their place.

    Raises:
        StructureError: they are not, so that nobody could tell which rows were read.
    """
    position, again = 0, [last.clear()]
    for rows in frames:
        known = min(rows.height, max(0, read - position))
        again.append(rows[min(known, max(0, read - last.height - position)) : known])
        position += rows.height
        if known and position >= read and not _same_rows(pl.concat(again), last):
            break
        if known < rows.height:
            yield rows[known:]
    else:
        if position >= read:
            return
    raise StructureError(
        f"{source.table} of {source.name} has a row that cannot be read, and its other rows come in another order when "
        f"they are read again: several have one {source.key_field} and time, or a view's values change; mend the view"
    )


def _same_rows(some: pl.DataFrame, others: pl.DataFrame) -> bool:
    return some.sort(pl.all()).equals(others.sort(pl.all()))
