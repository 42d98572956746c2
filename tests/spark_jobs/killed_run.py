"""A run of the job in a process that kills itself, with its JVM, as soon as a certain file is there.

`python -m tests.spark_jobs.killed_run ‹lake› ‹kind› ‹glob›`: `rows` waits for a new file that the glob finds in the
lake, `commit` for a new entry of a table's log that changes rows. The process must lead a group of its own.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

from pyspark.sql import SparkSession

from tests.contract_changes import with_sources
from tests.packaged_contracts import PURCHASES
from tests.spark_jobs.lakehouse_runs import job_parameters, run_job

CHANGES_ROWS = {"STREAMING UPDATE", "WRITE", "MERGE"}
LOOK_SECONDS = 0.0005


def is_rows(file: Path) -> bool:
    return "_delta_log" not in file.parts


def is_commit(file: Path) -> bool:
    """A log entry appears with all of its lines at once: it is renamed."""
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    return any(line["commitInfo"]["operation"] in CHANGES_ROWS for line in lines if "commitInfo" in line)


KINDS: dict[str, Callable[[Path], bool]] = {"rows": is_rows, "commit": is_commit}


def kill_when(lake: Path, glob: str, counts: Callable[[Path], bool]) -> None:
    looked_at = set(lake.glob(glob))
    while True:
        for file in set(lake.glob(glob)) - looked_at:
            if counts(file):
                os.killpg(0, signal.SIGKILL)
            looked_at.add(file)
        time.sleep(LOOK_SECONDS)


def main(lake: Path, kind: str, glob: str) -> None:
    contract = PURCHASES
    session = SparkSession.builder.config("spark.sql.shuffle.partitions", "2").getOrCreate()
    Thread(target=kill_when, args=(lake, glob, KINDS[kind]), daemon=True).start()
    run_job(session, job_parameters(with_sources(contract, [contract.source("customers-api")]), lake, "killed-run"))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
