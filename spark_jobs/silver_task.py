"""The task `silver`: bronze's new rows into silver and into the table of rejected rows."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.reports import TransformedRows
from spark_jobs.books import bronze_rows, require_balance, require_count
from spark_jobs.columns import BROKEN_RULES, SOURCE
from spark_jobs.creation import create
from spark_jobs.delta import changes, latest_version, own_commits, row_count
from spark_jobs.intake import take_in_rejected, take_in_valid
from spark_jobs.job_parameters import JobParameters
from spark_jobs.masking import key_pads
from spark_jobs.persistence import persisted
from spark_jobs.progress import Progress
from spark_jobs.silver import BROKEN_WARNINGS, evaluated
from spark_jobs.tables import Table
from spark_jobs.task_figures import RowsByRule, TaskFigures

COMMIT_VERSION = "_commit_version"


def run_silver(spark: SparkSession, job: JobParameters, key: bytes) -> TaskFigures:
    """Take bronze's new rows into both tables, each from where it stands: after a crash in between, one is ahead.

    Raises:
        BooksError: a table holds other rows than its books say.
    """
    house = job.lakehouse
    for table in (house.bronze, house.silver, house.rejected):
        create(spark, table, column_tags=job.column_tags)
    valid = valid_before = Progress.noted_in(own_commits(spark, house.silver))
    rejected = rejected_before = Progress.noted_in(own_commits(spark, house.rejected))
    rejected_by_rule: RowsByRule = {}
    warned_by_rule: RowsByRule = {}
    version = latest_version(spark, house.bronze)
    new = _inserted(spark, house.bronze, min(valid.version, rejected.version), version)
    if new is not None:
        with persisted(evaluated(new, job.contract, key_pads(spark, key))) as rows:
            for_rejected = rows.where(sf.col(COMMIT_VERSION) > rejected.version)
            for_silver = rows.where(sf.col(COMMIT_VERSION) > valid.version)
            if not for_rejected.isEmpty():
                rejected = take_in_rejected(for_rejected, job.contract, house.rejected, rejected, version)
            if not for_silver.isEmpty():
                valid = take_in_valid(for_silver, job.contract, house.silver, valid, version)
            rejected_by_rule = _rows_by_label(for_rejected, BROKEN_RULES.name)
            warned_by_rule = _rows_by_label(for_silver, BROKEN_WARNINGS)
    require_count(house.silver.full_name, valid.books.get("silver", {}), row_count(spark, house.silver))
    require_count(house.rejected.full_name, rejected.books.get("rejected", {}), row_count(spark, house.rejected))
    taken_in = [commit for commit in own_commits(spark, house.bronze) if commit.version <= version]
    require_balance(bronze_rows(taken_in), valid.books | rejected.books)
    return TaskFigures(
        run=_transformed(valid.books | rejected.books, valid_before.books | rejected_before.books),
        total=_transformed(valid.books | rejected.books, {}),
        rejected_by_rule=rejected_by_rule,
        warned_by_rule=warned_by_rule,
        table_versions={table.full_name: latest_version(spark, table) for table in (house.silver, house.rejected)},
    )


def _inserted(spark: SparkSession, bronze: Table, after_version: int, version: int) -> DataFrame | None:
    """Bronze's new rows with the version that brought them; rows erased from bronze are not silver's business."""
    new = changes(spark, bronze, after_version, version)
    return new and new.where(sf.col("_change_type") == "insert").drop("_change_type", "_commit_timestamp")


def _rows_by_label(rows: DataFrame, labels: str) -> RowsByRule:
    """Rows of each source by rule label, of an array column of labels."""
    by_rule: RowsByRule = {}
    counts = rows.select(SOURCE.name, sf.explode(labels).alias("label")).groupBy(SOURCE.name, "label").count()
    for source, label, number in counts.orderBy(SOURCE.name, "label").collect():
        by_rule.setdefault(source, {})[label] = number
    return by_rule


def _transformed(books: dict[str, dict[str, int]], before: dict[str, dict[str, int]]) -> dict[str, TransformedRows]:
    """The books' rows by source and term, less those before."""
    sources = sorted({source for rows in books.values() for source in rows})
    return {
        source: TransformedRows(
            **{term: rows.get(source, 0) - before.get(term, {}).get(source, 0) for term, rows in books.items()}
        )
        for source in sources
    }
