"""The job on rows that lie in a folder, without a storage account: all at once, and then a refresh.

The lake is a folder, so the figures are the engines' and not a storage account's. Every Spark has the sandbox's
configuration with Spark's own defaults where the sandbox tunes for few rows (docs/adr/0012).
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.lake_terms import Layer
from sandbox.home import REPOSITORY, SandboxHome
from sandbox.parts.jars import fetch_jars
from sandbox.parts.java import ensure_embedded_java
from sandbox.parts.spark_conf import write_spark_conf
from tests.bench.contest import OURS, Contest, Figure, Line, Wanted
from tests.bench.peer_environments import POLARS, SAIL, SPARK, run_peer
from tests.bench.processes import WorkFailed, measure
from tests.bench.purchases import CONTRACT, DAY, population, stores, write_raw
from tests.bench.report import Measurement

PLAIN, POLARS_DELTA, SAIL_PEER = "plain PySpark", "polars + delta-rs", "plain PySpark on Sail"
COPY, MERGE, COLD = "bronze read and written", "MERGE alone", f"{OURS}, cold"
_NO_ACCOUNT = "AccountName=none;BlobEndpoint=http://127.0.0.1:1/none"
_MANY_ROWS = {"spark.driver.extraJavaOptions": "-XX:+UseParallelGC"}
_TABLES = (Layer.BRONZE, Layer.SILVER, Layer.GOLD)


@dataclass(frozen=True)
class _Job:
    """Spark's environment, the folder of the rows of each generation, and how many the first one has."""

    environment: dict[str, str]
    folder: Path
    rows: int

    def run(self, lake: Path, layers: Sequence[Layer] = _TABLES) -> Measurement:
        """Run our three tasks on the lake; the bytes written are those of the tables of these layers."""
        before = data_bytes(lake, layers)
        parameters = {
            "dataset": CONTRACT.name,
            "contracts": "",
            "rebuild": "",
            "catalog": "spark_catalog",
            "lake-url": lake.as_uri(),
            "checkpoints-url": f"{lake.as_uri()}/checkpoints",
            "ingestion-id": "bench",
        }
        arguments = [f"--{name}={value}" for name, value in parameters.items()]
        done = measure([sys.executable, "-m", "tests.bench.ours.job", *arguments], self.environment)
        return written(done, data_bytes(lake, layers) - before)

    def run_peer(self, lock: str, script: str, lake: Path) -> Measurement:
        """Run a peer's script on the first generation's rows, into a lake of its own.

        Raises:
            WorkFailed: it failed, or bronze lacks rows.
        """
        lake.mkdir()
        done = run_peer(lock, script, [self.raw(0) / DAY, lake, *stores()], self.environment)
        found = pl.scan_delta(str(lake / Layer.BRONZE)).select(pl.len()).collect().item()
        if found != self.rows:
            raise WorkFailed(f"bronze has {found} of {self.rows} rows")
        return written(done, data_bytes(lake, _TABLES))

    def cold(self, folder: Path) -> Measurement:
        """Run our tasks on all rows of the first generation."""
        link_rows(self.raw(0), folder / "lake" / "raw")
        return self.run(folder / "lake")

    def copy(self, folder: Path) -> Measurement:
        """Read our bronze and write as many bytes as silver has."""
        done = run_peer(SPARK, "spark_copy.py", [_table(folder), folder / "copy"], self.environment)
        return written(done, data_bytes(folder, ["copy"]))

    def raw(self, generation: int) -> Path:
        """The folder of a generation's rows."""
        return self.folder / f"raw-{generation}"


def _table(folder: Path, layer: Layer = Layer.BRONZE) -> Path:
    return folder / "lake" / layer / CONTRACT.name


def written(done: Measurement, count: int) -> Measurement:
    """The measurement with the bytes that were written."""
    return done.model_copy(update={"bytes_written": count})


def data_bytes(lake: Path, folders: Sequence[str]) -> int:
    """Size of the files of tables, whatever version they belong to, without the tables' logs."""
    files = (file for folder in folders for file in (lake / folder).rglob("*") if file.is_file())
    return sum(file.stat().st_size for file in files if "_delta_log" not in file.parts)


def link_rows(raw: Path, into: Path) -> None:
    """Have the files of a folder in another one too."""
    shutil.copytree(raw, into, copy_function=os.link, dirs_exist_ok=True)


@contextmanager
def _job(rows: int, generations: int) -> Iterator[_Job]:
    """Everything that the job needs."""
    with tempfile.TemporaryDirectory(prefix="datamaster-bench-") as made:
        home, folder = SandboxHome(REPOSITORY / ".sandbox"), Path(made)
        write_spark_conf(folder / "conf", fetch_jars(home.jars), _NO_ACCOUNT, _MANY_ROWS)
        ensure_embedded_java(home)
        java = {"JAVA_HOME": str(home.java)} if "JAVA_HOME" not in os.environ else {}
        spark = {"SPARK_CONF_DIR": str(folder / "conf"), "SPARK_LOCAL_IP": "127.0.0.1", "PII_HASH_KEY": "k" * 32}
        purchases = population(rows)
        landed = [write_raw(purchases, number, folder / f"raw-{number}") for number in range(generations)]
        yield _Job(java | spark, folder, landed[0])


@contextmanager
def _cold(rows: int) -> Iterator[Contest]:
    with _job(rows, 1) as job:
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
    with _job(rows, 2) as job:
        layers = (Layer.SILVER, Layer.GOLD)

        def cold(folder: Path) -> Measurement:
            return written(job.cold(folder), data_bytes(folder / "lake", layers))

        def refresh(folder: Path) -> Measurement:
            shutil.copytree(_table(folder, Layer.SILVER), folder / "before")
            link_rows(job.raw(1), folder / "lake" / "raw")
            return job.run(folder / "lake", layers)

        def merge(folder: Path) -> Measurement:
            before = data_bytes(folder, ["before"])
            arguments: list[str | Path] = [
                _table(folder, Layer.SILVER),
                folder / "before",
                folder / "changes",
                *CONTRACT.table.key,
            ]
            done = run_peer(SPARK, "spark_merge.py", arguments, job.environment)
            return written(done, data_bytes(folder, ["before"]) - before)

        wishes = (
            Wanted(
                "at most 10 % of the cold time beside session start", 0.1, Figure(OURS, "work"), Figure(COLD, "work")
            ),
            Wanted(
                "at most 5 % of the bytes of silver and gold",
                0.05,
                Figure(OURS, "bytes_written"),
                Figure(COLD, "bytes_written"),
            ),
        )
        yield Contest(job.rows, {COLD: cold, OURS: refresh, MERGE: merge}, wishes)


LINES = (
    Line("job", "the job, cold, from a folder: every row of one source to bronze, silver and gold", _cold),
    Line("refresh", "the job again after 1 % new purchases and 0.5 % corrections; bytes of silver and gold", _refresh),
)
