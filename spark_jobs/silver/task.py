"""The task `silver`: bronze's new rows into silver and into the table of rejected rows."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.job_report import TransformedRows
from spark_jobs.job_parameters import JobParameters
from spark_jobs.silver.evaluation import evaluated, rejected_rows, valid_rows
from spark_jobs.silver.key_fingerprint import check_key
from spark_jobs.silver.masking import key_pads
from spark_jobs.silver.merge import merge_latest
from spark_jobs.silver.row_counts import (
    RowCount,
    after,
    count_rows,
    rejected_rows_by_rule,
    rejected_rows_by_source,
    valid_row_count,
    warned_rows_by_rule,
)
from spark_jobs.silver.set_checks import check_tables
from spark_jobs.tables.books import RowsBySource, bronze_rows, has_whole_streams, require_balance, require_count
from spark_jobs.tables.caching import cached
from spark_jobs.tables.creation import create, create_anew
from spark_jobs.tables.delta import (
    COMMIT_VERSION,
    Log,
    changes,
    latest_version,
    present_rows,
    read_log,
    row_count,
)
from spark_jobs.tables.lakehouse import Table
from spark_jobs.tables.progress import Progress, append_with_progress
from spark_jobs.task_figures import TaskFigures


@dataclass(frozen=True)
class Taken:
    """How far both tables have come, and the numbers of rows that brought them there."""

    valid: Progress
    rejected: Progress
    counts: tuple[RowCount, ...] = ()

    @property
    def books(self) -> dict[str, RowsBySource]:
        """Rows by term and source."""
        return self.valid.books | self.rejected.books


def run_silver(spark: SparkSession, job: JobParameters, key: bytes) -> TaskFigures:
    """Take bronze's new rows into both tables, each from where it stands: after a crash in between, one is ahead.

    Raises:
        MisconfiguredError: the key is another one than the tables' rows were hashed with.
        BooksError: a table holds other rows than its books say, or rows of bronze are in no table.
        RefusedDataError: silver does not keep a check of the contract.
    """
    house = job.lakehouse
    create(spark, house.bronze, column_tags=job.column_tags)
    for table in (house.silver, house.rejected):
        if job.makes_anew(table):
            _make_anew(spark, table)
        create(spark, table, column_tags=job.column_tags)
    bronze = read_log(spark, house.bronze, has_whole_streams)
    before = _where_both_stand(spark, job)
    check_key(spark, (house.silver, house.rejected), key, job.contract)
    new = _new_rows(spark, house.bronze, before, bronze.version)
    taken = before if new is None else _take_in(evaluated(new, job.contract, key_pads(spark, key)), job, before, bronze)
    require_count(house.silver.full_name, taken.valid.books.get("silver", {}), row_count(spark, house.silver))
    require_count(house.rejected.full_name, taken.rejected.books.get("rejected", {}), row_count(spark, house.rejected))
    require_balance(bronze_rows(bronze.commits), taken.books)
    return TaskFigures(
        run=_transformed(taken.books, before.books),
        total=_transformed(taken.books, {}),
        rejected_by_rule=rejected_rows_by_rule(after(taken.counts, before.rejected.version)),
        warned_by_rule=warned_rows_by_rule(after(taken.counts, before.valid.version)),
        table_versions={table.full_name: latest_version(spark, table) for table in (house.silver, house.rejected)},
        warned_checks=check_tables(spark, [(house.silver, job.contract.table)]),
    )


def _progress(spark: SparkSession, table: Table) -> Progress:
    return Progress.noted_in(read_log(spark, table).commits)


def _make_anew(spark: SparkSession, table: Table) -> Progress:
    anew = Progress(epoch=str(uuid4()))
    create_anew(spark, table, anew.metadata())
    return anew


def _where_both_stand(spark: SparkSession, job: JobParameters) -> Taken:
    """How far both tables have come.

    A crash while they were being made anew leaves one of them empty: then the other begins again too, because bronze's
    rows that are there now do not tell which of them it has taken in.
    """
    silver, rejected = job.lakehouse.silver, job.lakehouse.rejected
    taken = Taken(_progress(spark, silver), _progress(spark, rejected))
    if taken.valid.epoch == taken.rejected.epoch == "" or (taken.valid.version < 0) is (taken.rejected.version < 0):
        return taken
    return Taken(_make_anew(spark, silver), _make_anew(spark, rejected))


def _take_in(evaluated_rows: DataFrame, job: JobParameters, before: Taken, bronze: Log) -> Taken:
    """Rejected rows first, then valid ones: each table what came after the version it has taken in."""
    valid, rejected, contract = before.valid, before.rejected, job.contract
    with cached(evaluated_rows) as rows:
        counts = count_rows(rows)
        if new := after(counts, rejected.version):
            wanted = rows.where(sf.col(COMMIT_VERSION) > rejected.version)
            rejected = rejected.advanced(bronze.version, {"rejected": rejected_rows_by_source(new)})
            append_with_progress(rejected_rows(wanted, contract), job.lakehouse.rejected, rejected)
        if new := after(counts, valid.version):
            wanted = valid_rows(rows.where(sf.col(COMMIT_VERSION) > valid.version), contract)
            valid = merge_latest(
                wanted, valid_row_count(new), contract.table, job.lakehouse.silver, valid, bronze.version
            )
    return Taken(valid, rejected, tuple(counts))


def _new_rows(spark: SparkSession, bronze: Table, taken: Taken, version: int) -> DataFrame | None:
    """Bronze's new rows with the version that brought them; rows erased from bronze are not silver's business."""
    after_version = min(taken.valid.version, taken.rejected.version)
    if version <= after_version:
        return None
    if taken.valid.version == taken.rejected.version == -1:
        return present_rows(spark, bronze, version)
    new = changes(spark, bronze, after_version, version)
    return new.where(sf.col("_change_type") == "insert").drop("_change_type", "_commit_timestamp")


def _transformed(books: dict[str, RowsBySource], before: dict[str, RowsBySource]) -> dict[str, TransformedRows]:
    """The books' rows by source and term, less those before."""
    sources = sorted({source for rows in books.values() for source in rows})
    return {
        source: TransformedRows(
            **{term: rows.get(source, 0) - before.get(term, {}).get(source, 0) for term, rows in books.items()}
        )
        for source in sources
    }
