"""Runs of the job's three tasks on a lake, and what is in its tables afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyspark.sql import SparkSession

from contracts.contract import Contract
from contracts.job_document import RawStreamFormat
from contracts.lake_terms import Layer
from spark_jobs.bronze.task import run_bronze
from spark_jobs.gold.task import run_gold
from spark_jobs.job_parameters import JobParameters
from spark_jobs.silver.task import run_silver
from spark_jobs.tables.lakehouse import Table
from spark_jobs.task_figures import TaskFigures

KEY = b"0123456789abcdef0123456789abcdef"


def job_parameters(
    contract: Contract, lake: Path, ingestion_id: str = "run-1", rebuild: Layer | None = None
) -> JobParameters:
    return JobParameters(
        contract=contract,
        catalog="spark_catalog",
        lake_url=lake.as_uri(),
        checkpoints_url=f"{lake.as_uri()}/checkpoints",
        ingestion_id=ingestion_id,
        raw_stream_format=RawStreamFormat.FILES,
        column_tags=False,
        rebuild=rebuild,
    )


@dataclass(frozen=True)
class RunFigures:
    bronze: TaskFigures
    silver: TaskFigures
    gold: TaskFigures

    @property
    def versions(self) -> dict[str, int]:
        """Version of every table, without the catalog's name."""
        versions = self.bronze.table_versions | self.silver.table_versions | self.gold.table_versions
        return {name.removeprefix("spark_catalog."): version for name, version in versions.items()}


def run_job(spark: SparkSession, job: JobParameters, hour: int = 12, key: bytes = KEY) -> RunFigures:
    """Bronze, silver and gold, at that hour (UTC) of the day of ingestion."""
    at = datetime(2026, 11, 25, hour, tzinfo=UTC)
    return RunFigures(run_bronze(spark, job, at), run_silver(spark, job, key), run_gold(spark, job))


def forget_tables(spark: SparkSession) -> None:
    """As a new session does not know the tables that lie in the lake."""
    for layer in ("bronze", "silver", "gold"):
        schema = f"spark_catalog.{layer}"
        for table in spark.catalog.listTables(schema) if spark.catalog.databaseExists(schema) else []:
            if not table.isTemporary:
                spark.sql(f"DROP TABLE {schema}.{table.name}")


def drop_schemas(spark: SparkSession) -> None:
    """Take the lake from the catalog for good (Spark's own catalog removes a dropped schema's folder)."""
    for layer in ("bronze", "silver", "gold"):
        spark.sql(f"DROP SCHEMA IF EXISTS spark_catalog.{layer} CASCADE")


def rows(spark: SparkSession, table: Table, *columns: str) -> list[tuple[object, ...]]:
    """The columns of all rows of a table, in order."""
    return [tuple(row) for row in spark.table(table.full_name).select(*columns).orderBy(*columns).collect()]
