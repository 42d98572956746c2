"""Contracts with something changed, for tests of what follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from contracts.columns import Column
from contracts.contract import Contract
from contracts.sources.kinds import Source


def with_columns(contract: Contract, *columns: Column) -> Contract:
    """The contract with other columns in the table that its sources' rows end in."""
    table = contract.table.model_copy(update={"columns": columns})
    return contract.model_copy(update={"tables": (table, *contract.gold_tables)})


def with_column(contract: Contract, name: str, **changes: object) -> Contract:
    """The contract with one column of that table changed; fields by their names here."""
    columns = [
        Column.model_validate({**column.model_dump(), **changes}) if column.name == name else column
        for column in contract.table.columns
    ]
    return with_columns(contract, *columns)


def with_sources(contract: Contract, sources: Iterable[Source]) -> Contract:
    """The contract with other sources."""
    return contract.model_copy(update={"sources": tuple(sources)})


def with_each_source(contract: Contract, change: Callable[[Source], Source]) -> Contract:
    """The contract with every source changed."""
    return with_sources(contract, map(change, contract.sources))


def with_table(contract: Contract, **changes: object) -> Contract:
    """The contract with something else changed of the table that its sources' rows end in."""
    table = contract.table.model_copy(update=changes)
    return contract.model_copy(update={"tables": (table, *contract.gold_tables)})
