"""The plain PySpark job on Sail, an engine that speaks Spark Connect: `sail_medallion.py RAW LAKE STORE…`."""

from __future__ import annotations

import sys

from medallion import run
from phases import phase
from pysail.spark import SparkConnectServer
from pyspark.sql import SparkSession

raw, lake, *stores = sys.argv[1:]
with phase("session"):
    server = SparkConnectServer()
    server.start()
    _, port = server.listening_address
    spark = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    spark.conf.set("spark.sql.session.timeZone", "UTC")
run(spark, raw, lake, stores)
spark.stop()
server.stop()
