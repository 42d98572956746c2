"""Every Delta table as the contract describes it, and the SQL that makes it so. Text only: nothing here runs it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from contracts.model import Classification, Column, Contract, GoldTable, Layer, LogicalType
from spark_jobs.columns import BROKEN_RULES, HIGH_VALUE_PURCHASE, ORIGIN, RESCUED_DATA, TableColumn

SPARK_TYPES = {
    LogicalType.STRING: "string",
    LogicalType.DATE: "date",
    LogicalType.NUMBER: "double",
    LogicalType.INTEGER: "bigint",
    LogicalType.TIMESTAMP: "timestamp",
}

INDEXABLE_TYPES = set(SPARK_TYPES.values())
"""Types that Delta keeps statistics of (not of booleans and arrays)."""

TAGS_PROPERTY = "datamaster.tagged"
"""Property that says which columns are tagged with which classification."""

LOG_RETENTION = "interval 400 days"
"""How long commits can be read: the books and watermarks stand in them, and a source may be silent for long."""

DELETED_FILE_RETENTION = "interval 14 days"
"""How long a job may lag behind the table it reads changes of; also how long erased rows can still be brought back."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A Delta table: its name in the catalog, where its data lie, its columns and what they are clustered by."""

    catalog: str
    layer: Layer
    name: str
    location: str
    description: str
    columns: tuple[TableColumn, ...]
    clustering: tuple[str, ...]

    @property
    def schema_name(self) -> str:
        """`catalog.layer`."""
        return f"{self.catalog}.{self.layer}"

    @property
    def full_name(self) -> str:
        """`catalog.layer.table`, the only way a job refers to the table."""
        return f"{self.schema_name}.{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def properties(self) -> dict[str, str]:
        """Delta table properties.

        Statistics are kept of internal columns only: Delta writes the least and the greatest value into its log, where
        a person's data would outlive their erasure.
        """
        internal = [column for column in self.columns if column.classification is Classification.INTERNAL]
        indexed = [column.name for column in internal if column.type in INDEXABLE_TYPES]
        return {
            "delta.enableChangeDataFeed": "true",
            "delta.enableDeletionVectors": "true",
            "delta.logRetentionDuration": LOG_RETENTION,
            "delta.deletedFileRetentionDuration": DELETED_FILE_RETENTION,
            "delta.dataSkippingStatsColumns": ",".join(indexed),
        }


def layer_url(lake_url: str, layer: Layer) -> str:
    """Where a layer lies: `abfss://silver@account.dfs.core.windows.net` for a storage account, else a subfolder."""
    url = urlsplit(lake_url)
    if url.scheme in ("abfs", "abfss"):
        return f"{url.scheme}://{layer}@{url.netloc}"
    return f"{lake_url.rstrip('/')}/{layer}"


@dataclass(frozen=True)
class Lakehouse:
    """The tables of a contract in a catalog and a lake."""

    contract: Contract
    catalog: str
    lake_url: str

    @property
    def bronze(self) -> Table:
        """Every landed row once, as landed."""
        landed = [TableColumn(c.name, "string", c.description, c.classification) for c in self.contract.columns]
        columns = (*landed, *ORIGIN, RESCUED_DATA)
        return self._table(
            Layer.BRONZE, self.contract.name, "Every landed row, as landed.", columns, ("ingestion_timestamp",)
        )

    @property
    def silver(self) -> Table:
        """Valid rows, the latest of each dedupe key."""
        columns = (*(_silver_column(c) for c in self.contract.columns), HIGH_VALUE_PURCHASE, *ORIGIN)
        return self._table(
            Layer.SILVER, self.contract.name, self.contract.description, columns, self.contract.clustering
        )

    @property
    def rejected(self) -> Table:
        """Rows that break a rule, masked like silver, with every rule they break."""
        columns = (*(_rejected_column(c) for c in self.contract.columns), *ORIGIN, BROKEN_RULES)
        description = "Rows that break a rule, masked, with every rule they break."
        return self._table(
            Layer.SILVER, f"{self.contract.name}_rejected", description, columns, ("ingestion_timestamp",)
        )

    def gold(self, gold_table: GoldTable) -> Table:
        """A gold table of the contract."""
        columns = tuple(_silver_column(column) for column in gold_table.columns)
        return self._table(Layer.GOLD, gold_table.name, gold_table.description, columns, gold_table.clustering)

    def _table(
        self, layer: Layer, name: str, description: str, columns: tuple[TableColumn, ...], clustering: tuple[str, ...]
    ) -> Table:
        return Table(
            catalog=self.catalog,
            layer=layer,
            name=name,
            location=f"{layer_url(self.lake_url, layer)}/{name}",
            description=description,
            columns=columns,
            clustering=clustering,
        )


