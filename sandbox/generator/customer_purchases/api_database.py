"""Applies generations to the SQLite file behind the customers API: one JSON document a purchase."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import cast

import polars as pl

from contracts.contract import Contract
from contracts.sources.api import ApiSource
from sandbox.generator.block import Block, blocks
from sandbox.generator.customer_purchases.row_versions import block_truth
from sandbox.generator.population import Population, SourceKind, source_of

_TABLES = """
CREATE TABLE purchases (
    purchase_id TEXT PRIMARY KEY, updated_at_microseconds INTEGER NOT NULL, document TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE generations (generation INTEGER PRIMARY KEY);
"""
_INDEX = "CREATE INDEX purchases_in_order ON purchases (updated_at_microseconds, purchase_id)"
_WRITE = """
INSERT INTO purchases VALUES (?, ?, ?) ON CONFLICT (purchase_id) DO UPDATE
SET updated_at_microseconds = excluded.updated_at_microseconds, document = excluded.document
"""
_LOCK_SECONDS = 30


def bring_api_database_to(generation: int, population: Population, contract: Contract, file: Path) -> None:
    """Apply to the API's database every generation up to this one that it has not got yet.

    The first is written to a file beside it that then takes its name, later ones each in one transaction, so that the
    API shows a generation as a whole or not at all and an interrupted call is simply repeated.
    """
    if not file.exists():
        _seed(population, contract, file)
    with closing(sqlite3.connect(file, timeout=_LOCK_SECONDS, isolation_level=None)) as connection:
        (applied,) = connection.execute("SELECT max(generation) FROM generations").fetchone()
        for missing in range(applied + 1, generation + 1):
            connection.execute("BEGIN IMMEDIATE")
            _apply(connection, missing, population, contract)
            connection.execute("COMMIT")


def _seed(population: Population, contract: Contract, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    for leftover in file.parent.glob(f"{part.name}*"):
        leftover.unlink()
    with closing(sqlite3.connect(part)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.executescript(_TABLES)
        _apply(connection, 0, population, contract)
        connection.execute(_INDEX)
        connection.commit()
        connection.execute("PRAGMA journal_mode = WAL")
    part.rename(file)


def _apply(connection: sqlite3.Connection, generation: int, population: Population, contract: Contract) -> None:
    connection.execute("INSERT INTO generations VALUES (?)", (generation,))
    for block in blocks(population, SourceKind.API, generation):
        connection.executemany(_WRITE, _records(block, contract))


def _records(block: Block, contract: Contract) -> Iterator[tuple[str, int, str]]:
    source = cast(ApiSource, source_of(contract, SourceKind.API))
    rows = block_truth(block, contract).select(
        ("WEB-" + pl.col("row").cast(pl.String).str.zfill(10)).alias("key"),
        pl.col("updated_at_value").dt.epoch("us").alias("microseconds"),
        *contract.column_names,
    )
    documents = rows.select(_document(source, contract)).to_series()
    return zip(rows["key"].to_list(), rows["microseconds"].to_list(), documents.to_list(), strict=True)


def _document(source: ApiSource, contract: Contract) -> pl.Expr:
    paths = {source.field(column): pl.col(column) for column in contract.column_names} | {
        source.key_field: pl.col("key")
    }
    groups: dict[str, list[pl.Expr]] = {}
    for path, column in paths.items():
        group, _, name = path.rpartition(".")
        groups.setdefault(group, []).append(column.alias(name))
    nested = [pl.struct(fields).alias(group) for group, fields in groups.items() if group]
    return pl.struct([*groups.get("", []), *nested]).struct.json_encode()
