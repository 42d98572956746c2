"""The books: rows of each source that a table ever took in, carried from commit to commit in the commits' metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from contracts.reports import SourceBooks
from spark_jobs.delta import Commit
from spark_jobs.latest import Action

Rows = dict[str, int]
"""Number of rows by source."""


class BooksError(RuntimeError):
    """Raised when the rows in a table are not those in its books: names the table and the terms."""


@dataclass(frozen=True)
class ActionCount:
    """How many incoming rows of a source met with an action, and whose row they replaced."""

    source: str
    action: Action
    replaced_source: str | None
    rows: int


def bronze_rows(commits: Iterable[Commit]) -> Rows:
    """Rows of each source in bronze, from its commits (newest first).

    A commit notes its source and every source's rows before it; the engine's own metric says how many it added. Of a
    source without a commit among these, the newest commit's note is as good: nothing of it was added since.
    """
    newest: dict[str, Commit] = {}
    noted: Rows = {}
    for commit in commits:
        newest.setdefault(commit.metadata["source"], commit)
        noted = noted or commit.metadata["rows_before"]
    own = {
        source: commit.metadata["rows_before"].get(source, 0) + commit.metrics["numOutputRows"]
        for source, commit in newest.items()
    }
    return noted | own


def silver_change(counts: Iterable[ActionCount]) -> dict[str, Rows]:
    """By how much the terms `silver` and `superseded` change, by source.

    A replaced row leaves silver for its own source, which need not be the source of the row that took its place.
    """
    silver: Counter[str] = Counter()
    superseded: Counter[str] = Counter()
    for count in counts:
        if count.action is Action.SUPERSEDED:
            superseded[count.source] += count.rows
            continue
        silver[count.source] += count.rows
        if count.replaced_source is not None:
            silver[count.replaced_source] -= count.rows
            superseded[count.replaced_source] += count.rows
    return {"silver": dict(silver), "superseded": dict(superseded)}


def added(one: Rows, other: Rows) -> Rows:
    """Both, source by source."""
    return {source: one.get(source, 0) + other.get(source, 0) for source in sorted({*one, *other})}


def require_balance(bronze: Rows, transformed: dict[str, Rows]) -> None:
    """Raise BooksError unless of every source bronze = silver + rejected + superseded; names the sources and terms."""
    sources = sorted({*bronze, *(source for rows in transformed.values() for source in rows)})
    problems = []
    for source in sources:
        taken_in = bronze.get(source, 0)
        terms = {term: rows.get(source, 0) for term, rows in transformed.items()}
        books = SourceBooks(extracted=taken_in, landed=taken_in, bronze=taken_in, **terms)
        problems += [f"{source}: {imbalance}" for imbalance in books.imbalances()]
    if problems:
        raise BooksError("books do not balance: " + "; ".join(problems))


def require_count(table_name: str, books: Rows, rows_in_table: int) -> None:
    """Raise BooksError unless the books' rows are as many as the table holds."""
    if sum(books.values()) != rows_in_table:
        terms = " + ".join(f"{source} {rows}" for source, rows in books.items()) or "nothing"
        raise BooksError(f"books do not balance: {table_name} holds {rows_in_table} rows, its books say {terms}")
