"""Splits the rows of a window into shards of about as many rows each, by cursor and, where it is the same, by key."""

from __future__ import annotations

import logging

from contracts.contract import Contract
from contracts.sources.database import DatabaseSource
from tasks.errors import StructureError
from tasks.extract.chunks import Window
from tasks.extract.database.rows import window_query
from tasks.extract.database.snapshot import Snapshot, open_snapshot
from tasks.extract.database.statements import Query
from tasks.extract.shards import Place, Split

LEAST_ROWS = 1000
"""A shard of fewer rows is not worth a process."""

SAMPLED_ROWS = 10_000
"""So many rows for each shard are sorted to find where it ends: its size is then off by a few percent at most."""

logger = logging.getLogger(__name__)


def split_changes(
    contract: Contract, source: DatabaseSource, url: str, window: Window, least_rows: int = LEAST_ROWS
) -> Split | None:
    """The window in `source.shards` shards, in fewer if they had fewer than `least_rows`; None for a single one.

    It is also None where some row's cursor or key cannot be read, which an undivided reading finds and sets aside.

    Raises:
        PipelineError: as `extract_database`.
    """
    with open_snapshot(source, url) as snapshot:
        query = window_query(contract, source, snapshot, window)
        try:
            return _split(query, snapshot, source.shards, least_rows)
        except StructureError as error:
            logger.warning("%s is read undivided: %s", source.name, error)
            return None


def _split(query: Query, snapshot: Snapshot, most: int, least_rows: int) -> Split | None:
    ((rows, last_change),) = snapshot.fetch(query.extent())
    shards = min(most, rows // least_rows)
    if shards <= 1:
        return None
    ends = snapshot.fetch(query.ends_of_parts(shards, share=SAMPLED_ROWS * shards / rows))
    split = Split.at([Place(cursor=cursor, key=key) for cursor, key in ends[:-1]], last_change)
    return split if len(split.shards) > 1 else None
