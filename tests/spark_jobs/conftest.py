"""One Spark session for all tests, configured as the sandbox configures its cluster, and an empty lake for each.

With `--connect` (`make test-connect`) it is a Spark Connect client's (docs/adr/0034).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contracts.contract import Contract
from sandbox.databricks.cluster import Cluster
from sandbox.home import REPOSITORY, SandboxHome
from sandbox.parts.jars import fetch_jars
from sandbox.parts.java import ensure_embedded_java
from sandbox.parts.spark_conf import write_spark_conf
from tests.packaged_contracts import PURCHASES
from tests.spark_jobs.lakehouse_runs import drop_schemas

CONVERT_TO_LOCAL_RELATION = "org.apache.spark.sql.catalyst.optimizer.ConvertToLocalRelation"
NO_ACCOUNT = "AccountName=none;BlobEndpoint=http://127.0.0.1:1/none"


@pytest.fixture(scope="session")
def spark(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    home = SandboxHome(Path(os.environ.get("DATAMASTER_HOME", REPOSITORY / ".sandbox")))
    conf = tmp_path_factory.mktemp("spark") / "conf"
    write_spark_conf(conf, fetch_jars(home.jars), NO_ACCOUNT)
    with ExitStack() as stack:
        environment = stack.enter_context(pytest.MonkeyPatch.context())
        environment.setenv("SPARK_CONF_DIR", str(conf))
        if "JAVA_HOME" not in os.environ:
            ensure_embedded_java(home)
            environment.setenv("JAVA_HOME", str(home.java))
        if request.config.getoption("--connect"):
            cluster = Cluster(conf.parent, os.environ)
            stack.callback(cluster.stop)
            for name, value in cluster.attachment().items():
                environment.setenv(name, value)
        session = (
            SparkSession.builder.config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.session.timeZone", "America/Sao_Paulo")
            # Delta would check its own bookkeeping at every commit because the time zone is not UTC.
            .config("spark.databricks.delta.allFilesInCrc.verificationMode.forceOnNonUTC.enabled", "false")
            # Small frames would be computed while they are planned, by other code than a table's rows.
            .config("spark.sql.optimizer.excludedRules", CONVERT_TO_LOCAL_RELATION)
            .getOrCreate()
        )
        yield session
        session.stop()


@pytest.fixture(scope="session")
def contract() -> Contract:
    return PURCHASES


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Iterator[Path]:
    """Folder of an empty lake; its tables are known to the session only while the test runs."""
    yield tmp_path
    drop_schemas(spark)
