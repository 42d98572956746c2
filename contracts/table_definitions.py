"""What a table's rows were made by, which a contract cannot change under them: key, types, masks and logic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from contracts.columns import Column, Masking
from contracts.contract import Contract
from contracts.lake_terms import Layer
from contracts.tables import BaseTable, DatasetTable

Definition = Mapping[str, str]
"""`key`, and `type of ‹column›`, `mask of …`, `name of …` and `logic of …` of each column, as far as it has them."""


def definition(table: BaseTable) -> dict[str, str]:
    """Of a table of silver or gold."""
    types = {f"type of {column.name}": column.spark_type for column in table.columns}
    logic = {f"logic of {column.name}": column.transform_logic for column in table.columns if column.transform_logic}
    return {"key": ", ".join(table.key), **types, **_masks(table.columns), **logic}


def definition_as_text(table: DatasetTable) -> dict[str, str]:
    """Of the table that holds its rejected rows, whose columns are masked like its own, but texts."""
    types = {f"type of {column.name}": "string" for column in table.landed_columns}
    return types | _masks(table.landed_columns)


def definition_of_deleted(table: DatasetTable) -> dict[str, str]:
    """Of the table that holds the keys of its deleted rows."""
    types = {f"type of {column.name}": column.spark_type for column in table.deletion_columns}
    return {"key": ", ".join(table.key), **types, **_masks(table.deletion_columns)}


def _masks(columns: Iterable[Column]) -> dict[str, str]:
    masks = {f"mask of {column.name}": _mask(column) for column in columns if column.masking}
    return masks | {f"name of {column.name}": column.encrypted_name for column in columns if column.encrypted_name}


def _mask(column: Column) -> str:
    is_of_text = column.masking is Masking.KEYED_HASH and not column.is_of_digits
    return f"{column.masking}{' of the text' if is_of_text else ''}"


def definitions(contract: Contract) -> dict[str, dict[str, str]]:
    """Of every table of silver and gold, by `‹layer›.‹table›`."""
    return {f"{table.layer}.{table.name}": definition(table) for table in contract.tables}


def changes_under_rows(before: Definition, now: Definition) -> list[str]:
    """What was changed under rows that are there, in words.

    A column that is gone changes no row, nor does a new one that comes from the sources: it is null in them.

    >>> changes_under_rows({"key": "a", "type of a": "int"}, {"key": "a", "type of a": "bigint", "type of b": "date"})
    ['type of a was int and is bigint']
    """
    return [
        f"{what} was {before.get(what, 'none')} and is {now.get(what, 'none')}"
        for what in sorted({*before, *now})
        if before.get(what) != now.get(what) and not _is_harmless(what, before, now)
    ]


def _is_harmless(what: str, before: Definition, now: Definition) -> bool:
    kind, _, column = what.rpartition(" of ")
    is_new, is_gone = (kind and f"type of {column}" not in one for one in (before, now))
    return bool(is_gone or (is_new and kind != "logic"))


def inapplicable(table: str, changed: Sequence[str], contract: Contract, layer: Layer) -> str:
    """Why the contract cannot be applied, and the command that makes the table what it says."""
    return (
        f"{table}: {'; '.join(changed)}: the contract cannot be applied to the rows that are there. "
        f"Take the change back, or make the table anew: make rebuild DATASET={contract.slug} LAYER={layer}"
    )
