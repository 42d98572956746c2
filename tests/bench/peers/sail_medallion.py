"""The plain PySpark job on Sail, an engine that speaks Spark Connect: `sail_medallion.py RAW LAKE STORE…`."""

from __future__ import annotations

import sys

from medallion import bronze, gold, silver
from phases import phase, tell
from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession

raw, lake, *stores = sys.argv[1:]
with phase("session"):
    server = SparkConnectServer()
    server.start()
    _, port = server.listening_address
    spark = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
with phase("bronze"):
    bronze(spark, raw, f"{lake}/bronze")
with phase("silver"):
    silver(spark, f"{lake}/bronze", f"{lake}/silver", stores)
with phase("gold"):
    gold(spark, f"{lake}/silver", f"{lake}/gold")
tell()
spark.stop()
server.stop()
