"""A floor of silver: read bronze and write as many bytes as silver has: `spark_copy.py BRONZE TARGET`.

Two columns are hashed, as silver's are, because a hash takes more bytes than what it stands for.
"""

from __future__ import annotations

import sys

from phases import phase, tell
from pyspark.sql import SparkSession
from pyspark.sql import functions as sf

bronze, target = sys.argv[1:]
with phase("session"):
    spark = SparkSession.builder.getOrCreate()
with phase("copy"):
    rows = spark.read.format("delta").load(bronze)
    hashes = {name: sf.sha2(name, 256) for name in ("cpf", "credit_card_number")}
    rows.withColumns(hashes).write.format("delta").save(target)
tell()
spark.stop()
