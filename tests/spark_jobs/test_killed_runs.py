"""The job's process and its JVM are killed at each point that matters; the next run ends as if there had been no kill.

Every column of every table is what the landed rows say, but for the id of the run that took them in: which one did is
for the kill to decide.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contracts.contract import Contract
from sandbox.home import REPOSITORY
from spark_jobs.job_parameters import JobParameters
from tests.contract_changes import with_sources
from tests.spark_jobs.lakehouse_runs import forget_tables, job_parameters, run_job
from tests.spark_jobs.landings import Landings
from tests.spark_jobs.raw_files import landed_row

pytestmark = [pytest.mark.spark, pytest.mark.chaos]

Row = dict[str, str | None]
TABLE = "customer_purchases"
POINTS = {
    "bronze has rows without a commit": ("rows", f"bronze/{TABLE}/*.parquet"),
    "bronze has committed and its stream does not know": ("commit", f"bronze/{TABLE}/_delta_log/*.json"),
    "rejected rows are written without a commit": ("rows", f"silver/{TABLE}_rejected/*.parquet"),
    "rejected rows are committed and valid ones are not": ("commit", f"silver/{TABLE}_rejected/_delta_log/*.json"),
    "silver has rows without a commit": ("rows", f"silver/{TABLE}/*.parquet"),
    "silver has committed and gold has not begun": ("commit", f"silver/{TABLE}/_delta_log/*.json"),
    "gold has rows without a commit": ("rows", "gold/*/*.parquet"),
    "gold has committed one table": ("commit", "gold/*/_delta_log/*.json"),
}


@pytest.fixture
def job(contract: Contract, lake: Path) -> JobParameters:
    return job_parameters(with_sources(contract, [contract.source("customers-api")]), lake)


def _purchases(customers: range, day: int, **values: str) -> list[Row]:
    """A purchase of each customer; every fifth has a CPF that cannot be."""
    return [
        {
            "customer_id": f"C{customer:03}",
            "total_amount": f"{customer + day}.25",
            "store_location": ("Recife", "Belém")[customer % 2],
            "updated_at": f"2026-03-{day:02}T00:00:00Z",
            **({"cpf": "1"} if customer % 5 == 0 else {}),
            **values,
        }
        for customer in customers
    ]


LANDED = (
    _purchases(range(40), day=1),
    # half of them corrected, to another store too; the others are new
    _purchases(range(20, 60), day=2, store_location="Recife"),
    _purchases(range(55, 65), day=3),
)


def _land(landings: Landings, job: JobParameters, sequence: int) -> None:
    source = job.contract.source("customers-api")
    landings.land(source.name, sequence, [landed_row(source, **row) for row in LANDED[sequence - 1]])


def _killed(lake: Path, kind: str, glob: str) -> None:
    command = [sys.executable, "-m", "tests.spark_jobs.killed_run", str(lake), kind, glob]
    of_connect = ("SPARK_REMOTE", "SPARK_CONNECT_")  # the process has a JVM of its own to die with
    environment = {name: value for name, value in os.environ.items() if not name.startswith(of_connect)}
    done = subprocess.run(
        command,
        cwd=REPOSITORY,
        env={**environment, "PYTHONPATH": str(REPOSITORY)},
        start_new_session=True,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr[-2000:]


@pytest.mark.parametrize("point", POINTS)
def test_a_job_that_is_killed_at_any_point_ends_as_if_it_had_not_been(
    spark: SparkSession, job: JobParameters, lake: Path, point: str
) -> None:
    landings = Landings(job, lake)
    _land(landings, job, 1)
    run_job(spark, job)
    _land(landings, job, 2)
    _killed(lake, *POINTS[point])
    _land(landings, job, 3)
    forget_tables(spark)
    figures = run_job(spark, job)
    landings.require_tables(spark, beside={"raw_ingestion_id"})
    landings.require_books(figures.silver.total)
    assert figures.bronze.total["customers-api"].bronze == len(landings.rows)
