"""How far a table that is made from another one has come, noted in the commits that bring it further."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pyspark.sql import DataFrame

from spark_jobs.tables.books import RowsBySource, added
from spark_jobs.tables.delta import Commit, append
from spark_jobs.tables.lakehouse import Table

TRANSACTIONS = "datamaster progress"
"""Application whose transactions are numbered by the version taken in."""


@dataclass(frozen=True)
class Progress:
    """How far a table that is made from another one has come.

    `version` is the other table's version that is taken in, -1 for none; `books` are this table's rows by term and
    source, since the beginning. `epoch` changes when this table is made anew, `source_epoch` is the other table's: a
    version says nothing about another epoch.
    """

    version: int = -1
    books: dict[str, RowsBySource] = field(default_factory=dict)
    epoch: str = ""
    source_epoch: str = ""

    @classmethod
    def noted_in(cls, commits: Sequence[Commit]) -> Progress:
        """The progress that the newest of these commits (newest first) notes."""
        return cls(**commits[0].metadata["progress"]) if commits else cls()

    def advanced(self, version: int, change: dict[str, RowsBySource], source_epoch: str = "") -> Progress:
        """The progress once that version is taken in, and the rows of each term have changed so."""
        terms = sorted({*self.books, *change})
        books = {term: added(self.books.get(term, {}), change.get(term, {})) for term in terms}
        return replace(self, version=version, books=books, source_epoch=source_epoch)

    def metadata(self) -> dict[str, Any]:
        """What a commit notes of it."""
        return {"progress": asdict(self)}


def append_with_progress(frame: DataFrame, table: Table, progress: Progress) -> None:
    """Append the rows, if there are any, and note the progress in the same commit."""
    append(frame, table, progress.metadata(), (TRANSACTIONS + progress.epoch, progress.version))
