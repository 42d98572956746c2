"""The books: rows of each source that a table ever took in, carried from commit to commit in the commits' metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from contracts.job_report import SourceBooks
from spark_jobs.errors import BooksError
from spark_jobs.tables.delta import Commit

RowsBySource = dict[str, int]
"""Number of rows by source."""


def bronze_rows(commits: Sequence[Commit]) -> RowsBySource:
    """Rows of each source in bronze, from its commits (newest first).

    All commits of a stream note the same: their source, and every source's rows before the stream; the engine's own
    metric says how many rows each added. Of a source without a commit among these, the newest commit's note is as good.
    """
    newest: dict[str, dict[str, Any]] = {}
    own: Counter[str] = Counter()
    for commit in commits:
        source = commit.metadata["source"]
        if newest.setdefault(source, commit.metadata) == commit.metadata:
            own[source] += commit.metrics.get("numOutputRows", 0)
    noted = commits[0].metadata["rows_before"] if commits else {}
    before = {source: metadata["rows_before"].get(source, 0) for source, metadata in newest.items()}
    return dict(sorted({**noted, **added(before, own)}.items()))


def has_whole_streams(commits: Sequence[Commit]) -> bool:
    """Whether older commits of bronze add nothing: the oldest of these is of a stream before the newest's."""
    if not commits:
        return False
    oldest = commits[-1].metadata
    return any(commit.metadata["source"] == oldest["source"] and commit.metadata != oldest for commit in commits)


def added(one: Mapping[str, int], other: Mapping[str, int]) -> RowsBySource:
    """Both, source by source.

    >>> added({"till": 2}, {"shop": 1, "till": 3})
    {'shop': 1, 'till': 5}
    """
    return {source: one.get(source, 0) + other.get(source, 0) for source in sorted({*one, *other})}


def require_balance(bronze: RowsBySource, transformed: Mapping[str, RowsBySource]) -> None:
    """Raise BooksError unless of every source bronze is the sum of what became of it; names the sources and terms."""
    sources = sorted({*bronze, *(source for rows in transformed.values() for source in rows)})
    problems = []
    for source in sources:
        taken_in = bronze.get(source, 0)
        terms = {term: rows.get(source, 0) for term, rows in transformed.items()}
        books = SourceBooks(extracted=taken_in, landed=taken_in, bronze=taken_in, **terms)
        problems += [f"{source}: {imbalance}" for imbalance in books.imbalances()]
    if problems:
        raise BooksError("books do not balance: " + "; ".join(problems))


def require_changed(table_name: str, changed: int, expected: int) -> None:
    """Raise BooksError unless a merge changed as many rows as were counted: else somebody else changed the table."""
    if changed != expected:
        raise BooksError(f"books do not balance: {table_name}: the merge changed {changed} rows, not {expected}")


def require_count(table_name: str, books: RowsBySource, rows_in_table: int) -> None:
    """Raise BooksError unless the books' rows are as many as the table holds."""
    if sum(books.values()) != rows_in_table:
        terms = " + ".join(f"{source} {rows}" for source, rows in books.items()) or "nothing"
        raise BooksError(f"books do not balance: {table_name} holds {rows_in_table} rows, its books say {terms}")
