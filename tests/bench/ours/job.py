"""The job's three tasks one after the other in one Spark session, as a job cluster runs them: arguments as theirs."""

from __future__ import annotations

from pyspark.sql import SparkSession

from spark_jobs import command_line
from tests.bench.peers.phases import phase, tell


def main() -> None:
    """Each task reads its parameters from this process's arguments, and prints its report."""
    with phase("session"):
        SparkSession.builder.getOrCreate()
    for task in (command_line.bronze, command_line.silver, command_line.gold):
        with phase(task.__name__):
            task()
    tell()


if __name__ == "__main__":
    main()
