"""The job as plain PySpark, with the configuration that SPARK_CONF_DIR has: `spark_medallion.py RAW LAKE STORE…`."""

from __future__ import annotations

import sys

from medallion import run
from phases import phase
from pyspark.sql import SparkSession

raw, lake, *stores = sys.argv[1:]
with phase("session"):
    spark = SparkSession.builder.getOrCreate()
run(spark, raw, lake, stores)
spark.stop()
