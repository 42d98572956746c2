"""What the sources deleted: keys whose latest version is a deletion stand in a table of their own, not in silver.

That table is brought up to date first. Then silver gives up the rows whose keys stand in it, and takes in none that has
such a key, as every version that is there of it is older. So the order in which versions come in does not matter, and a
crash between the commits leaves nothing that the next run does not find.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as sf

from contracts.tables import DatasetTable
from spark_jobs.tables.books import RowsBySource, require_changed
from spark_jobs.tables.caching import cached
from spark_jobs.tables.columns import INGESTION_TIMESTAMP, RAW_INGESTION_ID, SOURCE, SOURCE_FILE_NAME
from spark_jobs.tables.delta import delete_matching, merge
from spark_jobs.tables.lakehouse import Lakehouse, Table
from spark_jobs.tables.progress import Progress, append_with_progress

IS_NEW, STANDS, HAS_KNOWN, SILVER_SOURCE, HAS_LATE = "_is_new", "_stands", "_has_known", "_silver_source", "_has_late"
_PLACE, _LATENESS, _LATEST, _LATE = "_place", "_lateness", "_latest_row", "_late_rows"
_OF_DELETION = "_deletion_"
_ADDED = (IS_NEW, _PLACE, STANDS, HAS_KNOWN, SILVER_SOURCE, HAS_LATE)


@dataclass(frozen=True)
class NewRows:
    """What bronze brought: `found` deletions that their table has not taken in, `pending` ones that silver has not.

    `valid` are the rows that silver has not taken in. They are more than usual after a crash between the commits, which
    leaves the table of deletions ahead of silver.
    """

    valid: DataFrame
    found: DataFrame
    pending: DataFrame


@dataclass(frozen=True)
class DeletionCount:
    """How many deletions of a source are new or known, and the latest of their key or not.

    `has_known`: their key stands in the table already. `silver_source`: whose row of that key is in silver. `has_late`:
    rows with the key are about to come in.
    """

    source: str
    is_new: bool
    stands: bool
    has_known: bool
    is_latest: bool
    silver_source: str | None
    has_late: bool
    rows: int


def take_deletions(
    new: NewRows, house: Lakehouse, deleted: Progress, silver: Progress, version: int
) -> tuple[DataFrame, Progress, Progress]:
    """Bring the table of deletions up to that version of bronze, and take from silver what is deleted.

    Args:
        new: what bronze brought.
        house: the tables.
        deleted: how far the table of deletions has come.
        silver: how far silver has come.
        version: bronze's, up to which the rows are.

    Returns:
        The valid rows that are left for silver, how far the table of deletions has come (without a commit if nothing
        of it changed), and silver's progress, to be noted with these rows: the others are superseded.

    Raises:
        BooksError: other rows changed than were counted, because somebody else changed a table meanwhile.
    """
    is_empty = not any(deleted.books.get("deleted", {}).values())
    if is_empty and new.found.isEmpty():
        return new.valid, deleted, silver
    spark, dataset = new.valid.sparkSession, house.contract.table
    known, present = spark.table(house.deleted.full_name), spark.table(house.silver.full_name)
    with cached(judged(new, None if is_empty else known, present, dataset)) as deletions:
        kinds = (SOURCE.name, IS_NEW, STANDS, HAS_KNOWN, sf.col(_PLACE) == 1, SILVER_SOURCE, HAS_LATE)
        counts = [DeletionCount(*row) for row in deletions.groupBy(*kinds).count().collect()]
        deleted = _note(deletions, counts, house.deleted, dataset, deleted, version)
        silver = _give_up(deletions, counts, house.silver, dataset, silver)
    if not any(count.stands and count.has_late for count in counts):
        return new.valid, deleted, silver
    standing = spark.table(house.deleted.full_name)
    late = _of_keys(new.valid, standing, dataset).groupBy(SOURCE.name).count().collect()
    rest = new.valid.join(standing.select(*_renamed(dataset)), _same_key(dataset), "left_anti")
    return rest, deleted, silver.advanced(silver.version, {"superseded": {row[0]: row[1] for row in late}})


def judged(new: NewRows, known: DataFrame | None, silver: DataFrame, dataset: DatasetTable) -> DataFrame:
    """New deletions, and the known ones that new rows have to do with, each held against all versions of its key.

    Args:
        new: what bronze brought.
        known: the table of deletions, at most one for each key; None if it is empty.
        silver: silver as it is, at most one row for each key.
        dataset: its key and the column that decides what is latest.

    Returns:
        The deletions with `_is_new`, `_place` (1 for the latest of its key), `_stands` (it is the latest version of its
        key), `_has_known`, `_silver_source` and `_has_late`, as `DeletionCount` has them.
    """
    deletions = new.found.withColumn(IS_NEW, sf.lit(True))
    if known is not None:
        touched = new.pending.select(*dataset.key).unionByName(new.valid.select(*dataset.key))
        deletions = deletions.unionByName(_of_keys(known, touched, dataset).withColumn(IS_NEW, sf.lit(False)))
    of_key = Window.partitionBy(*dataset.key)
    lateness = _lateness(dataset, is_deletion=True)
    latest_first = of_key.orderBy(sf.struct(lateness, SOURCE.name, RAW_INGESTION_ID.name).desc(), IS_NEW)
    placed = deletions.withColumns(
        {_PLACE: sf.row_number().over(latest_first), HAS_KNOWN: sf.bool_or(~sf.col(IS_NEW)).over(of_key)}
    )
    rows = _rows_of_keys(new.valid, silver, deletions, dataset)
    stands = (sf.col(_PLACE) == 1) & (sf.col(_LATEST).isNull() | (lateness > sf.col(_LATEST)))
    return placed.join(rows, _same_key(dataset), "left").select(
        *new.found.columns,
        IS_NEW,
        _PLACE,
        stands.alias(STANDS),
        HAS_KNOWN,
        SILVER_SOURCE,
        (sf.coalesce(sf.col(_LATE), sf.lit(0)) > 0).alias(HAS_LATE),
    )


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


def _note(
    deletions: DataFrame,
    counts: list[DeletionCount],
    table: Table,
    dataset: DatasetTable,
    progress: Progress,
    version: int,
) -> Progress:
    """Bring the table of deletions up to date, in one commit; none if nothing of it changes."""
    change = deletions_change(counts)
    if not any(change.values()):
        return progress
    after = progress.advanced(version, change)
    comes = sf.col(IS_NEW) & sf.col(STANDS)
    goes = ~sf.col(STANDS) & sf.col(HAS_KNOWN)
    if not any(count.has_known and (count.is_new or not count.stands) for count in counts):
        append_with_progress(deletions.where(comes).drop(*_ADDED), table, after)
        return after
    expected = sum(
        count.rows for count in counts if count.is_latest and (count.is_new if count.stands else count.has_known)
    )
    if not expected:
        append_with_progress(deletions.limit(0).drop(*_ADDED), table, after)
        return after
    changing = deletions.where((sf.col(_PLACE) == 1) & (comes | goes))
    changed = merge(changing, table, dataset.key, after.metadata(), delete_when=f"NOT incoming.{STANDS}")
    require_changed(table.full_name, changed, expected)
    return after


def _give_up(
    deletions: DataFrame, counts: list[DeletionCount], table: Table, dataset: DatasetTable, progress: Progress
) -> Progress:
    """Take the rows of deleted keys from silver, in a commit that leaves it at the version that it has taken in."""
    gone: Counter[str] = Counter()
    for count in counts:
        if count.stands and count.silver_source is not None:
            gone[count.silver_source] += count.rows
    if not gone:
        return progress
    left = {source: -number for source, number in gone.items()}
    after = progress.advanced(progress.version, {"silver": left, "superseded": dict(gone)})
    ended = deletions.where(sf.col(STANDS) & sf.col(SILVER_SOURCE).isNotNull()).select(*dataset.key)
    require_changed(table.full_name, delete_matching(ended, table, dataset.key, after.metadata()), gone.total())
    return after


def _rows_of_keys(valid: DataFrame, silver: DataFrame, deletions: DataFrame, dataset: DatasetTable) -> DataFrame:
    """Of each key that a deletion has: how late its latest row is, whose row silver has, how many are to come in."""
    lateness = _lateness(dataset, is_deletion=False).alias(_LATENESS)
    coming = valid.select(
        *dataset.key, lateness, sf.lit(None).cast("string").alias(SILVER_SOURCE), sf.lit(1).alias(_LATE)
    )
    there = silver.select(*dataset.key, lateness, sf.col(SOURCE.name).alias(SILVER_SOURCE), sf.lit(0).alias(_LATE))
    rows = _of_keys(coming.unionByName(there), deletions, dataset).groupBy(*dataset.key)
    summed = rows.agg(
        sf.max(_LATENESS).alias(_LATEST), sf.max(SILVER_SOURCE).alias(SILVER_SOURCE), sf.sum(_LATE).alias(_LATE)
    )
    return summed.select(*_renamed(dataset), _LATEST, SILVER_SOURCE, _LATE)


def _lateness(dataset: DatasetTable, *, is_deletion: bool) -> Column:
    """What makes a version later, most important first (`spark_jobs.silver.latest`); a deletion ends its like."""
    first = [dataset.latest_by] if dataset.latest_by else []
    return sf.struct(*first, INGESTION_TIMESTAMP.name, SOURCE_FILE_NAME.name, sf.lit(is_deletion).alias("is_deletion"))


def _of_keys(rows: DataFrame, keys: DataFrame, dataset: DatasetTable) -> DataFrame:
    """The rows whose key one of the others has."""
    return rows.join(keys.select(*_renamed(dataset)), _same_key(dataset), "left_semi")


def _renamed(dataset: DatasetTable) -> list[Column]:
    return [sf.col(name).alias(_OF_DELETION + name) for name in dataset.key]


def _same_key(dataset: DatasetTable) -> Column:
    return reduce(and_, (sf.col(name).eqNullSafe(sf.col(_OF_DELETION + name)) for name in dataset.key))
