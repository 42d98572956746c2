"""Keeps keys on this machine's disk, apart in buckets by what they mean: memory holds one bucket at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from tasks.extract.keys import MEANING

BUCKETS = 64
"""Of a hundred million keys a bucket holds some one and a half million."""

_BUCKET = "_bucket"
_MEANINGS = f"^{MEANING}.*$"


class KeyBuckets:
    """Frames of keys, each with what it means: two sets of buckets hold keys of one meaning under one number."""

    def __init__(self, folder: Path, columns: Sequence[str], meanings: Sequence[pl.Expr]) -> None:
        """No keys yet.

        Args:
            folder: where they are kept, a folder that nobody else uses.
            columns: names of the key's columns.
            meanings: what these columns mean (`tasks.extract.keys.key_meanings`).
        """
        self._folder, self._meanings = folder, meanings
        self._nothing = pl.DataFrame(schema=dict.fromkeys(columns, pl.String())).with_columns(meanings)
        self._frames = 0

    def add(self, keys: pl.DataFrame) -> None:
        """Keep the keys; further columns are left out."""
        meant = keys.select(self._nothing.columns[: -len(self._meanings)]).with_columns(self._meanings)
        number = pl.struct(_MEANINGS).hash() % BUCKETS
        parts = meant.with_columns(number.alias(_BUCKET)).partition_by(_BUCKET, as_dict=True, include_key=False)
        for (bucket,), part in parts.items():
            place = self._folder / str(bucket)
            place.mkdir(parents=True, exist_ok=True)
            part.write_ipc(place / f"{self._frames}.arrow")
        self._frames += 1

    def bucket(self, number: int) -> pl.DataFrame:
        """The keys of a bucket, each once, with their meanings in `_meaning_‹column›`."""
        files = sorted((self._folder / str(number)).glob("*.arrow"))
        keys = pl.concat([self._nothing, *(pl.read_ipc(file) for file in files)])
        return keys.unique(_MEANINGS, keep="first", maintain_order=True)


def gone(known: pl.DataFrame, present: pl.DataFrame) -> pl.DataFrame:
    """The known keys of a bucket that are not among the present ones."""
    meanings = [name for name in known.columns if name.startswith(MEANING)]
    return known.join(present, on=meanings, how="anti", nulls_equal=True, maintain_order="left")
