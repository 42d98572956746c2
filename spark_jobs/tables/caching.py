"""Keep rows that several steps read, for as long as they do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import DataFrame
from pyspark.storagelevel import StorageLevel


@contextmanager
def cached(frame: DataFrame) -> Iterator[DataFrame]:
    """The frame, computed once and kept on disk (whatever its size) until the block ends, also by an error."""
    frame.persist(StorageLevel.DISK_ONLY)
    try:
        yield frame
    finally:
        frame.unpersist()
