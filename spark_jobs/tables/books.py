"""The books: rows of each source that a table ever took in, carried from commit to commit in the commits' metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.job_report import SourceBooks
from spark_jobs.errors import BooksError
from spark_jobs.tables.delta import Commit

RowsBySource = dict[str, int]
"""Number of rows by source."""

ERASED = "erased"
"""The term of rows that were erased, here and in what bronze's commits note."""


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
            own[source] += _appended(commit)
    noted = commits[0].metadata["rows_before"] if commits else {}
    before = {source: metadata["rows_before"].get(source, 0) for source, metadata in newest.items()}
    return dict(sorted({**noted, **added(before, own)}.items()))


def _appended(commit: Commit) -> int:
    """Rows that a commit added to bronze: what a merge puts out are rows that stay there."""
    return 0 if "numTargetRowsDeleted" in commit.metrics else commit.metrics.get("numOutputRows", 0)


def erased_rows(commits: Sequence[Commit]) -> RowsBySource:
    """Rows of each source that were ever erased from bronze, which each of its commits (newest first) notes."""
    return dict(commits[0].metadata.get(ERASED, {})) if commits else {}


def erasure_note(commits: Sequence[Commit], rows: RowsBySource, ingestion_id: str) -> dict[str, Any]:
    """What the commit notes that erases so many rows from bronze, which had these commits (newest first) before."""
    erased = added(erased_rows(commits), rows)
    own = {"rows_before": bronze_rows(commits), "ingestion_id": ingestion_id, ERASED: erased}
    return {**commits[0].metadata, **own}


@dataclass(frozen=True)
class Erasure:
    """The version of bronze that an erasure made, and the rows of each source that were ever erased by then."""

    version: int
    erased: RowsBySource


def erasures_after(version: int, commits: Sequence[Commit]) -> list[Erasure]:
    """The erasures in bronze's commits (newest first) after that version, oldest first: what is noted changes there."""
    noted = [erased_rows([commit]) for commit in commits]
    before = [*noted[1:], {}]
    return [
        Erasure(commit.version, now)
        for commit, now, then in reversed(list(zip(commits, noted, before, strict=True)))
        if commit.version > version and now != then
    ]


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


def less(one: Mapping[str, int], other: Mapping[str, int]) -> RowsBySource:
    """The first without the second, source by source.

    >>> less({"shop": 1, "till": 5}, {"till": 3})
    {'shop': 1, 'till': 2}
    """
    return added(one, {source: -rows for source, rows in other.items()})


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
