"""What every extraction hands over: chunks of rows in the standardized columns, with where each row came from.

A chunk is a polars frame of the contract's columns, all strings as the source writes them (null: absent), and
`_key` (string), `_cursor` (UTC, microseconds), `_location`, `_fault` and `_source_text` (strings). Key, cursor and
content identify a version of a row; files have neither key nor cursor. The location tells a person where to look for
the row at the source. A row that cannot be read as columns has a fault, which says why without quoting it, and where
that is possible the text that the source wrote; the columns that could be read are there.
What a source has beside the contract's columns is in a further column `_undeclared` (`tasks.extract.undeclared`).
Sources that tell which rows were deleted have a further column `_deleted` (boolean): true for what is the deletion of a
row, of which key and time of change count alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import polars as pl
from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator

from contracts.contract import Contract
from contracts.raw_layout import UNDECLARED

KEY = "_key"
CURSOR = "_cursor"
LOCATION = "_location"
FAULT = "_fault"
SOURCE_TEXT = "_source_text"
DELETED = "_deleted"
CURSOR_TYPE = pl.Datetime("us", "UTC")


class Window(BaseModel):
    """A stretch of time at the source, `since` ≤ last change < `until`; an absent end is open."""

    model_config = ConfigDict(frozen=True)

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.since and self.until and self.since >= self.until:
            raise ValueError(f"the window ends at {self.until}, not after its start at {self.since}")
        return self


def chunk_schema(contract: Contract) -> dict[str, pl.DataType]:
    """Names and types of a chunk's columns, in order."""
    return {
        **dict.fromkeys(contract.column_names, pl.String()),
        KEY: pl.String(),
        CURSOR: CURSOR_TYPE,
        LOCATION: pl.String(),
        FAULT: pl.String(),
        SOURCE_TEXT: pl.String(),
    }


def as_chunk(contract: Contract, columns: Sequence[pl.Expr], rows: pl.DataFrame) -> pl.DataFrame:
    """The rows as a chunk: the given expressions, and null for the columns that none of them provides."""
    provided = rows.select(columns)
    names = [*chunk_schema(contract), *(name for name in (UNDECLARED, DELETED) if name in provided.columns)]
    absent = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in chunk_schema(contract).items()
        if name not in provided.columns
    ]
    return provided.with_columns(absent).select(names)


def split_deletions(chunk: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The chunk's rows with the columns that every chunk has, and its deletions."""
    if DELETED not in chunk.columns:
        return chunk, chunk.clear()
    is_deletion = pl.col(DELETED).fill_null(value=False)
    return chunk.filter(~is_deletion).drop(DELETED), chunk.filter(is_deletion)
