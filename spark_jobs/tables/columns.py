"""The columns that the lakehouse adds to the contract's own: where a row came from, and what was found about it."""

from __future__ import annotations

from dataclasses import dataclass

from contracts import raw_layout
from contracts.columns import Classification


@dataclass(frozen=True)
class TableColumn:
    """A column of a Delta table: its name, Spark SQL type, description and how its values must be protected."""

    name: str
    type: str
    description: str
    classification: Classification = Classification.INTERNAL


SOURCE = TableColumn("source", "string", "Name of the contract's source that the row came from.")
SOURCE_FILE_NAME = TableColumn("source_file_name", "string", "URL of the raw file that holds the row as it was landed.")
INGESTION_TIMESTAMP = TableColumn("ingestion_timestamp", "timestamp", "When the row entered bronze.")
RAW_INGESTION_ID = TableColumn("raw_ingestion_id", "string", "Id of the run that brought the row into bronze.")
RESCUED_DATA = TableColumn(
    "_rescued_data",
    "string",
    "The parts of the landed record that have no column of their own.",
    Classification.RESTRICTED,
)
DELETED_AT = TableColumn(
    raw_layout.DELETED_AT, "string", "When the source deleted the row (RFC 3339), of which this is the key alone."
)
BROKEN_RULES = TableColumn("broken_rules", "array<string>", "Labels of all the rules that the row breaks.")

ORIGIN = (SOURCE, SOURCE_FILE_NAME, INGESTION_TIMESTAMP, RAW_INGESTION_ID)
"""The columns that say where a row came from, in the order every table has them."""
