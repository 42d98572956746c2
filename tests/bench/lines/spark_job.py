"""The job on rows that lie in a folder, without a storage account: all at once, and then a refresh."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from contracts.lake_terms import Layer
from tests.bench.contest import OURS, Contest, Figure, Line, Wanted
from tests.bench.job_runs import data_bytes, job_runs, link_rows, table_folder, written
from tests.bench.peer_environments import POLARS, SAIL, SPARK
from tests.bench.report import Measurement

PLAIN, POLARS_DELTA, SAIL_PEER = "plain PySpark", "polars + delta-rs", "plain PySpark on Sail"
COPY, MERGE, COLD = "bronze read and written", "MERGE alone", f"{OURS}, cold"


@contextmanager
def _cold(rows: int) -> Iterator[Contest]:
    with job_runs(rows, 1) as job:
        contestants = {
            OURS: job.cold,
            PLAIN: lambda folder: job.run_peer(SPARK, "spark_medallion.py", folder / "plain"),
            COPY: job.copy,
            POLARS_DELTA: lambda folder: job.run_peer(POLARS, "polars_medallion.py", folder / "polars"),
            SAIL_PEER: lambda folder: job.run_peer(SAIL, "sail_medallion.py", folder / "sail"),
        }
        wishes = (
            Wanted("at most 0.5 × plain PySpark", 0.5, Figure(OURS, "work"), Figure(PLAIN, "work")),
            Wanted(
                "silver at most 1.5 × reading bronze and writing the same bytes",
                1.5,
                Figure(OURS, "silver"),
                Figure(COPY, "copy"),
            ),
        )
        yield Contest(job.rows, contestants, wishes)


@contextmanager
def _refresh(rows: int) -> Iterator[Contest]:
    with job_runs(rows, 2) as job:
        layers = (Layer.SILVER, Layer.GOLD)

        def cold(folder: Path) -> Measurement:
            return written(job.cold(folder), data_bytes(folder / "lake", layers))

        def refresh(folder: Path) -> Measurement:
            shutil.copytree(table_folder(folder, Layer.SILVER), folder / "before")
            link_rows(job.raw(1), folder / "lake" / "raw")
            return job.run(folder / "lake", layers)

        wishes = (
            Wanted(
                "at most 10 % of the cold time beside session start", 0.1, Figure(OURS, "work"), Figure(COLD, "work")
            ),
            Wanted(
                "writes at most 5 % of the bytes of silver and gold",
                0.05,
                Figure(OURS, "bytes_written"),
                Figure(COLD, "bytes_written"),
            ),
            Wanted(
                "reads at most 5 % of the bytes that silver and gold read cold",
                0.05,
                Figure(OURS, "bytes_scanned"),
                Figure(COLD, "bytes_scanned"),
            ),
        )
        yield Contest(job.rows, {COLD: cold, OURS: refresh, MERGE: job.merge}, wishes)


LINES = (
    Line("job", "the job, cold, from a folder: every row of one source to bronze, silver and gold", _cold),
    Line("refresh", "the job again after 1 % new purchases and 0.5 % corrections; bytes of silver and gold", _refresh),
)
