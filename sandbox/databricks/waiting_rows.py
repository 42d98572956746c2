"""How a job cluster is made to fit the rows that wait for it in raw: Spark's settings for a few, or for many."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Iterable
from datetime import UTC, datetime

import psutil
from azure.core.exceptions import AzureError
from azure.storage.blob import BlobServiceClient

from contracts.lake_terms import Layer
from sandbox.databricks.run import Result, Run
from sandbox.parts.spark_conf import MANY_ROWS

MANY_BYTES = 60_000_000
"""Raw bytes from which on compiling code well takes less time than running code that is compiled quickly."""

_MOST_MEMORY_GIB = 8
_log = logging.getLogger(__name__)


def taken_since(runs: Iterable[Run], job_id: int) -> datetime:
    """When the job's last successful run began, in whole seconds: what was landed before it has been taken."""
    succeeded = [run.start_time for run in runs if run.job_id == job_id and run.state.result_state is Result.SUCCESS]
    return datetime.fromtimestamp(max(succeeded, default=0) // 1000, UTC)


def waiting_bytes(connection_string: str, since: datetime) -> int:
    """Bytes of raw's blobs that were written since then; 0 where they cannot be listed, which the job will tell."""
    try:
        with BlobServiceClient.from_connection_string(connection_string, retry_total=0) as account:
            blobs = account.get_container_client(Layer.RAW).list_blobs()
            return sum(blob.size for blob in blobs if blob.last_modified >= since)
    except (AzureError, ValueError) as error:
        _log.warning("raw could not be listed: %s", type(error).__name__)
        return 0


def submit_arguments(waiting: int) -> str:
    """PySpark's `PYSPARK_SUBMIT_ARGS`: nothing special for few rows, which the sandbox's Spark is tuned for."""
    if waiting < MANY_BYTES:
        return "pyspark-shell"
    memory_gib = max(2, min(_MOST_MEMORY_GIB, psutil.virtual_memory().total // 2**30 // 3))
    settings = {"spark.driver.memory": f"{memory_gib}g", "spark.sql.adaptive.enabled": "true", **MANY_ROWS}
    options = " ".join(f"--conf {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
    return f"{options} pyspark-shell"
