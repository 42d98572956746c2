"""Brings the sandbox's sources of returns to a generation."""

from __future__ import annotations

from functools import partial

from contracts.contract import Contract
from sandbox.generator.csv_files import CsvFile, csv_bytes, drop
from sandbox.generator.places import Places
from sandbox.generator.population import Population, SourceKind, source_of
from sandbox.generator.product_returns.returns import returns_of
from sandbox.generator.product_returns.row_versions import block_truth, return_files
from sandbox.generator.store_database import StoreTable


def bring_returns_to(generation: int, population: Population, contract: Contract, places: Places) -> None:
    """Seed the sources or let them grow; what a source has already stays as it is, so a killed call is repeated.

    `population` is that of the purchases: about one in twenty comes back.

    Raises:
        adbc_driver_manager.Error: the store database cannot be reached or refuses a statement.
    """
    if places.store_database_url is not None:
        bring_store_returns_to(generation, population, contract, places.store_database_url)
    if places.return_folder is not None:
        files = (file for number in range(generation + 1) for file in return_files(population, number))
        content = partial(file_content, purchases=population, contract=contract)
        drop(files, places.return_folder, content)


def bring_store_returns_to(generation: int, purchases: Population, contract: Contract, url: str) -> None:
    """Bring the store database's returns to a generation, as `StoreTable` says."""
    rows = partial(block_truth, purchases=purchases, contract=contract)
    table = StoreTable(contract, returns_of(purchases), rows, generations="sandbox_return_generations")
    table.bring_to(generation, url)


def file_content(file: CsvFile, purchases: Population, contract: Contract) -> bytes:
    """A file's bytes, in the contract's column order."""
    rows = block_truth(file.block, purchases, contract, file.words).select(contract.column_names)
    return csv_bytes(rows, file, source_of(contract, SourceKind.FILES))
