"""Every Delta table of a contract, as the contract describes it: name, place, columns, clustering and properties."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from contracts.columns import Classification, Column
from contracts.contract import Contract
from contracts.lake_terms import Layer
from contracts.table_definitions import Definition, definition, definition_as_text, definition_of_deleted
from contracts.tables import GoldTable
from spark_jobs.tables.columns import BROKEN_RULES, DELETED_AT, INGESTION_TIMESTAMP, ORIGIN, RESCUED_DATA, TableColumn

INDEXABLE_TYPES = {"string", "date", "double", "bigint", "int", "timestamp"}
"""Types that Delta keeps statistics of (not of booleans and arrays), beside decimals."""

DEFINITION_PROPERTY = "datamaster.definition"
"""Property that says what the rows that are in a table were made by."""

LOG_DAYS = 400
LOG_RETENTION = f"interval {LOG_DAYS} days"
"""How long commits can be read: the books and watermarks stand in them, and a source may be silent for long."""

DELETED_FILE_DAYS = 14
DELETED_FILE_RETENTION = f"interval {DELETED_FILE_DAYS} days"
"""How long a job may lag behind the table it reads changes of; also how long erased rows can still be brought back."""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A Delta table; `definition` is what its rows were made by, as far as new rows must be made by the same."""

    catalog: str
    layer: Layer
    name: str
    location: str
    description: str
    columns: tuple[TableColumn, ...]
    clustering: tuple[str, ...]
    definition: Definition = field(default_factory=dict)

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
        indexed = [c.name for c in internal if c.type in INDEXABLE_TYPES or c.type.startswith("decimal")]
        return {
            "delta.enableChangeDataFeed": "true",
            "delta.enableDeletionVectors": "true",
            "delta.logRetentionDuration": LOG_RETENTION,
            "delta.deletedFileRetentionDuration": DELETED_FILE_RETENTION,
            "delta.dataSkippingStatsColumns": ",".join(indexed),
            DEFINITION_PROPERTY: json.dumps(self.definition, ensure_ascii=False, sort_keys=True),
        }


def layer_url(lake_url: str, layer: Layer) -> str:
    """Where a layer lies: in a container of a storage account, else in a subfolder.

    >>> layer_url("abfss://account.dfs.core.windows.net", Layer.SILVER)
    'abfss://silver@account.dfs.core.windows.net'
    >>> layer_url("file:///lake/", Layer.SILVER)
    'file:///lake/silver'
    """
    url = urlsplit(lake_url)
    if url.scheme in {"abfs", "abfss"}:
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
        landed = [
            TableColumn(c.name, "string", c.description, c.classification or Classification.INTERNAL)
            for c in self.contract.columns
        ]
        columns = (*landed, *ORIGIN, RESCUED_DATA, *([DELETED_AT] if self.contract.tells_deletions else []))
        description = "Every landed row, as landed."
        return self._table(Layer.BRONZE, self.contract.name, description, columns, (INGESTION_TIMESTAMP.name,), {})

    @property
    def silver(self) -> Table:
        """Valid rows, the latest of each key."""
        table = self.contract.table
        columns = (*map(_typed, table.columns), *ORIGIN)
        description = self.contract.description or table.description
        return self._table(Layer.SILVER, table.name, description, columns, table.clustering, definition(table))

    @property
    def rejected(self) -> Table:
        """Rows that break a rule, masked like silver, with every rule they break."""
        table = self.contract.table
        texts = [TableColumn(c.silver_name, "string", c.description, c.protection) for c in table.landed_columns]
        columns, clustering = (*texts, *ORIGIN, BROKEN_RULES), (INGESTION_TIMESTAMP.name,)
        made_by = definition_as_text(table)
        description = "Rows that break a rule, masked, with every rule they break."
        return self._table(Layer.SILVER, self.contract.rejected_table, description, columns, clustering, made_by)

    @property
    def deleted(self) -> Table:
        """Keys whose latest version says that their source deleted the row, masked like silver, which has none."""
        table = self.contract.table
        columns = (*map(_typed, table.deletion_columns), *ORIGIN)
        clustering = tuple(column.silver_name for column in table.key_columns if column.is_clusterable)
        description = "Keys of rows that were deleted at their source, masked."
        made_by = definition_of_deleted(table)
        return self._table(Layer.SILVER, self.contract.deleted_table, description, columns, clustering, made_by)

    def gold(self, table: GoldTable) -> Table:
        """A gold table of the contract."""
        columns = tuple(map(_typed, table.columns))
        return self._table(Layer.GOLD, table.name, table.description, columns, table.clustering, definition(table))

    @property
    def golds(self) -> tuple[Table, ...]:
        """Every gold table."""
        return tuple(map(self.gold, self.contract.gold_tables))

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, each after those that it is made from."""
        return (self.bronze, *self.silver_tables, *self.golds)

    @property
    def silver_tables(self) -> tuple[Table, ...]:
        """Every table that silver's task writes."""
        deleted = [self.deleted] if self.contract.tells_deletions else []
        return (self.silver, self.rejected, *deleted)

    def readers(self, table: Table) -> tuple[Table, ...]:
        """The tables that are made from the changes of that one."""
        if table.layer is Layer.BRONZE:
            return (self.silver, self.rejected)
        return self.golds if table.full_name == self.silver.full_name else ()

    def _table(
        self,
        layer: Layer,
        name: str,
        description: str,
        columns: tuple[TableColumn, ...],
        clustering: tuple[str, ...],
        made_by: Definition,
    ) -> Table:
        return Table(
            catalog=self.catalog,
            layer=layer,
            name=name,
            location=f"{layer_url(self.lake_url, layer)}/{name}",
            description=description,
            columns=columns,
            clustering=clustering,
            definition=made_by,
        )


def _typed(column: Column) -> TableColumn:
    return TableColumn(column.silver_name, column.spark_type, column.description, column.protection)
