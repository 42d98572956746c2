"""The task `gold`: what silver's changes touch in each gold table."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.sql import DataFrame, SparkSession

from contracts.model import GoldTable
from spark_jobs.creation import create
from spark_jobs.delta import changes, latest_version, merge, read_log
from spark_jobs.gold import EMPTIED, recomputed
from spark_jobs.gold_store_monthly_sales import store_monthly_sales, with_month
from spark_jobs.job_parameters import JobParameters
from spark_jobs.persistence import persisted
from spark_jobs.progress import Progress, append_with_progress
from spark_jobs.tables import Table
from spark_jobs.task_figures import TaskFigures

Transformation = Callable[[DataFrame], DataFrame]

AGGREGATIONS: dict[str, tuple[Transformation, Transformation]] = {
    "store_monthly_sales": (with_month, store_monthly_sales),
}
"""By gold table: what adds the groups' key to silver's rows, and what makes gold's rows of them."""


def run_gold(spark: SparkSession, job: JobParameters) -> TaskFigures:
    """Bring every gold table of the contract up to silver's newest version."""
    create(spark, job.lakehouse.silver, column_tags=job.column_tags)
    groups_changed = sum(_refresh(spark, job, gold_table) for gold_table in job.contract.gold_tables)
    tables = [job.lakehouse.gold(gold_table) for gold_table in job.contract.gold_tables]
    versions = {table.full_name: latest_version(spark, table) for table in tables}
    return TaskFigures(groups_changed=groups_changed, table_versions=versions)


def _refresh(spark: SparkSession, job: JobParameters, gold_table: GoldTable) -> int:
    """Merge the touched groups of one gold table; how many of its rows changed."""
    table, silver = job.lakehouse.gold(gold_table), job.lakehouse.silver
    create(spark, table, column_tags=job.column_tags)
    progress = Progress.noted_in(read_log(spark, table).commits)
    version = latest_version(spark, silver)
    changed = changes(spark, silver, progress.version, version)
    if changed is None:
        return 0
    with_key, aggregate = AGGREGATIONS[gold_table.name]
    groups = recomputed(changed, spark.table(silver.full_name), gold_table.key, with_key, aggregate)
    with persisted(groups):
        return 0 if groups.isEmpty() else _merge(groups, table, gold_table, progress.advanced(version, {}))


def _merge(groups: DataFrame, table: Table, gold_table: GoldTable, progress: Progress) -> int:
    """Merge recomputed groups: only those that differ are written, and the progress is noted in any case."""
    measures = [name for name in table.column_names if name not in gold_table.key]
    differs = " OR ".join(f"NOT (incoming.`{name}` <=> present.`{name}`)" for name in measures)
    emptied = f"incoming.{EMPTIED}"
    changed = merge(groups, table, gold_table.key, progress.metadata(), update_when=differs, delete_when=emptied)
    if not changed:
        append_with_progress(groups.sparkSession.table(table.full_name).limit(0), table, progress)
    return changed
