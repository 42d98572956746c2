"""Makes tables anew, and holds what they come to hold against what they held.

Both stand in the table's change feed: that a table is replaced deletes its rows there, and that it is filled again
inserts them. So no version of it need be read by its number (docs/adr/0099).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.job_report import MadeAnew
from spark_jobs.tables.creation import make_known
from spark_jobs.tables.delta import Commit, changes, latest_version, read_log, replace_by_empty
from spark_jobs.tables.lakehouse import Table
from spark_jobs.tables.progress import Progress

_REPLACED = "replaced"
_NET = "_net"


@dataclass(frozen=True, kw_only=True)
class Replaced:
    """What an empty table took the place of: its version, its columns' types, how far of the layer below it was."""

    version: int
    types: dict[str, str]
    below_version: int
    below_epoch: str

    @classmethod
    def noted_in(cls, commits: Sequence[Commit]) -> Replaced | None:
        """What the newest of these commits (newest first) notes: nothing once the table has been filled."""
        noted: dict[str, Any] | None = commits[0].metadata.get(_REPLACED) if commits else None
        return cls(**noted) if noted else None


def make_anew(spark: SparkSession, table: Table, epoch: str) -> Progress:
    """Replace the table by an empty one of that epoch, which notes what it took the place of.

    One that no run came to fill takes the place of what that one had replaced.
    """
    make_known(spark, table)
    log = read_log(spark, table)
    noted, progress = Progress.noted_in(log.commits), Progress(epoch=epoch)
    replaced = Replaced.noted_in(log.commits) or Replaced(
        version=log.version,
        types=_types(spark, table),
        below_version=noted.version,
        below_epoch=noted.source_epoch,
    )
    replace_by_empty(spark, table, progress.metadata() | {_REPLACED: asdict(replaced)})
    return progress


def replaced_by(spark: SparkSession, tables: Iterable[Table]) -> list[tuple[Table, Replaced]]:
    """Those of a layer's tables that wait to be filled, and what each took the place of.

    One that nothing changed of has noted less than the others of how far they had come together.
    """
    noted = [(table, Replaced.noted_in(read_log(spark, table).commits)) for table in tables]
    waiting = [(table, replaced) for table, replaced in noted if replaced]
    furthest = max((replaced.below_version for _, replaced in waiting), default=-1)
    return [(table, replace(replaced, below_version=furthest)) for table, replaced in waiting]


def compare(spark: SparkSession, table: Table, replaced: Replaced, below: Table, below_now: Progress) -> MadeAnew:
    """Hold a table that has been filled against the one that it took the place of.

    Args:
        spark: the session.
        table: the table.
        replaced: what it took the place of.
        below: the table that it is made from.
        below_now: that table's version and epoch, up to which it was made.
    """
    types = _types(spark, table)
    alike = [name for name in table.column_names if replaced.types.get(name) == types[name]]
    version = latest_version(spark, table)
    gone, new = _net_changes(changes(spark, table, replaced.version, version), alike)
    return MadeAnew(
        gone=gone,
        new=new,
        changed_below=_changed_below(spark, replaced, below, below_now),
        not_compared=tuple(sorted({*types, *replaced.types} - {*alike})),
    )


def _net_changes(feed: DataFrame, columns: list[str]) -> tuple[int, int]:
    """How many rows of these columns went that did not come again, and how many came that had not been there."""
    came = sf.col("_change_type").isin("insert", "update_postimage")
    net = feed.groupBy(*columns).agg(sf.sum(sf.when(came, 1).otherwise(-1)).alias(_NET))
    sums = [sf.sum(sf.greatest(rows, sf.lit(0))) for rows in (-sf.col(_NET), sf.col(_NET))]
    gone, new = net.agg(*sums).collect()[0]
    return gone or 0, new or 0


def _changed_below(spark: SparkSession, replaced: Replaced, below: Table, now: Progress) -> int | None:
    """Rows that came, changed or went below since; None where the table had taken in nothing, or of another epoch."""
    if replaced.below_version < 0 or replaced.below_epoch != now.epoch:
        return None
    if replaced.below_version >= now.version:
        return 0
    feed = changes(spark, below, replaced.below_version, now.version)
    return feed.where(sf.col("_change_type") != "update_preimage").count()


def _types(spark: SparkSession, table: Table) -> dict[str, str]:
    return {field.name: field.dataType.simpleString() for field in spark.table(table.full_name).schema.fields}
