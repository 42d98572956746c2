"""The purchases that every line works on: the sandbox's, by the same seed, at any size."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from contracts.folder import read_contracts
from contracts.raw_layout import day_folder
from contracts.rules import OneOf
from sandbox.generator.block import blocks
from sandbox.generator.customer_purchases.growth import file_content
from sandbox.generator.customer_purchases.row_versions import block_truth, branch_files
from sandbox.generator.population import Population, SourceKind, source_of
from sandbox.sources import SEED

CONTRACT = read_contracts().dataset("customer_purchases")
DATABASE, API, FILES = (source_of(CONTRACT, kind) for kind in SourceKind)
DAY = day_folder(CONTRACT, DATABASE, date(2026, 1, 1))
"""Where in raw the rows of the database lie."""


def population(rows: int) -> Population:
    """So many purchases a source, and then 1 % new ones and 0.5 % corrections each generation."""
    return Population(rows, SEED, datetime.now(UTC))


def stores() -> list[str]:
    """The stores that the contract knows."""
    checks = (check for rule in CONTRACT.rules for check in rule.checks if isinstance(check, OneOf))
    return [str(value) for check in checks for value in check.values]


def write_raw(purchases: Population, generation: int, raw: Path) -> int:
    """Write into the folder what landing would let through of the database's generation; how many rows that is."""
    folder = raw / DAY
    folder.mkdir(parents=True, exist_ok=True)
    landed = 0
    for number, block in enumerate(blocks(purchases, SourceKind.DATABASE, generation)):
        rows = block_truth(block, CONTRACT).filter(pl.col("outcome") != "quarantined").select(CONTRACT.column_names)
        rows.write_ndjson(folder / f"{generation}-{number:05d}.json")
        landed += rows.height
    return landed


def write_csv_files(purchases: Population, folder: Path) -> int:
    """Write into the folder the branches' files of the first generation, each once; how many rows they have."""
    files = list(branch_files(purchases, 0))
    for file in files:
        (folder / file.name).write_bytes(file_content(file, CONTRACT))
    return sum(file.block.stop - file.block.start for file in files)
