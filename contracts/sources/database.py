"""A database as a source."""

from __future__ import annotations

from typing import Literal

from contracts.odcs import Custom
from contracts.sources.source import BaseSource


class DatabaseSource(BaseSource):
    """A PostgreSQL table or view; `key_field` and `cursor_field` are its row key and last-change time."""

    type: Literal["postgres"]
    table: str = Custom("table")
    key_field: str = Custom("keyField")
    cursor_field: str = Custom("cursorField")
    overlap_seconds: int = Custom("overlapSeconds", default=0, ge=0)
