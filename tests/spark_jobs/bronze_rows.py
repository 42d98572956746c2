"""Rows of bronze made by hand: what landed, where from and when."""

from __future__ import annotations

from datetime import UTC, datetime

from pyspark.sql import DataFrame, SparkSession

from contracts.contract import Contract
from spark_jobs.tables.lakehouse import Lakehouse
from tests.spark_jobs.frames import table_rows
from tests.spark_jobs.raw_files import landed_row

INGESTED = datetime(2026, 11, 25, 12, tzinfo=UTC)

Values = dict[str, object]


def bronze_row(contract: Contract, source_name: str = "store-database", **values: object) -> Values:
    """A valid bronze row, but for the given values."""
    origin: Values = {
        "source": source_name,
        "source_file_name": f"abfs://raw/{source_name}.json",
        "ingestion_timestamp": INGESTED,
        "raw_ingestion_id": "run-1",
        "_rescued_data": None,
    }
    known = source_name if source_name in {source.name for source in contract.sources} else "store-database"
    return {**landed_row(contract.source(known)), **origin, **values}


def bronze_frame(spark: SparkSession, contract: Contract, rows: list[Values]) -> DataFrame:
    """The rows with bronze's columns."""
    return table_rows(spark, Lakehouse(contract, "main", "file:///lake").bronze, rows)
