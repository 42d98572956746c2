"""Landing a table whole, and by two and four processes that read a shard each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.bench.contest import OURS, Contest, Line, Work
from tests.bench.lines.landing import Landing, stored_purchases
from tests.bench.report import Measurement

TWO, FOUR = (f"{OURS}, {shards} shards" for shards in (2, 4))


@contextmanager
def _shards(rows: int) -> Iterator[Contest]:
    with stored_purchases(rows) as stored:
        divided: dict[str, Work] = {name: partial(_land, stored, shards) for name, shards in ((TWO, 2), (FOUR, 4))}
        yield Contest(stored.rows, {OURS: partial(_land, stored, 1), **divided})


def _land(stored: Landing, shards: int, folder: Path) -> Measurement:
    """Land all of it in a container of its own: nothing is new twice."""
    return stored.land(folder / f"{folder.name}-{shards}", shards=shards)


LINES = (Line("landing-shards", "landing purchases from PostgreSQL by one process, by 2 and by 4", _shards),)
