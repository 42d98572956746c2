"""The task `silver`: bronze's new rows into silver and into the table of rejected rows."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.reports import TransformedRows
from spark_jobs.books import Rows, bronze_rows, require_balance, require_count
from spark_jobs.census import (
    COMMIT_VERSION,
    Kind,
    after,
    census,
    rejected_rows_by_rule,
    rejected_rows_by_source,
    warned_rows_by_rule,
)
from spark_jobs.creation import create
from spark_jobs.delta import Log, changes, latest_version, read_log, row_count
from spark_jobs.job_parameters import JobParameters
from spark_jobs.masking import key_pads
from spark_jobs.persistence import persisted
from spark_jobs.progress import Progress, append_with_progress
from spark_jobs.silver import evaluated, rejected_rows
from spark_jobs.silver_merge import merge_valid_rows
from spark_jobs.tables import Table
from spark_jobs.task_figures import TaskFigures


@dataclass(frozen=True)
class Taken:
    """How far both tables have come, and the kinds of rows that brought them there."""

    valid: Progress
    rejected: Progress
    kinds: tuple[Kind, ...] = ()

    @property
    def books(self) -> dict[str, Rows]:
        """Rows by term and source."""
        return self.valid.books | self.rejected.books


def run_silver(spark: SparkSession, job: JobParameters, key: bytes) -> TaskFigures:
    """Take bronze's new rows into both tables, each from where it stands: after a crash in between, one is ahead.

    Raises:
        BooksError: a table holds other rows than its books say, or rows of bronze are in no table.
    """
    house = job.lakehouse
    for table in (house.bronze, house.silver, house.rejected):
        create(spark, table, column_tags=job.column_tags)
    bronze = read_log(spark, house.bronze)
    before = Taken(_progress(spark, house.silver), _progress(spark, house.rejected))
    oldest = min(before.valid.version, before.rejected.version)
    new = _inserted(spark, house.bronze, oldest, bronze.version)
    taken = before if new is None else _take_in(evaluated(new, job.contract, key_pads(spark, key)), job, before, bronze)
    require_count(house.silver.full_name, taken.valid.books.get("silver", {}), row_count(spark, house.silver))
    require_count(house.rejected.full_name, taken.rejected.books.get("rejected", {}), row_count(spark, house.rejected))
    require_balance(bronze_rows(bronze.commits), taken.books)
    return TaskFigures(
        run=_transformed(taken.books, before.books),
        total=_transformed(taken.books, {}),
        rejected_by_rule=rejected_rows_by_rule(after(taken.kinds, before.rejected.version)),
        warned_by_rule=warned_rows_by_rule(after(taken.kinds, before.valid.version)),
        table_versions={table.full_name: latest_version(spark, table) for table in (house.silver, house.rejected)},
    )


def _progress(spark: SparkSession, table: Table) -> Progress:
    return Progress.noted_in(read_log(spark, table).commits)


def _take_in(evaluated_rows: DataFrame, job: JobParameters, before: Taken, bronze: Log) -> Taken:
    """Rejected rows first, then valid ones: each table what came after the version it has taken in."""
    valid, rejected = before.valid, before.rejected
    with persisted(evaluated_rows) as rows:
        kinds = census(rows)
        if new := after(kinds, rejected.version):
            wanted = rows.where(sf.col(COMMIT_VERSION) > rejected.version)
            rejected = rejected.advanced(bronze.version, {"rejected": rejected_rows_by_source(new)})
            append_with_progress(rejected_rows(wanted, job.contract), job.lakehouse.rejected, rejected)
        if after(kinds, valid.version):
            wanted = rows.where(sf.col(COMMIT_VERSION) > valid.version)
            valid = merge_valid_rows(wanted, job.contract, job.lakehouse.silver, valid, bronze.version)
    return Taken(valid, rejected, tuple(kinds))


def _inserted(spark: SparkSession, bronze: Table, after_version: int, version: int) -> DataFrame | None:
    """Bronze's new rows with the version that brought them; rows erased from bronze are not silver's business."""
    new = changes(spark, bronze, after_version, version)
    return new and new.where(sf.col("_change_type") == "insert").drop("_change_type", "_commit_timestamp")


def _transformed(books: dict[str, Rows], before: dict[str, Rows]) -> dict[str, TransformedRows]:
    """The books' rows by source and term, less those before."""
    sources = sorted({source for rows in books.values() for source in rows})
    return {
        source: TransformedRows(
            **{term: rows.get(source, 0) - before.get(term, {}).get(source, 0) for term, rows in books.items()}
        )
        for source in sources
    }
