"""A job cluster: one Spark that the tasks of a run share, as on Databricks, and that ends with the run.

As in Unity Catalog's standard access mode, tasks have nothing but Spark Connect (docs/adr/0034).
``python -m sandbox.databricks.cluster CONNECTION_FILE`` starts Spark, writes how a task attaches to it, and ends when
its standard input does, so that it never outlives the Jobs API.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psutil
from pyspark.sql import SparkSession

from sandbox.home import write_private
from sandbox.processes.ports import LOOPBACK, any_free_port
from sandbox.processes.process_trees import stop_trees

START_SECONDS = 180.0
_AUTHENTICATION = "SPARK_CONNECT_AUTHENTICATE_TOKEN"  # the variable's name: client and server read it
_PLUGIN = "org.apache.spark.sql.connect.SparkConnectPlugin"
_LOOK_SECONDS = 0.05


class ClusterError(Exception):
    """Raised when Spark did not start."""


class Cluster:
    """A running cluster, or one that is starting."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Begin to start it; it logs to ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        self._log, self._connection = folder / "cluster.log", folder / "cluster.json"
        with self._log.open("wb") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", __name__, self._connection],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**environment},
            )
        self._process = psutil.Process(self._child.pid)

    def attachment(self) -> dict[str, str]:
        """The variables by which a process attaches to the cluster (PySpark's own), once it is up.

        Raises:
            ClusterError: it ended, or did not start within ``START_SECONDS``.
        """
        deadline = time.monotonic() + START_SECONDS
        while not self._connection.exists():
            if self._child.poll() is not None or time.monotonic() > deadline:
                raise ClusterError(f"Cluster failed to launch: see {self._log}")
            time.sleep(_LOOK_SECONDS)
        found: dict[str, str] = json.loads(self._connection.read_bytes())
        return found

    def stop(self) -> None:
        """End Spark, whatever it does."""
        self._connection.unlink(missing_ok=True)
        stop_trees([(self._process, signal.SIGTERM)])
        self._child.wait()


def main() -> None:
    """Start Spark with the configuration in ``SPARK_CONF_DIR`` and keep it until standard input ends.

    The address says ``localhost``, the only host that PySpark's client sends a token to without TLS.
    """
    port, token = any_free_port(()), secrets.token_hex(16)
    os.environ[_AUTHENTICATION] = token
    builder = SparkSession.builder.appName("job cluster").config("spark.plugins", _PLUGIN)
    builder = builder.config("spark.connect.grpc.binding.address", LOOPBACK)
    builder.config("spark.connect.grpc.binding.port", str(port)).getOrCreate()
    attachment = {"SPARK_REMOTE": f"sc://localhost:{port}", _AUTHENTICATION: token}
    write_private(Path(sys.argv[1]), json.dumps(attachment))
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
