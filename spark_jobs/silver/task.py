"""The task `silver`: bronze's new rows into silver and into the table of rejected rows."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.job_report import TransformedRows
from spark_jobs.job_parameters import JobParameters
from spark_jobs.silver.deletions import NewRows, take_deletions
from spark_jobs.silver.erasures import take_erasure
from spark_jobs.silver.evaluation import deletions, evaluated, rejected_rows, valid_rows
from spark_jobs.silver.key_fingerprint import check_key
from spark_jobs.silver.masking import key_pads
from spark_jobs.silver.merge import merge_latest
from spark_jobs.silver.row_counts import (
    after,
    count_rows,
    rejected_rows_by_rule,
    rejected_rows_by_source,
    valid_row_count,
    warned_rows_by_rule,
)
from spark_jobs.silver.samples import samples_of
from spark_jobs.silver.set_checks import check_tables
from spark_jobs.silver.standing import Taken, where_all_stand
from spark_jobs.tables.books import (
    ERASED,
    RowsBySource,
    bronze_rows,
    erased_rows,
    erasures_after,
    has_whole_streams,
    require_balance,
    require_count,
)
from spark_jobs.tables.caching import cached
from spark_jobs.tables.creation import create
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
from spark_jobs.tables.renewal import compare, make_anew, replaced_by
from spark_jobs.task_figures import SamplesByRule, TaskFigures


def run_silver(spark: SparkSession, job: JobParameters, key: bytes) -> TaskFigures:
    """Take bronze's new rows into its tables, each from where it stands: after a crash in between, one is ahead.

    Raises:
        MisconfiguredError: the key is another one than the tables' rows were hashed with.
        BooksError: a table holds other rows than its books say, or rows of bronze are in no table.
        RefusedDataError: silver does not keep a check of the contract.
    """
    house = job.lakehouse
    create(spark, house.bronze, column_tags=job.column_tags)
    epoch = str(uuid4())
    for table in house.silver_tables:
        if job.makes_anew(table):
            make_anew(spark, table, epoch)
        create(spark, table, column_tags=job.column_tags)
    bronze = read_log(spark, house.bronze, has_whole_streams)
    before = where_all_stand(spark, job)
    check_key(spark, house.silver_tables, key, job.contract)
    replaced = replaced_by(spark, house.silver_tables) if before.valid.version < 0 and before.valid.epoch else []
    taken = _take_all(spark, job, before, bronze, key_pads(spark, key))
    require_count(house.silver.full_name, taken.valid.books.get("silver", {}), row_count(spark, house.silver))
    require_count(house.rejected.full_name, taken.rejected.books.get("rejected", {}), row_count(spark, house.rejected))
    if job.contract.tells_deletions:
        require_count(house.deleted.full_name, taken.deleted.books.get("deleted", {}), row_count(spark, house.deleted))
    require_balance(bronze_rows(bronze.commits), taken.books)
    return TaskFigures(
        run=_transformed(taken.books, before.books),
        total=_transformed(taken.books, {}),
        rejected_by_rule=rejected_rows_by_rule(after(taken.counts, before.rejected.version)),
        warned_by_rule=warned_rows_by_rule(after(taken.counts, before.valid.version)),
        samples=taken.samples,
        table_versions={table.full_name: latest_version(spark, table) for table in house.silver_tables},
        warned_checks=check_tables(spark, [(house.silver, job.contract.table)]),
        made_anew={
            table.full_name: compare(spark, table, held, house.bronze, Progress(bronze.version))
            for table, held in replaced
        },
    )


def _take_all(spark: SparkSession, job: JobParameters, before: Taken, bronze: Log, pads: DataFrame) -> Taken:
    """Rows and erasures as bronze got them, one after another; tables that begin find only what is still there."""
    house, taken, erased = job.lakehouse, before, erased_rows(bronze.commits)
    start = min(before.valid.version, before.rejected.version)
    if before.valid.version == before.rejected.version == -1 and erased:
        taken = replace(before, valid=before.valid.advanced(-1, {ERASED: erased}))
    elif erased != before.books.get(ERASED, {}):
        log = read_log(spark, house.bronze, lambda commits: bool(commits) and commits[-1].version <= start)
        for erasure in erasures_after(start, log.commits):
            taken = _take_up_to(spark, job, taken, erasure.version - 1, pads)
            taken = take_erasure(spark, house, pads, taken, erasure)
    return _take_up_to(spark, job, taken, bronze.version, pads)


def _take_up_to(spark: SparkSession, job: JobParameters, before: Taken, version: int, pads: DataFrame) -> Taken:
    new = _new_rows(spark, job.lakehouse.bronze, before, version)
    return before if new is None else _take_in(evaluated(new, job.contract, pads), job, before, version)


def _take_in(evaluated_rows: DataFrame, job: JobParameters, before: Taken, version: int) -> Taken:
    """Rejected rows first, then deletions and valid rows: each table what came after the version it has taken in."""
    valid, rejected, deleted, contract = before.valid, before.rejected, before.deleted, job.contract
    samples: SamplesByRule = {}
    with cached(evaluated_rows) as rows:
        counts = count_rows(rows)
        if new := after(counts, rejected.version):
            wanted = rows.where(sf.col(COMMIT_VERSION) > rejected.version)
            rejected = rejected.advanced(version, {"rejected": rejected_rows_by_source(new)})
            bad_rows = rejected_rows(wanted, contract)
            samples = samples_of(bad_rows, contract) if rejected_rows_by_source(new) else {}
            append_with_progress(bad_rows, job.lakehouse.rejected, rejected)
        if new := after(counts, valid.version):
            arrived_rows = rows.where(sf.col(COMMIT_VERSION) > valid.version)
            wanted = valid_rows(arrived_rows, contract)
            if contract.tells_deletions:
                found = rows.where(sf.col(COMMIT_VERSION) > deleted.version)
                arrived = NewRows(wanted, deletions(found, contract), deletions(arrived_rows, contract))
                wanted, deleted, valid = take_deletions(arrived, job.lakehouse, deleted, valid, version)
            valid = merge_latest(wanted, valid_row_count(new), contract.table, job.lakehouse.silver, valid, version)
    samples = {source: {**before.samples.get(source, {}), **found} for source, found in samples.items()}
    return Taken(valid, rejected, deleted, (*before.counts, *counts), before.samples | samples)


def _new_rows(spark: SparkSession, bronze: Table, taken: Taken, version: int) -> DataFrame | None:
    """Bronze's new rows with the version that brought them."""
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
