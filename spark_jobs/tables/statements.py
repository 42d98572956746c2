"""The SQL that makes a table what the contract says it is. Text only: nothing here runs it."""

from __future__ import annotations

from collections.abc import Mapping

from spark_jobs.tables.columns import TableColumn
from spark_jobs.tables.lakehouse import Table

TAGS_PROPERTY = "datamaster.tagged"
"""Property that says which columns are tagged with which classification."""


def create_schema(table: Table) -> str:
    """Makes the table's schema known, at the layer's own location."""
    location = table.location.rsplit("/", 1)[0]
    return f"CREATE SCHEMA IF NOT EXISTS {quoted_name(table.schema_name)} LOCATION {quoted_text(location)}"


def create_table(table: Table) -> str:
    """Creates the table, or makes one that already lies at its location known by its name."""
    return f"CREATE TABLE IF NOT EXISTS {_definition(table)}"


def replace_table(table: Table) -> str:
    """Makes the table anew, empty, in one commit; what it was stays readable by its version."""
    return f"CREATE OR REPLACE TABLE {_definition(table)}"


def register_table(table: Table) -> str:
    """Makes a table that lies at the location known by its name, whatever its columns are."""
    location = quoted_text(table.location)
    return f"CREATE TABLE IF NOT EXISTS {quoted_name(table.full_name)} USING DELTA LOCATION {location}"


def add_column(table: Table, column: TableColumn) -> str:
    """Adds a column; rows that are there have null in it."""
    return f"{_alter(table)} ADD COLUMNS ({_column(column)})"


def comment_on_column(table: Table, column: TableColumn) -> str:
    """Describes a column anew."""
    return f"{_alter(table)} ALTER COLUMN `{column.name}` COMMENT {quoted_text(column.description)}"


def set_properties(table: Table, properties: Mapping[str, str]) -> str:
    """Sets those properties."""
    return f"{_alter(table)} SET TBLPROPERTIES ({_pairs(properties)})"


def cluster(table: Table) -> str:
    """Clusters files that are written from now on, and at maintenance the others, as the contract says."""
    return f"{_alter(table)} {_clustering(table)}"


def purge(table: Table) -> str:
    """Rewrites files so that rows which are only marked as deleted (by deletion vectors) are not in them any more."""
    return f"REORG TABLE {quoted_name(table.full_name)} APPLY (PURGE)"


def optimize(table: Table) -> str:
    """Puts small files together, and clusters what is not clustered yet."""
    return f"OPTIMIZE {quoted_name(table.full_name)}"


def vacuum(table: Table, retention_hours: int) -> str:
    """Deletes files that have been of no version of the table for that long; never less than its property says."""
    return f"VACUUM {quoted_name(table.full_name)} RETAIN {retention_hours} HOURS"


def tag_columns(table: Table) -> list[str]:
    """Tags every column with its classification, for catalogs that know tags (Unity Catalog).

    The last statement notes in a property what is tagged, so that it need not be done in every run.
    """
    tags = [
        f"{_alter(table)} ALTER COLUMN `{column.name}` "
        f"SET TAGS ('classification' = {quoted_text(column.classification)})"
        for column in table.columns
    ]
    return [*tags, set_properties(table, {TAGS_PROPERTY: tagged_columns(table)})]


def tagged_columns(table: Table) -> str:
    """What `TAGS_PROPERTY` says of a table whose columns are all tagged."""
    return ",".join(f"{column.name}:{column.classification}" for column in table.columns)


def quoted_name(name: str) -> str:
    """A dotted name as SQL spells it.

    >>> quoted_name("main.silver.returns")
    '`main`.`silver`.`returns`'
    """
    return ".".join(f"`{part}`" for part in name.split("."))


def quoted_text(value: str) -> str:
    """A text as SQL spells it."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _definition(table: Table) -> str:
    columns = ",\n".join(f"  {_column(column)}" for column in table.columns)
    clustering = f"{_clustering(table)}\n" if table.clustering else ""
    return (
        f"{quoted_name(table.full_name)} (\n{columns}\n)\n"
        f"USING DELTA\n{clustering}"
        f"COMMENT {quoted_text(table.description)}\n"
        f"LOCATION {quoted_text(table.location)}\n"
        f"TBLPROPERTIES ({_pairs(table.properties)})"
    )


def _clustering(table: Table) -> str:
    names = ", ".join(quoted_name(name) for name in table.clustering)
    return f"CLUSTER BY ({names})" if names else "CLUSTER BY NONE"


def _column(column: TableColumn) -> str:
    return f"`{column.name}` {column.type} COMMENT {quoted_text(column.description)}"


def _pairs(properties: Mapping[str, str]) -> str:
    return ", ".join(f"{quoted_text(key)} = {quoted_text(value)}" for key, value in properties.items())


def _alter(table: Table) -> str:
    return f"ALTER TABLE {quoted_name(table.full_name)}"
