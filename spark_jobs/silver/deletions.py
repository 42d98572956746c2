"""What the sources deleted: keys whose latest version is a deletion stand in a table of their own, not in silver.

That table is brought up to date first. Silver then gives up the rows of the keys in it, and takes in none that is older
than its key's deletion, so that the order in which versions come in does not matter, and a crash between the commits
leaves nothing that the next run does not find.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sf

from contracts.tables import DatasetTable
from spark_jobs.errors import BooksError
from spark_jobs.tables.books import RowsBySource
from spark_jobs.tables.caching import cached
from spark_jobs.tables.columns import INGESTION_TIMESTAMP, RAW_INGESTION_ID, SOURCE, SOURCE_FILE_NAME
from spark_jobs.tables.delta import merge
from spark_jobs.tables.lakehouse import Lakehouse, Table
from spark_jobs.tables.progress import Progress, append_with_progress

IS_NEW, STANDS, CHANGES = "_is_new", "_stands", "_changes"
_PLACE, _HAS_KNOWN, _LATENESS, _LIFE = "_place", "_has_known", "_lateness", "_life"
_OF_DELETION = "_deletion_"


@dataclass(frozen=True)
class DeletionCount:
    """How many deletions of a source are new or known, the latest of their key or not, and change the table."""

    source: str
    is_new: bool
    stands: bool
    changes: bool
    rows: int


def note_deletions(found: DataFrame, valid: DataFrame, house: Lakehouse, progress: Progress, version: int) -> Progress:
    """Bring the table of deletions up to that version of bronze.

    Args:
        found: new deletions, the table's columns.
        valid: rows that silver has not taken in yet, silver's columns.
        house: the tables.
        progress: how far the table of deletions has come.
        version: bronze's, up to which the rows are.

    Returns:
        The progress afterwards; the same, and no commit, if no deletion came and no known one has to do with the rows.

    Raises:
        BooksError: the merge changed other rows than were counted, because somebody else changed the table meanwhile.
    """
    if not _holds_any(progress) and found.isEmpty():
        return progress
    spark, table, dataset = found.sparkSession, house.deleted, house.contract.table
    known, silver = spark.table(table.full_name), spark.table(house.silver.full_name)
    with cached(judged(found, known, valid, silver, dataset)) as deletions:
        rows = deletions.groupBy(SOURCE.name, IS_NEW, STANDS, CHANGES).count().collect()
        counts = [DeletionCount(*row) for row in rows]
        change = deletions_change(counts)
        if not any(change.values()):
            return progress
        after, expected = progress.advanced(version, change), sum(count.rows for count in counts if count.changes)
        if not expected:
            append_with_progress(known.limit(0), table, after)
            return after
        changed = merge(
            deletions.where(CHANGES), table, dataset.key, after.metadata(), delete_when=f"NOT incoming.{STANDS}"
        )
    _require_changed(table, changed, expected)
    return after


def deletions_change(counts: Iterable[DeletionCount]) -> dict[str, RowsBySource]:
    """By how much the terms `deleted` and `superseded` change, by source: a known one that falls leaves the table."""
    deleted: Counter[str] = Counter()
    superseded: Counter[str] = Counter()
    for count in counts:
        if count.is_new and count.stands:
            deleted[count.source] += count.rows
        elif not count.stands:
            superseded[count.source] += count.rows
            deleted[count.source] -= 0 if count.is_new else count.rows
    terms = {"deleted": deleted, "superseded": superseded}
    return {term: {source: number for source, number in rows.items() if number} for term, rows in terms.items()}


def judged(found: DataFrame, known: DataFrame, valid: DataFrame, silver: DataFrame, dataset: DatasetTable) -> DataFrame:
    """New deletions, and the known ones that new rows have to do with, each held against all versions of its key.

    Args:
        found: new deletions.
        known: the table of deletions, at most one for each key.
        valid: rows that silver has not taken in yet.
        silver: silver as it is, at most one row for each key.
        dataset: its key and the column that decides what is latest.

    Returns:
        The deletions with `_is_new`, `_stands` (it is the latest version of its key) and `_changes` (the table: it
        comes in, or its key's known deletion goes).
    """
    touched = _keys(found, dataset).unionByName(_keys(valid, dataset)).distinct()
    known_now = _of_keys(known, touched, dataset).withColumn(IS_NEW, sf.lit(False))
    deletions = found.withColumn(IS_NEW, sf.lit(True)).unionByName(known_now)
    lives = _lives(valid, dataset).unionByName(_lives(silver, dataset))
    latest = _of_keys(lives, _keys(deletions, dataset).distinct(), dataset).groupBy(*dataset.key)
    latest_lives = latest.agg(sf.max(_LATENESS).alias(_LIFE)).select(*_renamed(dataset), _LIFE)
    of_key = Window.partitionBy(*dataset.key)
    lateness = _lateness(dataset, is_deletion=True)
    content = sf.struct(lateness, SOURCE.name, RAW_INGESTION_ID.name)
    placed = deletions.withColumns(
        {
            _PLACE: sf.row_number().over(of_key.orderBy(content.desc(), sf.col(IS_NEW))),
            _HAS_KNOWN: sf.bool_or(~sf.col(IS_NEW)).over(of_key),
        }
    )
    stands = (sf.col(_PLACE) == 1) & (sf.col(_LIFE).isNull() | (lateness > sf.col(_LIFE)))
    changes = (sf.col(_PLACE) == 1) & sf.when(sf.col(STANDS), sf.col(IS_NEW)).otherwise(sf.col(_HAS_KNOWN))
    joined = placed.join(latest_lives, _same_key(dataset), "left").withColumn(STANDS, stands)
    return joined.withColumn(CHANGES, changes).select(*found.columns, IS_NEW, STANDS, CHANGES)


def give_up_deleted(
    valid: DataFrame, found: DataFrame, house: Lakehouse, deleted: Progress, progress: Progress
) -> tuple[DataFrame, Progress]:
    """Take from silver the rows whose keys stand in the table of deletions, and from the new ones those that came late.

    Args:
        valid: rows that silver has not taken in yet, silver's columns.
        found: deletions that silver has not taken in yet.
        house: the tables.
        deleted: how far the table of deletions has come.
        progress: how far silver has come.

    Returns:
        The valid rows that are later than their key's deletion or have none, and silver's progress, to be noted with
        them: the others are superseded.

    Raises:
        BooksError: other rows went than were counted, because somebody else changed silver meanwhile.
    """
    if not _holds_any(deleted):
        return valid, progress
    spark, dataset, table = valid.sparkSession, house.contract.table, house.silver
    touched = _keys(found, dataset).unionByName(_keys(valid, dataset)).distinct()
    standing = _of_keys(spark.table(house.deleted.full_name), touched, dataset)
    lateness = _lateness(dataset, is_deletion=True).alias(_LATENESS)
    with cached(standing.select(*_renamed(dataset), lateness)) as deletions:
        is_ended = _same_key(dataset) & (_lateness(dataset, is_deletion=False) < sf.col(_LATENESS))
        with cached(spark.table(table.full_name).join(deletions, is_ended, "left_semi")) as ended:
            gone = _rows_by_source(ended)
            if gone:
                progress = progress.advanced(progress.version, _superseded(gone, from_silver=True))
                changed = merge(ended, table, dataset.key, progress.metadata(), delete_when="true")
                _require_changed(table, changed, sum(gone.values()))
        late = _rows_by_source(valid.join(deletions, is_ended, "left_semi"))
    if not late:
        return valid, progress
    standing_now = standing.select(*_renamed(dataset), lateness)
    return valid.join(standing_now, is_ended, "left_anti"), progress.advanced(
        progress.version, _superseded(late, from_silver=False)
    )


def _superseded(rows: RowsBySource, *, from_silver: bool) -> dict[str, RowsBySource]:
    left = {"silver": {source: -number for source, number in rows.items()}} if from_silver else {}
    return {"superseded": rows, **left}


def _holds_any(progress: Progress) -> bool:
    return any(progress.books.get("deleted", {}).values())


def _rows_by_source(rows: DataFrame) -> RowsBySource:
    return {row[0]: row[1] for row in rows.groupBy(SOURCE.name).count().collect()}


def _require_changed(table: Table, changed: int, expected: int) -> None:
    if changed != expected:
        raise BooksError(f"books do not balance: {table.full_name}: the merge changed {changed} rows, not {expected}")


def _lateness(dataset: DatasetTable, *, is_deletion: bool) -> Column:
    """What makes a version later, most important first (`spark_jobs.silver.latest`); a deletion ends its like."""
    first = [dataset.latest_by] if dataset.latest_by else []
    return sf.struct(*first, INGESTION_TIMESTAMP.name, SOURCE_FILE_NAME.name, sf.lit(is_deletion).alias("is_deletion"))


def _lives(rows: DataFrame, dataset: DatasetTable) -> DataFrame:
    return rows.select(*dataset.key, _lateness(dataset, is_deletion=False).alias(_LATENESS))


def _keys(rows: DataFrame, dataset: DatasetTable) -> DataFrame:
    return rows.select(*dataset.key)


def _of_keys(rows: DataFrame, keys: DataFrame, dataset: DatasetTable) -> DataFrame:
    """The rows that have one of the keys."""
    return rows.join(keys.select(*_renamed(dataset)), _same_key(dataset), "left_semi")


def _renamed(dataset: DatasetTable) -> list[Column]:
    return [sf.col(name).alias(_OF_DELETION + name) for name in dataset.key]


def _same_key(dataset: DatasetTable) -> Column:
    conditions = [sf.col(name).eqNullSafe(sf.col(_OF_DELETION + name)) for name in dataset.key]
    first, *others = conditions
    for condition in others:
        first = first & condition
    return first
