"""Silver's tables let go of the rows that were erased from bronze, whose change feed has them for the last time.

A row is told by what it was made from: its key and where it came from. Each table notes how many rows it let go of in
the commit that does so, and with it that it has come to that version of bronze; after a crash each goes on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.columns import Masking
from contracts.contract import Contract
from spark_jobs.silver.evaluation import as_rejected, evaluated
from spark_jobs.silver.standing import Taken
from spark_jobs.tables.books import ERASED, Erasure, RowsBySource, less, require_changed
from spark_jobs.tables.caching import cached
from spark_jobs.tables.columns import ORIGIN, SOURCE
from spark_jobs.tables.delta import changes, delete_matching
from spark_jobs.tables.lakehouse import Lakehouse, Table
from spark_jobs.tables.progress import Progress, append_with_progress

_ORIGIN = tuple(column.name for column in ORIGIN)
AS_LANDED = "_as_landed_"
_OF_FEED = ("_change_type", "_commit_version", "_commit_timestamp")


def take_erasure(spark: SparkSession, house: Lakehouse, pads: DataFrame, before: Taken, erasure: Erasure) -> Taken:
    """Let go of what bronze lost in that version; tables that have come so far already stay as they are.

    Silver comes last: of the erased rows, those that no table had were superseded.

    Raises:
        BooksError: other rows went than were counted, because somebody else changed a table meanwhile.
    """
    contract, valid, rejected, deleted = house.contract, before.valid, before.rejected, before.deleted
    key = (*contract.table.key, *_ORIGIN)
    with cached(_erased_rows(spark, house, pads, erasure.version)) as rows:
        if rejected.version < erasure.version:
            images = as_rejected(rows, contract, AS_LANDED)
            rejected = _let_go(images, house.rejected, _kept_when_rejected(contract), rejected, "rejected", erasure)
        if contract.tells_deletions and deleted.version < erasure.version:
            deleted = _let_go(rows, house.deleted, key, deleted, "deleted", erasure)
        if valid.version < erasure.version:
            elsewhere = (rejected.books.get(ERASED, {}), deleted.books.get(ERASED, {}))
            own = less(less(erasure.erased, elsewhere[0]), elsewhere[1])
            valid = _let_go(rows, house.silver, key, valid, "silver", erasure, own)
    return replace(before, valid=valid, rejected=rejected, deleted=deleted)


def evaluated_beside_texts(bronze: DataFrame, contract: Contract, pads: DataFrame) -> DataFrame:
    """The rows as `evaluated` makes them and, with `AS_LANDED` before their names, all texts as they were landed."""
    landed = {AS_LANDED + name: sf.col(name) for name in contract.column_names}
    return evaluated(bronze.withColumns(landed), contract, pads)


def _erased_rows(spark: SparkSession, house: Lakehouse, pads: DataFrame, version: int) -> DataFrame:
    """The evaluated rows that bronze lost in that version, with their texts as they were landed."""
    feed = changes(spark, house.bronze, version - 1, version)
    lost = feed.where(sf.col("_change_type") == "delete").drop(*_OF_FEED)
    return evaluated_beside_texts(lost, house.contract, pads)


def _kept_when_rejected(contract: Contract) -> tuple[str, ...]:
    """What tells a rejected row from the others that came with it: its key and whom it names, as far as it is there."""
    telling = [c.silver_name for c in contract.columns if c.primary_key or c.masking is Masking.KEYED_HASH]
    return (*telling, *_ORIGIN)


def _let_go(
    erased_rows: DataFrame,
    table: Table,
    told_by: Sequence[str],
    progress: Progress,
    term: str,
    erasure: Erasure,
    erased: RowsBySource | None = None,
) -> Progress:
    """Delete the rows from one table.

    `erased` are the rows ever erased that it answers for, if these are more than it had: the rest was superseded.
    """
    present, gone_rows = erased_rows.sparkSession.table(table.full_name), erased_rows.select(*told_by).distinct()
    is_same = [present[name].eqNullSafe(gone_rows[name]) for name in told_by]
    found = present.join(gone_rows, is_same, "left_semi").groupBy(SOURCE.name).count().collect()
    gone: RowsBySource = dict(found)
    more = gone if erased is None else less(erased, progress.books.get(ERASED, {}))
    superseded = {} if erased is None else {"superseded": less(gone, more)}
    after = progress.advanced(erasure.version, {term: less({}, gone), ERASED: more, **superseded})
    if not gone:
        append_with_progress(present.limit(0), table, after)
        return after
    changed = delete_matching(gone_rows, table, tuple(told_by), after.metadata())
    require_changed(table.full_name, changed, sum(gone.values()))
    return after
