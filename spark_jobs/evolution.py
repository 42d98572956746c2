"""What must be altered in a table that exists so that it is what the contract now says. Text only: it runs nothing."""

from __future__ import annotations

from dataclasses import dataclass

from spark_jobs.tables import (
    TAGS_PROPERTY,
    Table,
    column_definition,
    quoted_name,
    quoted_text,
    tag_statements,
    tagged_columns,
)


class TableMismatchError(RuntimeError):
    """Raised when a table cannot become what the contract says without being written anew: names table and column."""


@dataclass(frozen=True)
class PresentTable:
    """A table as it is: type and comment of its columns by name, its properties and clustering columns."""

    columns: dict[str, tuple[str, str]]
    properties: dict[str, str]
    clustering: tuple[str, ...]


def missing_tags(table: Table, present: PresentTable) -> list[str]:
    """SQL that tags the columns, unless that was done."""
    return [] if present.properties.get(TAGS_PROPERTY) == tagged_columns(table) else tag_statements(table)


def alterations(table: Table, present: PresentTable) -> list[str]:
    """SQL that adds columns, comments and properties that the table lacks, and clusters it as the contract says.

    A column that the contract no longer has stays in the table; new rows have null there.

    Raises:
        TableMismatchError: a column has another type than the contract says.
    """
    alter = f"ALTER TABLE {quoted_name(table.full_name)}"
    statements = []
    for column in table.columns:
        type_, comment = present.columns.get(column.name, (None, None))
        if type_ is None:
            statements.append(f"{alter} ADD COLUMNS ({column_definition(column)})")
        elif type_ != column.type:
            raise TableMismatchError(
                f"{table.full_name}: column {column.name} is {type_} and the contract says {column.type}: give the "
                "column another name in the contract, or rewrite the table"
            )
        elif comment != column.description:
            statements.append(f"{alter} ALTER COLUMN `{column.name}` COMMENT {quoted_text(column.description)}")
    properties = {key: value for key, value in table.properties.items() if present.properties.get(key) != value}
    if properties:
        pairs = ", ".join(f"{quoted_text(key)} = {quoted_text(value)}" for key, value in properties.items())
        statements.append(f"{alter} SET TBLPROPERTIES ({pairs})")
    if present.clustering != table.clustering:
        statements.append(f"{alter} CLUSTER BY ({', '.join(table.clustering)})")
    return statements
