"""Keys of rows: those that are at a source, and which texts of them mean the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from contracts.columns import Column
from contracts.contract import Contract
from contracts.sources.source import BaseSource
from contracts.written_formats import text_format, written_format
from tasks.extract.texts import meant, trimmed
from tasks.extract.values import read

MEANING = "_meaning_"


@dataclass(frozen=True)
class KeysAtSource:
    """Frames of the columns of a dataset's key, as the source writes them, of all its rows at one point in time."""

    at: datetime
    frames: Iterator[pl.DataFrame]


def key_meanings(contract: Contract, source: BaseSource) -> list[pl.Expr]:
    """What the texts of a key mean, `_meaning_‹column›` for each of its columns: equal ones are one key in silver."""
    return [_meaning(column, source).alias(MEANING + column.name) for column in contract.table.key_columns]


def _meaning(column: Column, source: BaseSource) -> pl.Expr:
    text = meant(pl.col(column.name), text_format(column, source))
    if format_ := written_format(column, source):
        return read(text, format_)
    return text.str.replace_all("[^0-9]", "") if column.masking and column.is_of_digits else trimmed(text)
