"""The job as plain PySpark, with the configuration that SPARK_CONF_DIR has: `spark_medallion.py RAW LAKE STORE…`."""

from __future__ import annotations

import sys

from medallion import bronze, gold, silver
from phases import phase, tell
from pyspark.sql import SparkSession

raw, lake, *stores = sys.argv[1:]
with phase("session"):
    spark = SparkSession.builder.getOrCreate()
with phase("bronze"):
    bronze(spark, raw, f"{lake}/bronze")
with phase("silver"):
    silver(spark, f"{lake}/bronze", f"{lake}/silver", stores)
with phase("gold"):
    gold(spark, f"{lake}/silver", f"{lake}/gold")
tell()
spark.stop()
