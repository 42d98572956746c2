"""How much memory landing takes, of a number of rows and of ten times as many, also when it is done again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from tests.bench.contest import OURS, Contest, Figure, Line, Wanted, Work
from tests.bench.lines.landing import stored_purchases

TIMES = 10
FIRST, FIRST_LARGE = OURS, f"{OURS}, {TIMES} × the rows"
BACKFILL, BACKFILL_LARGE = f"{OURS}, backfill", f"{OURS}, backfill of {TIMES} × the rows"
MOST_MIB = 600


@contextmanager
def _memory(rows: int) -> Iterator[Contest]:
    with stored_purchases(rows) as small, stored_purchases(rows * TIMES) as large:
        contestants: dict[str, Work] = {
            FIRST: small.land,
            FIRST_LARGE: large.land,
            BACKFILL: partial(small.land, backfill=True),
            BACKFILL_LARGE: partial(large.land, backfill=True),
        }
        most = [Wanted(f"{name}: at most 600 MiB", MOST_MIB, Figure(name, "peak_memory_mib")) for name in contestants]
        alike = [
            Wanted(
                f"{large_one}: at most 1.2 × as much as without",
                1.2,
                Figure(large_one, "peak_memory_mib"),
                Figure(small_one, "peak_memory_mib"),
            )
            for small_one, large_one in ((FIRST, FIRST_LARGE), (BACKFILL, BACKFILL_LARGE))
        ]
        yield Contest(small.rows, contestants, (*most, *alike))


LINES = (
    Line("landing-memory", "memory of landing from PostgreSQL: first load and backfill, 1 × and 10 ×", _memory, 1),
)
