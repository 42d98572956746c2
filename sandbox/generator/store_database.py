"""Creates the store database's purchases table and applies generations to it, each in one transaction."""

from __future__ import annotations

from collections.abc import Iterator

import adbc_driver_postgresql.dbapi as postgresql
import polars as pl
import pyarrow as pa
from adbc_driver_manager.dbapi import Connection, Cursor

from contracts.model import Contract, LogicalType, Source, SourceKind
from sandbox.generator.block import Block
from sandbox.generator.population import Population
from sandbox.generator.truth import block_truth, blocks

_TYPES = {
    LogicalType.STRING: "text",
    LogicalType.DATE: "date",
    LogicalType.NUMBER: "numeric(14,2)",
    LogicalType.TIMESTAMP: "timestamptz not null",
}
_CORRECTIONS = "sandbox_corrections"


def bring_store_database_to(generation: int, population: Population, contract: Contract, url: str) -> None:
    """Apply to the database at that URL every generation up to this one that it has not got yet.

    A generation is there as a whole or not at all, and recorded in `sandbox_generations`, so an interrupted call is
    simply repeated. New purchases are copied in; a correction updates its purchase.

    Raises:
        adbc_driver_manager.Error: the database cannot be reached or refuses a statement.
    """
    with postgresql.connect(url) as connection:
        _create_tables(connection, contract)
        for missing in range(_generations_applied(connection), generation + 1):
            _apply(connection, missing, population, contract)


def _create_tables(connection: Connection, contract: Contract) -> None:
    source = _source(contract)
    columns = "".join(f", {column.name} {_TYPES[column.logical_type]}" for column in contract.columns)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {source.table} ({source.key_field} bigint PRIMARY KEY{columns})")
        cursor.execute("CREATE TABLE IF NOT EXISTS sandbox_generations (generation integer PRIMARY KEY)")
    connection.commit()


def _generations_applied(connection: Connection) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(generation), -1) + 1 FROM sandbox_generations")
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def _apply(connection: Connection, generation: int, population: Population, contract: Contract) -> None:
    source = _source(contract)
    index = f"purchases_{source.cursor_field} ON {source.table} ({source.cursor_field})"
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO sandbox_generations VALUES ($1)", (generation,))
        _insert(cursor, generation, population, contract)
        _correct(cursor, generation, population, contract)
        cursor.execute(f"CREATE INDEX IF NOT EXISTS {index}")
    connection.commit()


def _insert(cursor: Cursor, generation: int, population: Population, contract: Contract) -> None:
    schema, _, table = (_source(contract).table or "").rpartition(".")
    new = (block for block in blocks(population, SourceKind.DATABASE, generation) if block.start < block.sequence.new)
    cursor.adbc_ingest(table, _record_batches(new, population, contract), mode="append", db_schema_name=schema)


def _correct(cursor: Cursor, generation: int, population: Population, contract: Contract) -> None:
    source = _source(contract)
    corrections = (
        block for block in blocks(population, SourceKind.DATABASE, generation) if block.start >= block.sequence.new
    )
    cursor.adbc_ingest(_CORRECTIONS, _record_batches(corrections, population, contract), mode="create", temporary=True)
    assignments = ", ".join(f"{name} = corrected.{name}" for name in contract.column_names)
    cursor.execute(
        f"UPDATE {source.table} AS purchase SET {assignments} FROM {_CORRECTIONS} AS corrected "  # noqa: S608 - the contract's names
        f"WHERE purchase.{source.key_field} = corrected.{source.key_field}"
    )
    cursor.execute(f"DROP TABLE {_CORRECTIONS}")


def _record_batches(written: Iterator[Block], population: Population, contract: Contract) -> pa.RecordBatchReader:
    schema = _database_rows(Block(population, SourceKind.DATABASE, 0, 0, 0), contract).schema
    batches = (batch for block in written for batch in _database_rows(block, contract).to_batches())
    return pa.RecordBatchReader.from_batches(schema, batches)


def _database_rows(block: Block, contract: Contract) -> pa.Table:
    frame = block_truth(block, contract).select(
        (pl.col("row") + 1).alias(_source(contract).key_field or ""),
        *(
            column.name
            if column.logical_type is LogicalType.STRING
            else pl.col(f"{column.name}_value").alias(column.name)
            for column in contract.columns
        ),
    )
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest())


def _source(contract: Contract) -> Source:
    return next(source for source in contract.sources if source.kind is SourceKind.DATABASE)
