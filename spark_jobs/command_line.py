"""What Databricks calls: the tasks `bronze`, `silver` and `gold` of a dataset's job, and `upkeep` of its other one.

They work in the session that the cluster configured. Each prints its report as the last line of its output, and ends
with status 1 and one line on stderr if it failed for a reason that somebody can act on.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version

from pyspark.sql import SparkSession

from contracts.folder import UnknownDataset
from contracts.job_report import TaskReport
from contracts.problems import ContractError
from contracts.table_definitions import definitions
from spark_jobs.bronze.task import run_bronze
from spark_jobs.erasure.task import erase_from_bronze
from spark_jobs.errors import MisconfiguredError, TransformationError
from spark_jobs.gold.task import run_gold
from spark_jobs.job_parameters import JobParameters, parse_job_parameters
from spark_jobs.silver.task import run_silver
from spark_jobs.tables.delta import latest_version
from spark_jobs.task_figures import TaskFigures
from spark_jobs.upkeep.task import run_upkeep

PII_HASH_KEY = "PII_HASH_KEY"
LEAST_KEY_BYTES = 32
"""As many as the hash is long: a shorter key weakens HMAC (RFC 2104, section 3)."""


def bronze() -> None:
    """Entry point of the task `bronze`; to erase rows needs `PII_HASH_KEY` in the environment."""
    _run("bronze", _bronze)


def silver() -> None:
    """Entry point of the task `silver`; needs `PII_HASH_KEY` in the environment."""
    _run("silver", lambda spark, job: run_silver(spark, job, hash_key(os.environ.get(PII_HASH_KEY, ""))))


def gold() -> None:
    """Entry point of the task `gold`."""
    _run("gold", run_gold)


def upkeep() -> None:
    """Entry point of the task `upkeep`."""
    _run("upkeep", lambda spark, job: run_upkeep(spark, job, datetime.now(UTC)))


def hash_key(value: str) -> bytes:
    """The key of the keyed hash as bytes.

    Raises:
        MisconfiguredError: the value is missing or too short to protect anybody.
    """
    key = value.encode()
    if len(key) < LEAST_KEY_BYTES:
        given = "is not set" if not key else f"has {len(key)} bytes"
        raise MisconfiguredError(
            f"{PII_HASH_KEY} {given}; set it to a random secret of at least {LEAST_KEY_BYTES} bytes"
        )
    return key


def _bronze(spark: SparkSession, job: JobParameters) -> TaskFigures:
    """What is new comes in first, so that rows which are still on their way are erased as well."""
    key = hash_key(os.environ.get(PII_HASH_KEY, "")) if job.erase else b""
    figures = run_bronze(spark, job, datetime.now(UTC))
    if not job.erase or not erase_from_bronze(spark, job, key):
        return figures
    bronze = job.lakehouse.bronze
    return replace(figures, table_versions={bronze.full_name: latest_version(spark, bronze)})


def _run(task: str, transform: Callable[[SparkSession, JobParameters], TaskFigures]) -> None:
    started = time.monotonic()
    try:
        job = parse_job_parameters(task)
        spark = SparkSession.builder.getOrCreate()
        figures = transform(spark, job)
    except (ContractError, UnknownDataset, TransformationError) as error:
        sys.exit(f"{task} failed: {error}")
    software = {"datamaster": version("datamaster"), "spark": spark.version, "contract": job.contract.version}
    report = TaskReport(
        task=task,
        seconds=time.monotonic() - started,
        software=software,
        contract_digest=job.contract.digest,
        definitions=definitions(job.contract),
        **vars(figures),
    )
    sys.stdout.write(report.result_line() + "\n")
