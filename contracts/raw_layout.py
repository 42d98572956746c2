"""Where things lie in the Raw container, as those who land them and those who read them agree on it.

`‹dataset›/‹source›/load_date=…/` holds the landed rows, and folders that begin with `_` what is kept about them. A CSV
file tells its columns by their order alone, which changes with the contract and with what a source's file has beside
it; so its name ends in the id of its column set, and `_columns/‹dataset›/‹source›/‹id›.json` lists the set's names.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from uuid import UUID

from contracts.contract import Contract
from contracts.sources.source import BaseSource, RawFormat

QUARANTINE, MANIFESTS, SEEN, COLUMNS = "_quarantine", "_manifests", "_seen", "_columns"
SETTLEMENTS, SHARDS, ERASURES = "_settlements", "_shards", "_erasures"
"""Top folders: rejected rows, committed loads, what was landed before, column sets of CSV files, rows written off, what
the shards of a load are told and tell, requests to erase persons."""

DELETED_AT = "_deleted_at"
"""In a JSON line that says that a row was deleted: when (RFC 3339, UTC). Beside it stand the row's key and last change.

No column of a contract begins so.
"""

UNDECLARED = "_undeclared"
"""In a landed row: what the source has beside the contract's columns, a JSON object of its values by their names."""

_HIGHEST = 99_999_999

ROWS_GLOB = "load_date=*"


def source_folder(contract: Contract, source: BaseSource) -> str:
    """The folder of a source, the same below the container and below each top folder."""
    return f"{contract.name}/{source.name}"


def day_folder(contract: Contract, source: BaseSource, day: date) -> str:
    """The folder of the rows that a source landed on a day, in UTC.

    >>> from contracts.folder import read_contracts
    >>> returns = read_contracts().dataset("product-returns")
    >>> day_folder(returns, returns.source("return-files"), date(2026, 1, 31))
    'product_returns/return-files/load_date=2026-01-31'
    """
    return f"{source_folder(contract, source)}/load_date={day.isoformat()}"


def erasure_request(contract: Contract, request: UUID) -> str:
    """The file that names whose rows are to be erased: JSON lines of values by column. It is there while that is done.

    >>> from contracts.folder import read_contracts
    >>> returns = read_contracts().dataset("product-returns")
    >>> erasure_request(returns, UUID("0b9b9ea3-7d2f-4f4c-9d1b-0f6b1f6f7a11"))
    '_erasures/product_returns/0b9b9ea3-7d2f-4f4c-9d1b-0f6b1f6f7a11.jsonl'
    """
    return f"{ERASURES}/{contract.name}/{request}.jsonl"


def newest_first(number: int) -> str:
    """The number as part of a blob's name, so that listings, which are in lexical order, begin with the highest.

    So the newest of many is found by one request that asks for one name, however long the history is.

    >>> newest_first(12)
    '99999987-00000012'
    >>> newest_first(12) < newest_first(11)
    True
    """
    return f"{_HIGHEST - number:08d}-{number:08d}"


def column_set(names: Iterable[str]) -> str:
    """Id of the columns of a CSV file, in their order.

    >>> column_set(["return_id", "quantity"]) == column_set(["quantity", "return_id"])
    False
    """
    return sha256("\n".join(names).encode()).hexdigest()[:8]


def csv_columns(contract: Contract, *, undeclared: bool = False) -> tuple[str, ...]:
    """The columns of a CSV file that is landed now: the contract's, and `_undeclared` if the source's has others."""
    return (*contract.column_names, *([UNDECLARED] if undeclared else []))


def column_set_record(contract: Contract, source: BaseSource, names: Iterable[str]) -> tuple[str, str]:
    """Name and content of the blob that lists these columns of a source's CSV files."""
    names = tuple(names)
    return f"{COLUMNS}/{source_folder(contract, source)}/{column_set(names)}.json", json.dumps(names)


def rows_suffix(source: BaseSource, names: Iterable[str]) -> str:
    """How the names of a source's raw files end: in their format, and for CSV in the set of these columns before it."""
    if source.raw_format is RawFormat.CSV:
        return f"{column_set(names)}.{source.raw_format}"
    return str(source.raw_format)
