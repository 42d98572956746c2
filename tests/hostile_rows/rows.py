"""Rows whose values are combined by chance from pools, each with a number of its own by which it is followed."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

from contracts.columns import Column
from contracts.contract import Contract
from contracts.sources.kinds import Source
from tests.contract_changes import with_columns, with_table
from tests.hostile_rows.values import Pool, Text, pool

NUMBER = "row_number"
"""The column that the contract is given beside its own, so that all of those may hold anything."""

_WRITTEN = re.compile("row-[0-9]{7}-of")
_SHARES_OF_HOSTILE = (0.0, 0.0, 0.0, 0.1, 0.1, 0.3, 0.6, 1.0)
"""Of a row's values; each row has one of these: many have to get to silver, and some nothing that is right."""

Values = dict[str, Text]


@dataclass(frozen=True)
class HostileRow:
    """A row as a source has it: its values by column as they will be landed, and what makes it none, if anything."""

    number: str
    values: Values
    is_malformed: bool = False


def numbered(contract: Contract) -> Contract:
    """The contract with the rows' number as a further column, and no load or table that is refused for bad rows."""
    number = Column.model_validate({"name": NUMBER, "logicalType": "string", "classification": "internal"})
    tolerant = with_table(contract, max_landing_error_ratio=1.0, max_silver_error_ratio=1.0)
    return with_columns(tolerant, *contract.table.columns, number)


def row_number(place: int) -> str:
    """The text that stands for a row; no digits in it are enough for a person's number."""
    return f"row-{place:07}-of"


def number_in(text: str) -> str:
    """The number of the row that the text is of."""
    (found,) = set(_WRITTEN.findall(text))
    return str(found)


def pools(contract: Contract, source: Source) -> dict[str, Pool]:
    """The pool of each of the contract's columns but the number."""
    columns = [column for column in contract.columns if column.name != NUMBER]
    return {c.name: pool(c, [rule for rule in contract.rules if rule.column == c.name], source) for c in columns}


def combined(draw: random.Random, pools_by_column: Mapping[str, Pool], count: int) -> list[Values]:
    """That many rows of values from the pools, the number among them."""
    shares = draw.choices(_SHARES_OF_HOSTILE, k=count)
    return [
        {name: values.pick(draw, share) for name, values in pools_by_column.items()} | {NUMBER: row_number(place)}
        for place, share in enumerate(shares)
    ]
