"""Times the job's tasks on generated purchases: `make bench`, or `DATAMASTER_ROWS=5000000 make bench`.

Two rounds: everything at once, then 1 % new purchases and 0.5 % corrections. Raw is written as the database's landing
writes it; the lake is a folder, so the figures are Spark's and not a storage account's.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import tabulate
from rich.console import Console

from contracts.folder import read_contracts
from contracts.job_report import TaskReport, read_report
from contracts.raw_layout import day_folder
from sandbox.generator.block import blocks
from sandbox.generator.customer_purchases.row_versions import block_truth
from sandbox.generator.population import Population, SourceKind, source_of
from sandbox.home import REPOSITORY, SandboxHome
from sandbox.parts.jars import fetch_jars
from sandbox.parts.java import ensure_embedded_java
from sandbox.parts.spark_conf import write_spark_conf

DEFAULT_ROWS = 1_000_000
NO_ACCOUNT = "AccountName=none;BlobEndpoint=http://127.0.0.1:1/none"
MANY_ROWS = {"spark.driver.extraJavaOptions": "-XX:+UseParallelGC"}
CONTRACT = read_contracts().dataset("customer_purchases")
console = Console(stderr=True)


def main() -> None:
    """Generate, run both rounds, print a table."""
    rows = int(os.environ.get("DATAMASTER_ROWS", DEFAULT_ROWS))
    population = Population(rows, 1, datetime.now(UTC))
    figures = []
    with tempfile.TemporaryDirectory(prefix="datamaster-bench-") as folder:
        lake, environment = Path(folder), _cluster(Path(folder))
        for generation in (0, 1):
            with console.status(f"landing generation {generation}"):
                landed = _land(population, generation, lake / "raw")
            for task in ("bronze", "silver", "gold"):
                with console.status(f"{task}: {landed:,} rows"):
                    report = _run(task, lake, environment)
                figures.append((generation, task, landed, report.seconds, landed / report.seconds))
    headers = ("round", "task", "rows", "seconds", "rows/s")
    sys.stdout.write(tabulate.tabulate(figures, headers, "pipe", intfmt=",", floatfmt=",.1f") + "\n")


def _cluster(folder: Path) -> dict[str, str]:
    """The sandbox's cluster, tuned for many rows."""
    home = SandboxHome(REPOSITORY / ".sandbox")
    conf = folder / "conf"
    write_spark_conf(conf, fetch_jars(home.jars), NO_ACCOUNT, MANY_ROWS)
    ensure_embedded_java(home)
    return {"JAVA_HOME": str(home.java), "SPARK_CONF_DIR": str(conf), "PII_HASH_KEY": "k" * 32}


def _land(population: Population, generation: int, raw: Path) -> int:
    """Write what landing would let through of the store database's generation; how many rows that is."""
    folder = raw / day_folder(CONTRACT, source_of(CONTRACT, SourceKind.DATABASE), date(2026, 1, 1))
    folder.mkdir(parents=True, exist_ok=True)
    landed = 0
    for number, block in enumerate(blocks(population, SourceKind.DATABASE, generation)):
        rows = block_truth(block, CONTRACT).filter(pl.col("outcome") != "quarantined").select(CONTRACT.column_names)
        rows.write_ndjson(folder / f"{generation}-{number:05d}.json")
        landed += rows.height
    return landed


def _run(task: str, lake: Path, environment: dict[str, str]) -> TaskReport:
    parameters = {
        "dataset": CONTRACT.name,
        "contracts": "",
        "rebuild": "",
        "catalog": "spark_catalog",
        "lake-url": lake.as_uri(),
        "checkpoints-url": f"{lake.as_uri()}/checkpoints",
    }
    parameters["ingestion-id"] = "bench"
    done = subprocess.run(
        [Path(sys.executable).parent / task, *(f"--{name}={value}" for name, value in parameters.items())],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    report = read_report(done.stdout)
    if report is None:
        sys.exit(f"{task} failed:\n{done.stderr}")
    return report


if __name__ == "__main__":
    main()
