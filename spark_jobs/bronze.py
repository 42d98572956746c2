"""Landed rows to bronze rows: every column as text as it was landed, with its origin."""

from __future__ import annotations

from datetime import datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf
from pyspark.sql.types import StringType, StructField, StructType

from contracts.model import Contract
from spark_jobs.columns import INGESTION_TIMESTAMP, RAW_INGESTION_ID, RESCUED_DATA, SOURCE, SOURCE_FILE_NAME


def landed_schema(contract: Contract) -> StructType:
    """How raw files are read: the contract's columns as text, and what does not fit them in `_rescued_data`."""
    names = (*contract.column_names, RESCUED_DATA.name)
    return StructType([StructField(name, StringType()) for name in names])


def to_bronze(
    landed: DataFrame, contract: Contract, source_name: str, ingestion_timestamp: datetime, raw_ingestion_id: str
) -> DataFrame:
    """Bronze's rows, one for each landed one.

    Args:
        landed: columns of `landed_schema` and `source_file_name`.
        contract: names the standardized columns.
        source_name: the source whose raw folder the rows were read from.
        ingestion_timestamp: instant of this ingestion, with a time zone.
        raw_ingestion_id: UUID of the run.

    Returns:
        The contract's columns, `source`, `source_file_name`, `ingestion_timestamp`, `raw_ingestion_id` and
        `_rescued_data`.
    """
    return landed.select(
        *contract.column_names,
        sf.lit(source_name).alias(SOURCE.name),
        SOURCE_FILE_NAME.name,
        sf.lit(ingestion_timestamp).alias(INGESTION_TIMESTAMP.name),
        sf.lit(raw_ingestion_id).alias(RAW_INGESTION_ID.name),
        RESCUED_DATA.name,
    )
