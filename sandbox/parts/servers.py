"""The two https servers of the sandbox: the customers API and the Jobs API."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from sandbox.home import REPOSITORY, SandboxHome
from sandbox.processes.ports import LOOPBACK
from sandbox.processes.processes import Service
from sandbox.processes.readiness import answers

_CLUSTER = (
    "JAVA_HOME",
    "SPARK_CONF_DIR",
    "SPARK_LOCAL_IP",
    "PYSPARK_PYTHON",
    "PII_HASH_KEY",
    "AZURE_STORAGE_CONNECTION_STRING",
    "SSL_CERT_FILE",
    "NO_PROXY",
    "no_proxy",
)


def customers_api(home: SandboxHome, port: int, api_key: str) -> Service:
    """The customers API on ``port``, over the purchases that the generator keeps in the home folder."""
    options = ["--database", str(home.customers_api_database)]
    return _https_server(home, port, "customers-api", ["sandbox.customers_api", *options], CUSTOMERS_API_KEY=api_key)


def databricks(home: SandboxHome, port: int, token: str, variables: Mapping[str, str]) -> Service:
    """The Jobs API on ``port``; its tasks get what a cluster's environment would hold, and no source's secret."""
    cluster = {name: variables[name] for name in _CLUSTER}
    module = ["sandbox.databricks", "--state", str(home.folder / "databricks")]
    return _https_server(home, port, "databricks", module, DATABRICKS_TOKEN=token, **cluster)


def _https_server(home: SandboxHome, port: int, name: str, module: list[str], **environment: str) -> Service:
    tls = ["--certificate", str(home.tls / "server.pem"), "--private-key", str(home.tls / "server.key")]
    return Service(
        name=name,
        command=[sys.executable, "-m", *module, "--port", str(port), *tls],
        environment=environment,
        is_ready=lambda: answers(f"https://{LOOPBACK}:{port}/", trust=home.trust()),
        folder=REPOSITORY,
    )
