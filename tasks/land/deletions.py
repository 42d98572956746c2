"""Finds what was deleted at a source: once a day the keys that are there are compared with those that were landed.

Raw tells which keys were landed: the record of the last snapshot, and the files of the loads since. So no other load
keeps anything for the sake of deletions.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from contracts.raw_layout import DELETED_AT, SEEN
from tasks.errors import LoadRefused
from tasks.extract.chunks import CURSOR, CURSOR_TYPE, DELETED, LOCATION, as_chunk
from tasks.extract.keys import KeysAtSource, key_meanings
from tasks.extract.readers import ChangesReader
from tasks.land.commit import land
from tasks.land.key_buckets import BUCKETS, KeyBuckets, gone
from tasks.land.load import Landing
from tasks.land.manifests import KeySnapshot, LateRows, Manifest, RawFile, ReadSoFar, manifests, next_sequence
from tasks.land.parts import stage_content

KEYS_IN_PART = 1_000_000

logger = logging.getLogger(__name__)


def land_deletions(landing: Landing, previous: Manifest | None, reader: ChangesReader) -> Iterator[Manifest]:
    """Land a deletion of each key that is gone, if a snapshot is due; one that finds nothing is a load of no rows.

    Raises:
        LoadRefused: more of the keys are gone than the contract lets be; nothing of the snapshot is landed.
    """
    if previous is None or reader.keys is None or not _is_due(landing, previous):
        return
    with TemporaryDirectory(prefix="datamaster-") as folder:
        with reader.keys() as at_source:
            snapshot = _Snapshot(landing, previous, at_source, reader.max_deleted_ratio, Path(folder))
        manifest = land(landing, previous, snapshot.deletions(), snapshot.read_so_far, even_if_empty=True)
    if manifest:
        yield manifest


def _is_due(landing: Landing, previous: Manifest) -> bool:
    """Whether this is a later day, where the lake is, than that of the last snapshot."""
    last = previous.read_so_far.snapshot
    return last is None or last.at.astimezone(landing.zone).date() < landing.now.astimezone(landing.zone).date()


class _Snapshot:
    """The keys that are at the source, and those that are known from the loads before."""

    def __init__(
        self, landing: Landing, previous: Manifest, at_source: KeysAtSource, tolerated: float, folder: Path
    ) -> None:
        self._landing, self._previous, self._at, self._tolerated = landing, previous, at_source.at, tolerated
        self._columns = tuple(column.name for column in landing.contract.table.key_columns)
        meanings = key_meanings(landing.contract, landing.source)
        self._present = KeyBuckets(folder / "present", self._columns, meanings)
        self._known = KeyBuckets(folder / "known", self._columns, meanings)
        for keys in at_source.frames:
            self._present.add(keys)

    def deletions(self) -> Iterator[pl.DataFrame]:
        """Chunks of what is gone; at their end it is known whether that can be."""
        for keys in self._landed_keys():
            self._known.add(keys)
        keys_known = keys_gone = 0
        for number in range(BUCKETS):
            known = self._known.bucket(number)
            missing = gone(known, self._present.bucket(number))
            keys_known, keys_gone = keys_known + known.height, keys_gone + missing.height
            if not missing.is_empty():
                yield self._as_deletions(missing)
        logger.info("%s: %d of %d keys are gone", self._landing.source.name, keys_gone, keys_known)
        _require_plausible(self._landing, self._tolerated, keys_gone, keys_known)

    def read_so_far(self, load_name: str) -> ReadSoFar:
        """As before, with the keys that are at the source for the next snapshot."""
        sequence, keys = next_sequence(self._previous), tuple(self._staged_keys(load_name))
        taken = KeySnapshot(at=self._landing.now, sequence=sequence, columns=self._columns, keys=keys)
        return self._previous.read_so_far.model_copy(
            update={"snapshot": taken, "late": LateRows(), "backfill": None, "source_file": None}
        )

    def _as_deletions(self, keys: pl.DataFrame) -> pl.DataFrame:
        columns = [
            *map(pl.col, self._columns),
            pl.lit(self._at, CURSOR_TYPE).alias(CURSOR),
            pl.lit("a row that is gone").alias(LOCATION),
            pl.lit(value=True).alias(DELETED),
        ]
        return as_chunk(self._landing.contract, columns, keys)

    def _landed_keys(self) -> Iterator[pl.DataFrame]:
        """The keys of the last snapshot and of all that was landed since; before the first one, of all in Raw."""
        landing, last = self._landing, self._previous.read_so_far.snapshot
        last = last if last and last.columns == self._columns else None
        for file in last.keys if last else ():
            yield pl.read_parquet(BytesIO(landing.raw.read(file.name)))
        loads = manifests(landing.raw, landing.contract, landing.source)
        for load in takewhile(lambda load: last is None or load.sequence > last.sequence, loads):
            for file in load.files:
                # what was landed long ago may be beyond Raw's retention
                if last or landing.raw.metadata(file.name) is not None:
                    yield self._keys_in(landing.raw.read(file.name))

    def _keys_in(self, lines: bytes) -> pl.DataFrame:
        """The keys of a raw file's rows, without its deletions."""
        schema = dict.fromkeys((*self._columns, DELETED_AT), pl.String())
        return pl.read_ndjson(BytesIO(lines), schema=schema).filter(pl.col(DELETED_AT).is_null())

    def _staged_keys(self, load_name: str) -> Iterator[RawFile]:
        place = f"{SEEN}/{self._landing.path}/{load_name}-keys"
        buckets = (self._present.bucket(number).select(self._columns) for number in range(BUCKETS))
        for number, keys in enumerate(_parts(buckets)):
            content = BytesIO()
            keys.write_parquet(content)
            yield stage_content(self._landing.raw, f"{place}-{number:05d}", "parquet", content.getvalue())


def _parts(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """The frames put together to such as have enough rows for a blob; at least one, which may be empty."""
    waiting: list[pl.DataFrame] = []
    for frame in frames:
        waiting.append(frame)
        if sum(part.height for part in waiting) >= KEYS_IN_PART:
            yield pl.concat(waiting)
            waiting = [frame.clear()]
    yield pl.concat(waiting)


def _require_plausible(landing: Landing, tolerated: float, keys_gone: int, keys_known: int) -> None:
    """A table that is empty or half loaded looks as if all had been deleted."""
    is_judged = keys_gone == keys_known or keys_known >= landing.contract.table.min_rows_for_error_ratio
    if is_judged and keys_gone and keys_gone / keys_known > tolerated:
        share = f"{keys_gone} of {keys_known} keys that were landed are gone, more than maxDeletedRatio {tolerated:g}"
        raise LoadRefused(
            f"{share}: nothing was marked as deleted. Is the table of {landing.source.name} whole? "
            "If so many rows were deleted on purpose, raise maxDeletedRatio for a run"
        )
