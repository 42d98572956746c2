"""A dataset's table in the store database: defined by its contract, filled by generations, each in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import adbc_driver_postgresql.dbapi as postgresql
import polars as pl
import pyarrow as pa
from adbc_driver_manager.dbapi import Cursor

from contracts.contract import Contract
from contracts.logical_types import LogicalType
from contracts.sources.database import DatabaseSource
from sandbox.generator.block import Block, blocks
from sandbox.generator.population import Population, SourceKind, source_of
from sandbox.generator.row_versions import value_name

_TYPES = {
    LogicalType.STRING: "text",
    LogicalType.DATE: "date",
    LogicalType.NUMBER: "numeric(14,2)",
    LogicalType.INTEGER: "integer",
    LogicalType.BOOLEAN: "boolean",
    LogicalType.TIMESTAMP: "timestamptz NOT NULL",
}
_CORRECTIONS = "sandbox_corrections"


@dataclass(frozen=True)
class StoreTable:
    """The table of a contract's database source, and how it gets its rows.

    `row_versions` makes those of a block of the population; `generations` names the table of the generations that are
    there. A row key that is none of the contract's columns is the row's number, counted from 1.
    """

    contract: Contract
    population: Population
    row_versions: Callable[[Block], pl.DataFrame]
    generations: str

    @property
    def source(self) -> DatabaseSource:
        """The contract's source that the table is read by."""
        return cast(DatabaseSource, source_of(self.contract, SourceKind.DATABASE))

    def bring_to(self, generation: int, url: str) -> None:
        """Apply to the database at that URL every generation up to this one that it has not got yet.

        A generation is there as a whole or not at all, so an interrupted call is simply repeated. New rows are copied
        in; a correction updates its row.

        Raises:
            adbc_driver_manager.Error: the database cannot be reached or refuses a statement.
        """
        with postgresql.connect(url) as connection, connection.cursor() as cursor:
            self._create(cursor)
            connection.commit()
            for missing in range(self._applied(cursor), generation + 1):
                self._apply(cursor, missing)
                connection.commit()

    def _create(self, cursor: Cursor) -> None:
        source = self.source
        types = {source.key_field: "bigint"}
        types |= {source.field(column.name): _TYPES[column.logical_type] for column in self.contract.columns}
        columns = ", ".join(f"{field} {sql_type}" for field, sql_type in types.items())
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {source.table} ({columns}, PRIMARY KEY ({source.key_field}))")
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {self.generations} (generation integer PRIMARY KEY)")

    def _applied(self, cursor: Cursor) -> int:
        cursor.execute(f"SELECT coalesce(max(generation), -1) + 1 FROM {self.generations}")  # noqa: S608 - a name of ours
        ((applied,),) = cursor.fetchall()
        return int(applied)

    def _apply(self, cursor: Cursor, generation: int) -> None:
        """The index comes last, because the first generation is copied in faster without it."""
        table, cursor_field = self.source.table, self.source.cursor_field
        cursor.execute(f"INSERT INTO {self.generations} VALUES ($1)", (generation,))  # noqa: S608 - a name of ours
        for block in blocks(self.population, SourceKind.DATABASE, generation):
            write = self._insert if block.start < block.sequence.new else self._correct
            write(cursor, self._rows(block))
        index = f"{table.rpartition('.')[2]}_{cursor_field}"
        cursor.execute(f"CREATE INDEX IF NOT EXISTS {index} ON {table} ({cursor_field})")

    def _rows(self, block: Block) -> pa.Table:
        source = self.source
        values = {source.key_field: pl.col("row") + 1}
        values |= {source.field(column.name): pl.col(value_name(column)) for column in self.contract.columns}
        frame = self.row_versions(block).select(value.alias(field) for field, value in values.items())
        return frame.to_arrow(compat_level=pl.CompatLevel.oldest())

    def _insert(self, cursor: Cursor, rows: pa.Table) -> None:
        schema, _, table = self.source.table.rpartition(".")
        cursor.adbc_ingest(table, rows, mode="append", db_schema_name=schema)

    def _correct(self, cursor: Cursor, rows: pa.Table) -> None:
        table, key = self.source.table, self.source.key_field
        cursor.adbc_ingest(_CORRECTIONS, rows, mode="create", temporary=True)
        assignments = ", ".join(f"{field} = corrected.{field}" for field in rows.column_names if field != key)
        cursor.execute(
            f"UPDATE {table} AS entered SET {assignments} FROM {_CORRECTIONS} AS corrected "  # noqa: S608 - the contract's names
            f"WHERE entered.{key} = corrected.{key}"
        )
        cursor.execute(f"DROP TABLE {_CORRECTIONS}")
