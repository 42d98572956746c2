"""Brings the sandbox's sources of purchases to a generation."""

from __future__ import annotations

from functools import partial
from random import Random

from contracts.contract import Contract
from sandbox.generator.csv_files import CsvFile, csv_bytes, drop
from sandbox.generator.customer_purchases.api_database import bring_api_database_to
from sandbox.generator.customer_purchases.row_versions import block_truth, branch_files
from sandbox.generator.drop_places import DropPlace
from sandbox.generator.places import Places
from sandbox.generator.population import Population, SourceKind, source_of
from sandbox.generator.store_database import StoreTable


def bring_purchases_to(generation: int, population: Population, contract: Contract, places: Places) -> None:
    """Seed the sources or let them grow; what a source has already stays as it is, so a killed call is repeated.

    Raises:
        adbc_driver_manager.Error: the store database cannot be reached or refuses a statement.
    """
    if places.store_database_url is not None:
        bring_store_database_to(generation, population, contract, places.store_database_url)
    if places.api_database is not None:
        bring_api_database_to(generation, population, contract, places.api_database)
    if places.branch_folder is not None:
        for number in range(generation + 1):
            drop_branch_files(number, population, contract, places.branch_folder)


def bring_store_database_to(generation: int, population: Population, contract: Contract, url: str) -> None:
    """Bring the store database's purchases to a generation, as `StoreTable` says."""
    rows = partial(block_truth, contract=contract)
    StoreTable(contract, population, rows, generations="sandbox_generations").bring_to(generation, url)


def drop_branch_files(generation: int, population: Population, contract: Contract, place: DropPlace) -> None:
    """Drop the files of one generation into the place, as `drop` says."""
    drop(branch_files(population, generation), place, partial(file_content, contract=contract))


def file_content(file: CsvFile, contract: Contract) -> bytes:
    """A branch file's bytes, in the branch's own column order."""
    columns = [name for name in contract.column_names if name not in file.block.absent]
    Random(file.name).shuffle(columns)  # noqa: S311 - a column order is no secret
    rows = block_truth(file.block, contract).select(columns)
    return csv_bytes(rows, file, source_of(contract, SourceKind.FILES))
