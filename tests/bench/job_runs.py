"""Runs of the job, ours and peers', on rows that lie in a folder, into lakes that are folders too.

So the figures are the engines' and not a storage account's. Every Spark has the sandbox's configuration with Spark's
own defaults where the sandbox tunes for few rows (docs/adr/0012).
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
from sandbox.parts.spark_conf import MANY_ROWS, write_spark_conf
from tests.bench.peer_environments import SPARK, run_peer
from tests.bench.processes import WorkFailed, measure
from tests.bench.purchases import CONTRACT, DAY, population, stores, write_raw
from tests.bench.report import Measurement

TABLES = (Layer.BRONZE, Layer.SILVER, Layer.GOLD)
_NO_ACCOUNT = "AccountName=none;BlobEndpoint=http://127.0.0.1:1/none"


@dataclass(frozen=True)
class JobRuns:
    """Spark's environment, the folder of the rows of each generation, and how many the first one has."""

    environment: dict[str, str]
    folder: Path
    rows: int

    def run(self, lake: Path, layers: Sequence[Layer] = TABLES) -> Measurement:
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
        return written(done, data_bytes(lake, TABLES))

    def cold(self, folder: Path) -> Measurement:
        """Run our tasks on all rows of the first generation."""
        link_rows(self.raw(0), folder / "lake" / "raw")
        return self.run(folder / "lake")

    def copy(self, folder: Path) -> Measurement:
        """Read our bronze and write as many bytes as silver has."""
        done = run_peer(SPARK, "spark_copy.py", [table_folder(folder), folder / "copy"], self.environment)
        return written(done, data_bytes(folder, ["copy"]))

    def merge(self, folder: Path) -> Measurement:
        """MERGE what the last run changed in silver into the copy from before it, which is the folder `before`."""
        table, copy = table_folder(folder, Layer.SILVER), folder / "before"
        before = data_bytes(folder, [copy.name])
        arguments: list[str | Path] = [table, copy, folder / "changes", *CONTRACT.table.key]
        done = run_peer(SPARK, "spark_merge.py", arguments, self.environment)
        return written(done, data_bytes(folder, [copy.name]) - before)

    def raw(self, generation: int) -> Path:
        """The folder of a generation's rows."""
        return self.folder / f"raw-{generation}"


def table_folder(folder: Path, layer: Layer = Layer.BRONZE) -> Path:
    """Where the dataset's table of a layer lies in a round's folder."""
    return folder / "lake" / layer / CONTRACT.name


def written(done: Measurement, count: int) -> Measurement:
    """The measurement with the bytes that were written."""
    return done.model_copy(update={"bytes_written": count})


def data_bytes(lake: Path, folders: Sequence[str]) -> int:
    """Size of the files of tables, whatever version they belong to, without logs and a folder's checksums."""
    files = (file for folder in folders for file in (lake / folder).rglob("*") if file.is_file())
    return sum(file.stat().st_size for file in files if "_delta_log" not in file.parts and file.suffix != ".crc")


def link_rows(raw: Path, into: Path) -> None:
    """Have the files of a folder in another one too."""
    shutil.copytree(raw, into, copy_function=os.link, dirs_exist_ok=True)


@contextmanager
def job_runs(rows: int, generations: int) -> Iterator[JobRuns]:
    """Everything that the job needs, with the rows of so many generations."""
    with tempfile.TemporaryDirectory(prefix="datamaster-bench-") as made:
        home, folder = SandboxHome(REPOSITORY / ".sandbox"), Path(made)
        write_spark_conf(folder / "conf", fetch_jars(home.jars), _NO_ACCOUNT, MANY_ROWS)
        ensure_embedded_java(home)
        java = {"JAVA_HOME": str(home.java)} if "JAVA_HOME" not in os.environ else {}
        spark = {"SPARK_CONF_DIR": str(folder / "conf"), "SPARK_LOCAL_IP": "127.0.0.1", "PII_HASH_KEY": "k" * 32}
        purchases = population(rows)
        landed = [write_raw(purchases, number, folder / f"raw-{number}") for number in range(generations)]
        yield JobRuns(java | spark, folder, landed[0])