def create_schema_statement(table: Table) -> str:
    """SQL that makes the table's schema known, at the layer's own location."""
    location = table.location.rsplit("/", 1)[0]
    return f"CREATE SCHEMA IF NOT EXISTS {quoted_name(table.schema_name)} LOCATION {quoted_text(location)}"


def create_table_statement(table: Table) -> str:
    """SQL that creates the table, or makes one that already lies at its location known by its name."""
    columns = ",\n".join(f"  {column_definition(column)}" for column in table.columns)
    properties = ",\n".join(f"  {quoted_text(key)} = {quoted_text(value)}" for key, value in table.properties.items())
    return (
        f"CREATE TABLE IF NOT EXISTS {quoted_name(table.full_name)} (\n{columns}\n)\n"
        f"USING DELTA\n"
        f"CLUSTER BY ({', '.join(table.clustering)})\n"
        f"COMMENT {quoted_text(table.description)}\n"
        f"LOCATION {quoted_text(table.location)}\n"
        f"TBLPROPERTIES (\n{properties}\n)"
    )


def column_definition(column: TableColumn) -> str:
    """A column as `CREATE TABLE` and `ALTER TABLE … ADD COLUMNS` spell it."""
    return f"`{column.name}` {column.type} COMMENT {quoted_text(column.description)}"


def register_table_statement(table: Table) -> str:
    """SQL that makes a table that lies at the location known by its name, whatever its columns are."""
    location = quoted_text(table.location)
    return f"CREATE TABLE IF NOT EXISTS {quoted_name(table.full_name)} USING DELTA LOCATION {location}"


def tag_statements(table: Table) -> list[str]:
    """SQL that tags every column with its classification, for catalogs that know tags (Unity Catalog).

    The last one notes in a property what is tagged, so that it need not be done in every run.
    """
    name = quoted_name(table.full_name)
    tags = [
        f"ALTER TABLE {name} ALTER COLUMN `{column.name}` "
        f"SET TAGS ('classification' = {quoted_text(column.classification)})"
        for column in table.columns
    ]
    noted = f"{quoted_text(TAGS_PROPERTY)} = {quoted_text(tagged_columns(table))}"
    return [*tags, f"ALTER TABLE {name} SET TBLPROPERTIES ({noted})"]


def tagged_columns(table: Table) -> str:
    """What `TAGS_PROPERTY` says of a table whose columns are all tagged."""
    return ",".join(f"{column.name}:{column.classification}" for column in table.columns)


def _silver_column(column: Column) -> TableColumn:
    classification = Classification.PERSONAL if column.masking else column.classification
    return TableColumn(column.silver_name, SPARK_TYPES[column.logical_type], column.description, classification)


def _rejected_column(column: Column) -> TableColumn:
    silver = _silver_column(column)
    return TableColumn(silver.name, "string", silver.description, silver.classification)


def quoted_name(name: str) -> str:
    """A dotted name as SQL spells it."""
    return ".".join(f"`{part}`" for part in name.split("."))


def quoted_text(value: str) -> str:
    """A text as SQL spells it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
