"""Raw files as a stream of landed rows: Auto Loader on Databricks, Spark's own file stream elsewhere."""

from __future__ import annotations

from enum import StrEnum

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.model import Contract, Layer, Source
from spark_jobs.bronze import landed_schema
from spark_jobs.columns import RESCUED_DATA, SOURCE_FILE_NAME
from spark_jobs.tables import layer_url


class RawStreamFormat(StrEnum):
    """What finds new raw files: Databricks' Auto Loader or Spark's file stream."""

    FILES = "files"
    CLOUD_FILES = "cloudFiles"


READ_OPTIONS = {
    "json": {},
    "csv": {"header": "true", "multiLine": "true", "escape": '"', "enforceSchema": "false"},
}
"""How raw files are written, by suffix: JSON lines, and RFC 4180 CSV whose quoted values may hold line breaks."""


def raw_files_url(contract: Contract, source: Source, lake_url: str) -> str:
    """Glob of the folders that hold a source's raw files; quarantine and manifests lie outside of it.

    A glob may match nothing: a source that has landed nothing yet has no folder.
    """
    return f"{layer_url(lake_url, Layer.RAW)}/{contract.name}/{source.name}/load_date=*/"


def read_raw_stream(
    spark: SparkSession, contract: Contract, source: Source, lake_url: str, stream_format: RawStreamFormat
) -> DataFrame:
    """A source's raw files as a stream: the contract's columns as text, `_rescued_data` and `source_file_name`."""
    file_format, rescue = source.raw_suffix, RESCUED_DATA.name
    if stream_format is RawStreamFormat.CLOUD_FILES:
        reader = spark.readStream.format("cloudFiles").option("cloudFiles.format", file_format)
        reader = reader.option("rescuedDataColumn", rescue).option("cloudFiles.partitionColumns", "")
    else:
        reader = spark.readStream.format(file_format).option("columnNameOfCorruptRecord", rescue)
    landed = (
        reader.options(**READ_OPTIONS[file_format])
        .option("pathGlobFilter", f"*.{file_format}")
        .schema(landed_schema(contract))
        .load(raw_files_url(contract, source, lake_url))
    )
    return landed.select("*", sf.col("_metadata.file_path").alias(SOURCE_FILE_NAME.name))
