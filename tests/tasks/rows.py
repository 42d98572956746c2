"""Chunks for tests: a row that keeps every landing rule, and what differs from it."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl

from contracts.contract import Contract
from tasks.extract.chunks import chunk_schema

GOOD = {
    "customer_id": "C1",
    "purchase_date": "2026-01-31",
    "total_amount": "1234.50",
    "cpf": "529.982.247-25",
    "updated_at": "2026-02-01T12:00:00Z",
}


def chunk(contract: Contract, *rows: dict[str, str | None]) -> pl.DataFrame:
    """A chunk whose n-th row has the key n, with these values in place of good ones."""
    complete = [
        GOOD
        | {"_key": str(number), "_cursor": datetime(2026, 2, 1, 12, tzinfo=UTC), "_location": f"row {number}"}
        | row
        for number, row in enumerate(rows, start=1)
    ]
    return pl.DataFrame(complete, schema=chunk_schema(contract))
