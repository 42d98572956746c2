"""Writes every Delta table of a sandbox's lake to local Parquet: `python -m tests.end_to_end.export_tables FOLDER`."""

import os
import sys

from pyspark.sql import SparkSession

TABLES = (
    "bronze.customer_purchases",
    "silver.customer_purchases",
    "silver.customer_purchases_rejected",
    "gold.store_monthly_sales",
)


def main(folder: str) -> None:
    spark = SparkSession.builder.config("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS").getOrCreate()
    scheme, account = os.environ["LAKE_URL"].rstrip("/").split("://")
    for name in TABLES:
        layer, table = name.split(".")
        rows = spark.read.format("delta").load(f"{scheme}://{layer}@{account}/{table}")
        rows.write.mode("overwrite").parquet(f"file://{folder}/{name}")


if __name__ == "__main__":
    main(sys.argv[1])
