"""The task `gold`: what silver's changes touch in each gold table."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.additive import addends
from contracts.job_report import MadeAnew
from contracts.tables import GoldTable
from spark_jobs.gold.groups import EMPTIED, groups, touched_groups
from spark_jobs.gold.increments import IN_DOUBT, incremented_groups
from spark_jobs.job_parameters import JobParameters
from spark_jobs.silver.set_checks import check_tables
from spark_jobs.tables.caching import cached
from spark_jobs.tables.creation import create
from spark_jobs.tables.delta import changes, latest_version, merge, read_log
from spark_jobs.tables.lakehouse import Table
from spark_jobs.tables.progress import Progress, append_with_progress
from spark_jobs.tables.renewal import Replaced, compare, make_anew
from spark_jobs.task_figures import TaskFigures


@dataclass(frozen=True)
class Refreshed:
    """How many rows of a gold table changed and, if it was made anew, how it compares with what it was."""

    groups_changed: int
    made_anew: MadeAnew | None = None


def run_gold(spark: SparkSession, job: JobParameters) -> TaskFigures:
    """Bring every gold table of the contract up to silver's newest version, or make it anew.

    Raises:
        RefusedDataError: a gold table does not keep a check of the contract.
    """
    create(spark, job.lakehouse.silver, column_tags=job.column_tags)
    log = read_log(spark, job.lakehouse.silver)
    silver = Progress(log.version, epoch=Progress.noted_in(log.commits).epoch)
    tables = [(job.lakehouse.gold(gold_table), gold_table) for gold_table in job.contract.gold_tables]
    refreshed = {table.full_name: _refresh(spark, job, gold_table, silver) for table, gold_table in tables}
    return TaskFigures(
        groups_changed=sum(done.groups_changed for done in refreshed.values()),
        made_anew={name: done.made_anew for name, done in refreshed.items() if done.made_anew},
        table_versions={table.full_name: latest_version(spark, table) for table, _ in tables},
        warned_checks=check_tables(spark, tables),
    )


def _refresh(spark: SparkSession, job: JobParameters, gold_table: GoldTable, silver: Progress) -> Refreshed:
    """Bring one gold table up to silver's version, or make it anew."""
    table = job.lakehouse.gold(gold_table)
    if job.makes_anew(table):
        make_anew(spark, table, str(uuid4()))
    create(spark, table, column_tags=job.column_tags)
    commits = read_log(spark, table).commits
    before, replaced = Progress.noted_in(commits), Replaced.noted_in(commits)
    if before.version >= 0 and before.source_epoch != silver.epoch:
        before = make_anew(spark, table, str(uuid4()))
        replaced = Replaced.noted_in(read_log(spark, table).commits)
    after = before.advanced(silver.version, {}, silver.epoch)
    if before.version >= 0:
        return Refreshed(_increment(spark, job, gold_table, before, after) if before.version < silver.version else 0)
    rows = _fill(groups(spark.table(job.lakehouse.silver.full_name), gold_table, job.contract.table), table, after)
    return Refreshed(rows, compare(spark, table, replaced, job.lakehouse.silver, silver) if replaced else None)


def _increment(
    spark: SparkSession, job: JobParameters, gold_table: GoldTable, before: Progress, after: Progress
) -> int:
    """Take in what changed of silver; how many rows of the gold table that changed."""
    table, silver, dataset = job.lakehouse.gold(gold_table), job.lakehouse.silver, job.contract.table
    changed = changes(spark, silver, before.version, after.version)
    if added := addends(gold_table, dataset):
        with cached(incremented_groups(changed, spark.table(table.full_name), gold_table, added)) as groups_now:
            touched_rows, in_doubt = groups_now.agg(sf.count("*"), sf.count_if(sf.col(IN_DOUBT))).collect()[0]
            if not in_doubt:
                return _merge(groups_now.drop(IN_DOUBT), table, gold_table, after) if touched_rows else 0
    with cached(touched_groups(changed, spark.table(silver.full_name), gold_table, dataset)) as touched:
        return 0 if touched.isEmpty() else _merge(touched, table, gold_table, after)


def _fill(all_groups: DataFrame, table: Table, progress: Progress) -> int:
    """Write all groups into an empty table."""
    append_with_progress(all_groups, table, progress)
    return all_groups.sparkSession.table(table.full_name).count()


def _merge(touched: DataFrame, table: Table, gold_table: GoldTable, progress: Progress) -> int:
    """Merge recomputed groups: only those that differ are written, and the progress is noted in any case."""
    differs = " OR ".join(f"NOT (incoming.`{c.name}` <=> present.`{c.name}`)" for c in gold_table.measures)
    emptied = f"incoming.{EMPTIED}"
    changed = merge(touched, table, gold_table.key, progress.metadata(), update_when=differs, delete_when=emptied)
    if not changed:
        append_with_progress(touched.sparkSession.table(table.full_name).limit(0), table, progress)
    return changed
