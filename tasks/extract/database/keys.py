"""The keys of all rows that a table has at one point in time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from contracts.contract import Contract
from contracts.sources.database import DatabaseSource
from tasks.extract.database.rows import BATCH_BYTES
from tasks.extract.database.snapshot import open_snapshot
from tasks.extract.database.sql import quoted_path
from tasks.extract.database.statements import keys_statement
from tasks.extract.database.texts import as_frame
from tasks.extract.keys import KeysAtSource


@contextmanager
def open_keys(contract: Contract, source: DatabaseSource, url: str) -> Iterator[KeysAtSource]:
    """The keys of a snapshot that begins now, by the database's own clock, as its rows' times of change are.

    Raises:
        PipelineError: as `extract_database`; a row whose key cannot be read stops it all.
    """
    with open_snapshot(source, url) as snapshot:
        ((began_at,),) = snapshot.fetch("SELECT transaction_timestamp()")
        types = snapshot.types(f"SELECT * FROM {quoted_path(source.table)}")  # noqa: S608 - quoted
        names = [column.name for column in contract.table.key_columns]
        batches = snapshot.stream(keys_statement(contract, source, types), BATCH_BYTES)
        yield KeysAtSource(began_at, (as_frame(batch).select(names) for batch in batches))
