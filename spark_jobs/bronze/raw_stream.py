"""Raw files as streams of landed rows: Auto Loader on Databricks, Spark's own file stream elsewhere."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as sf
from pyspark.sql.types import StringType, StructField, StructType

from contracts.contract import Contract
from contracts.job_document import RawStreamFormat
from contracts.lake_terms import Layer
from contracts.raw_layout import COLUMNS, DELETED_AT, ROWS_GLOB, UNDECLARED, column_set, source_folder
from contracts.sources.kinds import Source
from contracts.sources.source import RawFormat
from spark_jobs.tables.columns import RESCUED_DATA, SOURCE_FILE_NAME
from spark_jobs.tables.error_conditions import error_condition
from spark_jobs.tables.lakehouse import layer_url

FORMAT_OPTIONS = {
    RawFormat.JSON: {},
    RawFormat.CSV: {"header": "true", "multiLine": "true", "escape": '"', "charToEscapeQuoteEscaping": '"'},
}
"""How raw files are written: JSON lines, and RFC 4180 CSV whose quoted values may hold line breaks.

What escapes an escape is NUL where nothing is said, and a NUL in a quoted value would be taken for it and lost.
"""


@dataclass(frozen=True)
class RawFiles:
    """Raw files of a source that have the same columns: the glob of their folders, and how their names end."""

    source: Source
    folders: str
    suffix: str
    columns: tuple[str, ...]

    @property
    def checkpoint(self) -> str:
        """What tells the stream's checkpoint from those of the source's other files."""
        return self.suffix.removeprefix("*.").removesuffix(".csv")


def raw_files(spark: SparkSession, contract: Contract, lake_url: str) -> list[RawFiles]:
    """The files of every source: JSON lines together, CSV files by the column sets that they were ever landed with.

    A glob of folders may match nothing: a source that has landed nothing yet has none. Quarantine and manifests lie
    outside of it.
    """
    raw = layer_url(lake_url, Layer.RAW)
    recorded = _recorded_column_sets(spark, f"{raw}/{COLUMNS}/{contract.name}")
    found = []
    for source in contract.sources:
        folders = f"{raw}/{source_folder(contract, source)}/{ROWS_GLOB}/"
        sets = [contract.column_names]
        if source.raw_format is RawFormat.CSV:
            sets += [names for names in recorded.get(source.name, []) if names != contract.column_names]
            found += [RawFiles(source, folders, f"*.{column_set(names)}.csv", names) for names in sets]
        else:
            told = [DELETED_AT] if contract.tells_deletions else []
            found.append(RawFiles(source, folders, "*.json", (*contract.column_names, *told, UNDECLARED)))
    return found


def read_raw_stream(spark: SparkSession, files: RawFiles, contract: Contract, format_: RawStreamFormat) -> DataFrame:
    """The files as a stream: the contract's columns as text, `_rescued_data` and `source_file_name`.

    Where a source tells deletions, `_deleted_at` stands before the last two. A column that the files do not have is
    null; what they have under a name that the contract no longer knows is rescued.
    """
    auto_loader = format_ is not RawStreamFormat.FILES
    reader = spark.readStream.format("cloudFiles" if auto_loader else str(files.source.raw_format))
    landed = reader.options(**stream_options(files, format_)).schema(stream_schema(files, format_)).load(files.folders)
    names = (*contract.column_names, *([DELETED_AT] if contract.tells_deletions else []))
    known = [sf.col(n) if n in files.columns else sf.lit(None).cast("string").alias(n) for n in names]
    file_path = sf.col("_metadata.file_path").alias(SOURCE_FILE_NAME.name)
    return landed.select(*known, _rescued(files, contract).alias(RESCUED_DATA.name), file_path)


def stream_schema(files: RawFiles, format_: RawStreamFormat) -> StructType:
    """The files' columns as text; with `_rescued_data` where Spark fills it, which Auto Loader adds by itself."""
    added = [RESCUED_DATA.name] if format_ is RawStreamFormat.FILES else []
    return StructType([StructField(name, StringType()) for name in (*files.columns, *added)])


def stream_options(files: RawFiles, format_: RawStreamFormat) -> dict[str, str]:
    """Exactly the options that the stream is read with (Databricks: "Auto Loader options").

    Auto Loader goes by a CSV file's header of itself, where Spark must be told to (`enforceSchema`). File events are
    said to be used or not, because newer runtimes use them unasked where the external location has them, and they may
    be late (docs/adr/0037).
    """
    options = {**FORMAT_OPTIONS[files.source.raw_format], "pathGlobFilter": files.suffix}
    if format_ is RawStreamFormat.FILES:
        by_header = {"enforceSchema": "false"} if files.source.raw_format is RawFormat.CSV else {}
        return options | by_header | {"columnNameOfCorruptRecord": RESCUED_DATA.name}
    return options | {
        "cloudFiles.format": str(files.source.raw_format),
        "cloudFiles.partitionColumns": "",
        "cloudFiles.useManagedFileEvents": str(format_ is RawStreamFormat.FILE_EVENTS).lower(),
        "rescuedDataColumn": RESCUED_DATA.name,
    }


def _rescued(files: RawFiles, contract: Contract) -> Column:
    """What Spark rescued, or else what the contract does not know (any more), as a JSON object without nulls."""
    gone = [name for name in files.columns if name not in {*contract.column_names, DELETED_AT, UNDECLARED}]
    rescued = sf.col(RESCUED_DATA.name)
    if not gone:
        return sf.coalesce(rescued, sf.col(UNDECLARED)) if UNDECLARED in files.columns else rescued
    maps = [sf.create_map(sf.lit(name), sf.col(name)) for name in gone]
    if UNDECLARED in files.columns:
        maps.append(sf.from_json(sf.coalesce(UNDECLARED, sf.lit("{}")), "map<string,string>"))
    values = sf.map_filter(sf.map_concat(*maps), lambda _, value: value.isNotNull())
    return sf.coalesce(rescued, sf.when(sf.size(values) > 0, sf.to_json(values)))


def _recorded_column_sets(spark: SparkSession, folder: str) -> dict[str, list[tuple[str, ...]]]:
    """The column sets that were recorded when CSV files were landed with them, by source."""
    try:
        records = spark.read.text(f"{folder}/*/*.json", wholetext=True).select("value", "_metadata.file_path").collect()
    except AnalysisException as error:
        if error_condition(error) != "PATH_NOT_FOUND":
            raise
        return {}
    sets: dict[str, list[tuple[str, ...]]] = {}
    for value, path in sorted(records, key=lambda record: str(record["file_path"])):
        sets.setdefault(path.split("/")[-2], []).append(tuple(json.loads(value)))
    return sets
