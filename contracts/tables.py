"""The tables of a contract (ODCS section Schema): the one that its sources' rows end in, and those computed from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from open_data_contract_standard.model import SchemaObject
from pydantic import Discriminator, Field, StringConstraints, Tag

from contracts.column_rules import SetCheck, column_rules, set_checks, table_check
from contracts.columns import Column, ColumnName
from contracts.odcs import Custom, OdcsModel
from contracts.quality import Qualities
from contracts.rules import Rule

TableName = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]*$")]
MOST_CLUSTERING_COLUMNS = 4
ADDED_COLUMNS = frozenset(
    {"source", "source_file_name", "ingestion_timestamp", "raw_ingestion_id", "broken_rules", "load_date"}
)
"""Names of the columns that the lakehouse gives its tables and raw's folders beside the contract's own."""


class BaseTable(OdcsModel):
    """What every table has. Its key are the columns with `primaryKey`, in the order of their positions."""

    standard: ClassVar = SchemaObject

    name: TableName
    description: str = ""
    business_name: str | None = None
    columns: Annotated[tuple[Column, ...], Field(alias="properties", min_length=1)]
    quality: Qualities = ()
    cluster_by: tuple[ColumnName, ...] = Custom("clusterBy", default=(), max_length=MOST_CLUSTERING_COLUMNS)

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the columns that make a row unique, as silver or gold calls them."""
        return tuple(column.silver_name for column in self.key_columns)

    @property
    def key_columns(self) -> tuple[Column, ...]:
        """The columns that make a row unique."""
        return tuple(sorted((c for c in self.columns if c.primary_key), key=lambda c: c.primary_key_position))

    @property
    def clustering(self) -> tuple[str, ...]:
        """The columns that the table's files are clustered by; of its key what can be, unless the contract says."""
        clusterable = [column.silver_name for column in self.key_columns if column.is_clusterable]
        return self.cluster_by or tuple(clusterable[:MOST_CLUSTERING_COLUMNS])

    @property
    def set_checks(self) -> tuple[SetCheck, ...]:
        """The checks of the table, and of the loads that bring its rows."""
        of_columns = [check for column in self.columns for check in set_checks(column)]
        return (*of_columns, *(table_check(quality) for quality in self.quality))

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        return {column.name: column for column in self.columns}[name]


class DatasetTable(BaseTable):
    """The table that the sources' rows end in: silver, with the columns it derives from them."""

    layer: Literal["silver"] = Custom("layer", default="silver")
    latest_by: ColumnName | None = Custom("latestBy", default=None)
    max_landing_error_ratio: float = Custom("maxLandingErrorRatio", default=0.2, ge=0, le=1)
    max_silver_error_ratio: float = Custom("maxSilverErrorRatio", default=0.5, ge=0, le=1)
    min_rows_for_error_ratio: int = Custom("minRowsForErrorRatio", default=20, ge=1)

    @property
    def landed_columns(self) -> tuple[Column, ...]:
        """The standardized schema: the columns that come from the sources."""
        return tuple(column for column in self.columns if not column.is_computed)

    @property
    def deletion_columns(self) -> tuple[Column, ...]:
        """What is kept of a deleted row: its key, and what says which version of it is the latest."""
        ordering = [c for c in self.landed_columns if c.name == self.latest_by and not c.primary_key]
        return (*self.key_columns, *ordering)

    @property
    def derived_columns(self) -> tuple[Column, ...]:
        """The columns that silver derives from its others."""
        return tuple(column for column in self.columns if column.is_computed)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of every row, in the columns' order."""
        return tuple(rule for column in self.landed_columns for rule in column_rules(column))


class GoldTable(BaseTable):
    """A table of the gold layer: groups of silver's rows by its key, and what is measured of each."""

    layer: Literal["gold"] = Custom("layer", default="gold")

    @property
    def measures(self) -> tuple[Column, ...]:
        """The columns that are no part of the key."""
        return tuple(column for column in self.columns if not column.primary_key)


def _kind(table: Any) -> str:  # noqa: ANN401 (whatever YAML holds, or a table)
    """Every column of a gold table is computed; a dataset's rows come from somewhere."""
    if isinstance(table, GoldTable):
        return "gold"
    columns = table.get("properties") if isinstance(table, Mapping) else None
    computed = [isinstance(column, Mapping) and "transformLogic" in column for column in columns or [None]]
    return "gold" if all(computed) else "silver"


Table = Annotated[Annotated[DatasetTable, Tag("silver")] | Annotated[GoldTable, Tag("gold")], Discriminator(_kind)]
"""A schema object, as what its columns make it."""
