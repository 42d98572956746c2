"""The task `bronze`: new raw files of every source into bronze, each row once."""

from __future__ import annotations

from datetime import datetime

from pyspark.errors import StreamingQueryException
from pyspark.sql import DataFrame, SparkSession

from contracts.model import Source
from contracts.reports import TransformedRows
from spark_jobs.books import Rows, bronze_rows, require_count
from spark_jobs.bronze import to_bronze
from spark_jobs.creation import create
from spark_jobs.delta import append, latest_version, read_log, row_count
from spark_jobs.job_parameters import JobParameters
from spark_jobs.raw_stream import read_raw_stream
from spark_jobs.task_figures import TaskFigures


class IngestionError(RuntimeError):
    """Raised when a source's raw files cannot be taken into bronze: names the source and the cause."""


def run_bronze(spark: SparkSession, job: JobParameters, started_at: datetime) -> TaskFigures:
    """Ingest what is new in raw, one stream for each source; a source without raw files is fine.

    Raises:
        IngestionError: a source's raw files cannot be read or appended.
        BooksError: bronze holds other rows than its books say.
    """
    table = job.lakehouse.bronze
    create(spark, table, column_tags=job.column_tags)
    before = _rows(spark, job)
    for source in job.contract.sources:
        _ingest(spark, job, source, started_at)
    total = _rows(spark, job)
    require_count(table.full_name, total, row_count(spark, table))
    return TaskFigures(
        run={source: TransformedRows(bronze=rows - before.get(source, 0)) for source, rows in total.items()},
        total={source: TransformedRows(bronze=rows) for source, rows in total.items()},
        table_versions={table.full_name: latest_version(spark, table)},
    )


def _rows(spark: SparkSession, job: JobParameters) -> Rows:
    return bronze_rows(read_log(spark, job.lakehouse.bronze).commits)


def _ingest(spark: SparkSession, job: JobParameters, source: Source, started_at: datetime) -> None:
    """Append a source's new raw files to bronze, each batch once.

    The checkpoint knows which files are in which batch, and the table knows which of the checkpoint's batches it has.
    """
    query_name = f"bronze {job.contract.name} {source.name}"

    def append_batch(landed: DataFrame, batch: int) -> None:
        query_id = next(query.id for query in spark.streams.active if query.name == query_name)
        rows = to_bronze(landed, job.contract, source.name, started_at, job.ingestion_id)
        metadata = {"source": source.name, "ingestion_id": job.ingestion_id, "rows_before": _rows(spark, job)}
        append(rows, job.lakehouse.bronze, metadata, transaction=(str(query_id), batch))

    landed = read_raw_stream(spark, job.contract, source, job.lake_url, job.raw_stream_format)
    stream = landed.writeStream.queryName(query_name).foreachBatch(append_batch).trigger(availableNow=True)
    checkpoint = f"{job.checkpoints_url.rstrip('/')}/bronze/{job.contract.name}/{source.name}"
    try:
        stream.option("checkpointLocation", checkpoint).start().awaitTermination()
    except StreamingQueryException as error:
        raise IngestionError(f"{source.name} could not be ingested: {str(error).splitlines()[0]}") from error
