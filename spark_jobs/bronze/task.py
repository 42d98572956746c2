"""The task `bronze`: new raw files of every source into bronze, each row once."""

from __future__ import annotations

from datetime import datetime

from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.job_report import TransformedRows
from spark_jobs.bronze.raw_stream import RawFiles, raw_files, read_raw_stream
from spark_jobs.errors import MisconfiguredError, RefusedDataError
from spark_jobs.job_parameters import JobParameters
from spark_jobs.tables.books import (
    ERASED,
    RowsBySource,
    bronze_rows,
    erased_rows,
    has_whole_streams,
    less,
    require_count,
)
from spark_jobs.tables.columns import (
    DELETED_AT,
    INGESTION_TIMESTAMP,
    RAW_INGESTION_ID,
    RESCUED_DATA,
    SOURCE,
    SOURCE_FILE_NAME,
)
from spark_jobs.tables.creation import check_unchanged, create
from spark_jobs.tables.delta import Commit, latest_version, read_log, row_count, user_metadata
from spark_jobs.tables.logic_check import check_logic
from spark_jobs.task_figures import TaskFigures


def run_bronze(spark: SparkSession, job: JobParameters, started_at: datetime) -> TaskFigures:
    """Ingest what is new in raw, one stream for each source; a source without raw files is fine.

    As the first task of a run, it looks first whether the contract can be applied to all tables.

    Raises:
        MisconfiguredError: the contract's logic cannot be computed, or changed what the rows of a table were made by.
        RefusedDataError: a source's raw files cannot be read.
        BooksError: bronze holds other rows than its books say.
    """
    house = job.lakehouse
    check_logic(spark, job.contract)
    check_unchanged(spark, [table for table in house.tables if not job.makes_anew(table)], job.contract)
    _require_deletions_told(spark, job)
    create(spark, house.bronze, column_tags=job.column_tags)
    commits = _commits(spark, job)
    before, erased = bronze_rows(commits), erased_rows(commits)
    total = before
    for files in raw_files(spark, job.contract, job.lake_url):
        if _ingest(spark, job, files, _note(total, erased), started_at):
            total = bronze_rows(_commits(spark, job))
    require_count(house.bronze.full_name, less(total, erased), row_count(spark, house.bronze))
    return TaskFigures(
        run={source: TransformedRows(bronze=rows - before.get(source, 0)) for source, rows in total.items()},
        total={source: TransformedRows(bronze=rows) for source, rows in total.items()},
        table_versions={house.bronze.full_name: latest_version(spark, house.bronze)},
    )


def to_bronze(landed: DataFrame, source_name: str, ingestion_timestamp: datetime, raw_ingestion_id: str) -> DataFrame:
    """Bronze's rows, one for each landed one.

    Args:
        landed: the contract's columns, `source_file_name` and `_rescued_data`.
        source_name: the source whose raw folder the rows were read from.
        ingestion_timestamp: instant of this ingestion, with a time zone.
        raw_ingestion_id: UUID of the run.

    Returns:
        The contract's columns, `source`, `source_file_name`, `ingestion_timestamp`, `raw_ingestion_id` and
        `_rescued_data`.
    """
    names = [name for name in landed.columns if name not in {SOURCE_FILE_NAME.name, RESCUED_DATA.name}]
    return landed.select(
        *names,
        sf.lit(source_name).alias(SOURCE.name),
        SOURCE_FILE_NAME.name,
        sf.lit(ingestion_timestamp).alias(INGESTION_TIMESTAMP.name),
        sf.lit(raw_ingestion_id).alias(RAW_INGESTION_ID.name),
        RESCUED_DATA.name,
    )


def _require_deletions_told(spark: SparkSession, job: JobParameters) -> None:
    """Without a source that tells deletions, those that are in bronze would be taken for rows of many nulls."""
    bronze = job.lakehouse.bronze.full_name
    if DELETED_AT.name in spark.table(bronze).columns and not job.contract.tells_deletions:
        raise MisconfiguredError(
            f"{bronze} may hold deletions, and no source of {job.contract.name} tells any more: what was deleted would "
            "come back. Give a source its deletedWhen or snapshot back; a deletedWhen may name a value that never is"
        )


def _commits(spark: SparkSession, job: JobParameters) -> list[Commit]:
    return read_log(spark, job.lakehouse.bronze, has_whole_streams).commits


def _note(rows_before: RowsBySource, erased: RowsBySource) -> dict[str, RowsBySource]:
    """What a stream's commits note of the rows before it."""
    return {"rows_before": rows_before} | ({ERASED: erased} if erased else {})


def _ingest(
    spark: SparkSession, job: JobParameters, files: RawFiles, note: dict[str, RowsBySource], started_at: datetime
) -> bool:
    """Append new raw files to bronze, each batch once; whether there were any.

    The checkpoint knows which files are in which batch, and the table knows which of the checkpoint's batches it has.
    """
    landed = read_raw_stream(spark, files, job.contract, job.raw_stream_format)
    rows = to_bronze(landed, files.source.name, started_at, job.ingestion_id)
    metadata = {"source": files.source.name, "ingestion_id": job.ingestion_id, **note}
    stream = rows.writeStream.format("delta").option("userMetadata", user_metadata(metadata))
    checkpoint = f"{job.checkpoints_url.rstrip('/')}/bronze/{job.contract.name}/{files.source.name}/{files.checkpoint}"
    stream = stream.option("checkpointLocation", checkpoint).trigger(availableNow=True)
    try:
        query = stream.toTable(job.lakehouse.bronze.full_name)
        query.awaitTermination()
    except StreamingQueryException as error:
        reason = str(error).splitlines()[0]
        raise RefusedDataError(f"{files.source.name} could not be ingested: {reason}") from error
    return bool(query.recentProgress)
