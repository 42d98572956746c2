"""A floor of a refresh: MERGE, into a copy of the table, the rows that the refresh changed.

`spark_merge.py REFRESHED COPY CHANGES KEY…`: the refreshed table, a copy from before, a folder to keep the rows in.
"""

from __future__ import annotations

import sys

from phases import phase, tell
from pyspark.sql import SparkSession

refreshed, copy, changes, *key = sys.argv[1:]
with phase("session"):
    spark = SparkSession.builder.getOrCreate()
with phase("changes"):
    version = spark.sql(f"DESCRIBE HISTORY delta.`{copy}` LIMIT 1").first()["version"]
    feed = spark.read.option("readChangeFeed", "true").option("startingVersion", version + 1)
    rows = feed.format("delta").load(refreshed).where("_change_type IN ('insert', 'update_postimage')")
    rows.drop("_change_type", "_commit_version", "_commit_timestamp").write.parquet(changes)
with phase("merge"):
    same = " AND ".join(f"present.{name} = incoming.{name}" for name in key)
    spark.sql(
        f"MERGE INTO delta.`{copy}` AS present USING parquet.`{changes}` AS incoming ON {same} "
        "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    )
tell()
spark.stop()
