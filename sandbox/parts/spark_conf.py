"""What a Databricks cluster has as its configuration: here ``spark-defaults.conf`` in ``SPARK_CONF_DIR``."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import urlsplit

from sandbox.home import write_atomically, write_private

_JAVA_OPTIONS = (
    # Room for the code that the quick compiler alone is not given: once it is full, all else is interpreted.
    "-XX:ReservedCodeCacheSize=240m",
    # A heap that starts small is collected for a tenth of the time.
    "-XX:+UseSerialGC -Xms1500m -Xmn600m -XX:MetaspaceSize=512m",
    # The jars are those that their pinned hashes name: nothing is learnt from verifying every class again.
    "-XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote",
)

FEW_ROWS = {
    # A session of a minute or two spends more on optimizing code than the optimized code saves: half the CPU time.
    "spark.driver.extraJavaOptions": " ".join((*_JAVA_OPTIONS, "-XX:TieredStopAtLevel=1")),
    # Small queries take longer to plan again after each step than to run.
    "spark.sql.adaptive.enabled": "false",
}
"""What makes a job of thousands of rows short (docs/adr/0012)."""

MANY_ROWS = {
    "spark.driver.extraJavaOptions": " ".join(_JAVA_OPTIONS),
    # Code for many columns is one method, longer than the JVM compiles unasked and dear to compile: not so in pieces.
    "spark.sql.codegen.hugeMethodLimit": "8000",
}
"""What a job of millions of rows has in its place."""

PARQUET_TIMES = {
    # The default, INT96, has no unit: engines read it as nanoseconds, which end in 1677 and 2262.
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    # Days before 1582 as the calendar of ISO 8601 counts them, which all engines share, and no error for them.
    "spark.sql.parquet.datetimeRebaseModeInWrite": "CORRECTED",
}
"""How tables' files hold dates and instants."""

_SESSION = {
    "spark.master": "local[2]",
    "spark.driver.memory": "2g",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    # Where a column was written down costs more to note than silver's whole plan costs to build.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
    # Without a UI nobody reads the plans that every query is described with.
    "spark.sql.ui.explainMode": "simple",
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "4",
    "spark.databricks.delta.snapshotPartitions": "2",
    # VACUUM lists a folder in so many tasks, however few files are in it: 10,000 by default, which take minutes.
    "spark.sql.sources.parallelPartitionDiscovery.parallelism": "4",
}

_LOGGING = """rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss} %p %c{1}: %m%n
# The ABFS driver cannot parse a date that Azurite sends and that nothing needs.
logger.abfs.name = org.apache.hadoop.fs.azurebfs.utils.DateTimeUtils
logger.abfs.level = off
logger.folders.name = org.apache.spark.sql.execution.streaming.sinks.FileStreamSink
logger.folders.level = error
logger.plans.name = org.apache.spark.sql.catalyst.util.SparkStringUtils
logger.plans.level = error
logger.native.name = org.apache.hadoop.util.NativeCodeLoader
logger.native.level = error
"""


def write_spark_conf(
    folder: Path, jars: list[Path], connection_string: str, tuning: Mapping[str, str] = FEW_ROWS
) -> None:
    """Write ``spark-defaults.conf`` (private: it holds the account key) and ``log4j2.properties`` into ``folder``.

    Args:
        folder: what ``SPARK_CONF_DIR`` names.
        jars: Delta and the ABFS driver.
        connection_string: of the lake's storage account.
        tuning: settings that suit the number of rows.
    """
    settings = {
        **_SESSION,
        **PARQUET_TIMES,
        **tuning,
        "spark.driver.extraClassPath": ":".join(str(jar) for jar in (*jars, *_searched_first())),
        "spark.sql.warehouse.dir": str(folder.parent / "warehouse"),
        **{f"spark.hadoop.{name}": value for name, value in storage_settings(connection_string).items()},
    }
    write_private(folder / "spark-defaults.conf", "".join(f"{name} {value}\n" for name, value in settings.items()))
    write_atomically(folder / "log4j2.properties", _LOGGING)


def _searched_first() -> list[Path]:
    """Spark's jars that nearly all classes are in: each class is looked for in one of 280 jars after the other."""
    folder = Path(str(distribution("pyspark").locate_file("pyspark/jars")))
    patterns = (
        "scala-library-*",
        "spark-catalyst_*",
        "spark-sql_*",
        "spark-core_*",
        "spark-sql-api_*",
        "hadoop-client-*",
    )
    return sorted(jar for pattern in patterns for jar in folder.glob(f"{pattern}.jar"))


def storage_settings(connection_string: str) -> dict[str, str]:
    """What the ABFS driver needs to reach the account: its key, and for an emulator its address too."""
    parts = dict(part.split("=", 1) for part in connection_string.split(";") if "=" in part)
    account, endpoint = parts["AccountName"], urlsplit(parts.get("BlobEndpoint", ""))
    settings = {}
    if "AccountKey" in parts:
        settings[f"fs.azure.account.key.{account}.dfs.core.windows.net"] = parts["AccountKey"]
    if endpoint.hostname and not endpoint.hostname.startswith(f"{account}."):
        settings |= {
            "fs.azure.abfs.endpoint": endpoint.netloc,
            "fs.azure.always.use.https": str(endpoint.scheme == "https").lower(),
            "fs.azure.account.hns.enabled": "false",
            "fs.azure.fns.account.service.type": "BLOB",
        }
    return settings
