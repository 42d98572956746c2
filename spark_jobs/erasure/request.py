"""A request to erase: values that tell whose rows are meant, by column.

The values are what must not get around: messages name lines and columns, never what stands in them.
"""

from __future__ import annotations

import json

from contracts.columns import Column, Masking
from contracts.contract import Contract
from contracts.logical_types import LogicalType
from spark_jobs.errors import RefusedDataError

ValuesByColumn = dict[str, tuple[str, ...]]
"""Values that a request names, by the contract's column."""


def telling_columns(contract: Contract) -> list[Column]:
    """The columns that a request may name: texts of the key, and those of which silver keeps a hash.

    All others may be many persons': a name, a store, what silver keeps of an e-mail address.
    """
    return [c for c in contract.columns if c.masking is Masking.KEYED_HASH or (c.primary_key and _is_text(c))]


def parse_request(text: str, contract: Contract) -> ValuesByColumn:
    """The values in a request's JSON lines, each an object of values by column.

    Raises:
        RefusedDataError: a line is something else, or there is none.
    """
    allowed = {column.name for column in telling_columns(contract)}
    values: dict[str, set[str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            for name, value in _line(line, number, allowed).items():
                values.setdefault(name, set()).add(value)
    if not values:
        raise RefusedDataError("the request names nobody")
    return {name: tuple(sorted(of_column)) for name, of_column in sorted(values.items())}


def _line(line: str, number: int, allowed: set[str]) -> dict[str, str]:
    try:
        named = json.loads(line)
    except ValueError:
        named = None
    if not isinstance(named, dict) or not named or not all(isinstance(value, str) for value in named.values()):
        raise RefusedDataError(
            f'line {number} of the request is no JSON object of texts by column: {{"‹column›": "…"}}'
        )
    if not named.keys() <= allowed:
        told = ", ".join(sorted(allowed)) or "none of this dataset"
        raise RefusedDataError(f"line {number} of the request names a column that tells nobody; those that do: {told}")
    return named


def _is_text(column: Column) -> bool:
    return column.logical_type is LogicalType.STRING
