"""A Spark Connect server in a process of its own: tests reach its Spark by gRPC alone, as on standard access mode."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pyspark

from sandbox.processes.ports import LOOPBACK, any_free_port, is_free
from sandbox.processes.process_trees import stop_trees

TOKEN = "SPARK_CONNECT_AUTHENTICATE_TOKEN"  # the variable's name: client and server read it
START_SECONDS = 180.0
_LOOK_SECONDS = 0.1
_SUBMIT = Path(pyspark.__file__).parent / "bin" / "spark-submit"
_SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"


@contextmanager
def connect_server(log: Path) -> Iterator[dict[str, str]]:
    """Run a server while the block does, configured by `SPARK_CONF_DIR`; what clients need to reach it.

    The address says `localhost`, the only host that PySpark's client sends a token to without TLS.
    """
    port, token = any_free_port(()), secrets.token_hex(16)
    settings = {"spark.connect.grpc.binding.address": LOOPBACK, "spark.connect.grpc.binding.port": str(port)}
    options = [argument for name, value in settings.items() for argument in ("--conf", f"{name}={value}")]
    with log.open("wb") as stream:
        server = subprocess.Popen(
            [_SUBMIT, "--class", _SERVER, *options, "spark-internal"],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            env={**os.environ, TOKEN: token},
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while is_free(port):
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the Spark Connect server did not start: see {log}")
            time.sleep(_LOOK_SECONDS)
        yield {"SPARK_REMOTE": f"sc://localhost:{port}", TOKEN: token}
    finally:
        stop_trees([(psutil.Process(server.pid), signal.SIGTERM)])
        server.wait()
