"""The task `upkeep`: every table of a dataset put in order, so that the next run finds all that it builds on."""

from __future__ import annotations

from datetime import datetime

from pyspark.sql import SparkSession

from spark_jobs.job_parameters import JobParameters
from spark_jobs.tables import statements
from spark_jobs.tables.creation import make_known
from spark_jobs.tables.delta import file_count, latest_version, oldest_change, read_log
from spark_jobs.tables.lakehouse import Table
from spark_jobs.tables.progress import Progress
from spark_jobs.task_figures import TaskFigures
from spark_jobs.upkeep.notes import renew_note
from spark_jobs.upkeep.retention import retention_hours


def run_upkeep(spark: SparkSession, job: JobParameters, now: datetime) -> TaskFigures:
    """Rewrite small and unclustered files and those with deleted rows, then delete what no version needs any more.

    Tables are left as the last run described them: a changed contract is the job's business.
    """
    files, versions = {}, {}
    for table in job.lakehouse.tables:
        make_known(spark, table)
        files[table.full_name] = _put_in_order(spark, job, table, now)
        versions[table.full_name] = latest_version(spark, table)
    return TaskFigures(files_before_and_after=files, table_versions=versions)


def _put_in_order(spark: SparkSession, job: JobParameters, table: Table, now: datetime) -> tuple[int, int]:
    """Do it for one table; the number of its files before and after."""
    before = file_count(spark, table)
    renew_note(spark, table, now)
    for statement in (statements.purge(table), statements.optimize(table)):
        spark.sql(statement).collect()
    unread_since = oldest_change(spark, table, taken) if (taken := _taken_by_all(spark, job, table)) >= 0 else None
    spark.sql(statements.vacuum(table, retention_hours(unread_since, now))).collect()
    return before, file_count(spark, table)


def _taken_by_all(spark: SparkSession, job: JobParameters, table: Table) -> int:
    """The version that every reader of the table's changes has taken in, -1 if there is none.

    A reader that has taken in nothing yet will read the rows that are there, and no changes.
    """
    for reader in job.lakehouse.readers(table):
        make_known(spark, reader)
    taken = [Progress.noted_in(read_log(spark, r).commits).version for r in job.lakehouse.readers(table)]
    return min((version for version in taken if version >= 0), default=-1)
