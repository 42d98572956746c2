"""The job's three tasks one after the other in one Spark session, as a job cluster runs them: arguments as theirs."""

from __future__ import annotations

from pyspark.sql import SparkSession

from spark_jobs import command_line
from tests.bench.peers.phases import phase, tell


def main() -> None:
    """Each task reads its parameters from this process's arguments, and prints its report."""
    with phase("session"):
        spark = SparkSession.builder.getOrCreate()
    scanned = {}
    for task in (command_line.bronze, command_line.silver, command_line.gold):
        before = _scanned_bytes(spark)
        with phase(task.__name__):
            task()
        scanned[task.__name__] = _scanned_bytes(spark) - before
    tell(bytes_scanned=scanned["silver"] + scanned["gold"])


def _scanned_bytes(spark: SparkSession) -> int:
    """What the tasks of all stages so far have read of tables, their logs and of frames that are kept."""
    context = spark.sparkContext
    gateway, java_context = context._gateway, context._jsc.sc()
    java_context.listenerBus().waitUntilEmpty()
    no_quantiles, every_status = gateway.new_array(gateway.jvm.double, 0), gateway.jvm.java.util.ArrayList()
    stages = java_context.statusStore().stageList(None, False, False, no_quantiles, every_status)
    return sum(stages.apply(place).inputBytes() for place in range(stages.size()))


if __name__ == "__main__":
    main()
