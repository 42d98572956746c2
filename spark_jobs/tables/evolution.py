"""A table that exists and what the contract now says: what is altered, and what would need the table to be made anew.

A column that the contract adds is added, and null in the rows that are there; one that it no longer has stays, and is
null in new rows. Descriptions, clustering and properties are altered. A rule holds for the rows that come after it was
changed. What rows that are there were made by (key, masks, logic, types) cannot change under them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from contracts.table_definitions import changes_under_rows
from spark_jobs.tables import statements
from spark_jobs.tables.lakehouse import DEFINITION_PROPERTY, Table


@dataclass(frozen=True)
class PresentTable:
    """A table as it is: type and comment of its columns by name, its properties and clustering columns."""

    columns: Mapping[str, tuple[str, str]]
    properties: Mapping[str, str]
    clustering: tuple[str, ...]


def alterations(table: Table, present: PresentTable) -> list[str]:
    """SQL that adds columns, comments and properties that the table lacks, and clusters it as the contract says."""
    altered = []
    for column in table.columns:
        _, comment = present.columns.get(column.name, (None, None))
        if column.name not in present.columns:
            altered.append(statements.add_column(table, column))
        elif comment != column.description:
            altered.append(statements.comment_on_column(table, column))
    properties = {key: value for key, value in table.properties.items() if present.properties.get(key) != value}
    altered += [statements.set_properties(table, properties)] if properties else []
    return altered + ([statements.cluster(table)] if present.clustering != table.clustering else [])


def missing_tags(table: Table, present: PresentTable) -> list[str]:
    """SQL that tags the columns, unless that was done."""
    done = present.properties.get(statements.TAGS_PROPERTY) == statements.tagged_columns(table)
    return [] if done else statements.tag_columns(table)


def changes_that_need_a_rebuild(table: Table, present: PresentTable) -> list[str]:
    """What the contract changed under rows that are there, in words; nothing when the table can follow it."""
    noted = present.properties.get(DEFINITION_PROPERTY)
    return changes_under_rows(json.loads(noted), table.definition) if noted else []
