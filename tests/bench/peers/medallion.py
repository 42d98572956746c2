"""Bronze, silver and gold of purchases by Spark's API as most repositories write them.

The layers are the project's own; rules that need a checksum, reasons of rejections, books, row versions of other runs
and increments are not kept.
"""

from __future__ import annotations

from phases import phase, tell
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as sf

KEY = ("customer_id", "purchase_date")


def run(spark: SparkSession, raw: str, lake: str, stores: list[str]) -> None:
    """All three layers, each a phase; then tell how long they took."""
    with phase("bronze"):
        bronze(spark, raw, f"{lake}/bronze")
    with phase("silver"):
        silver(spark, f"{lake}/bronze", f"{lake}/silver", stores)
    with phase("gold"):
        gold(spark, f"{lake}/silver", f"{lake}/gold")
    tell()


def bronze(spark: SparkSession, raw: str, table: str) -> None:
    """Append the JSON lines as they are, with the time."""
    rows = spark.read.json(raw)
    rows.withColumn("ingestion_timestamp", sf.current_timestamp()).write.format("delta").mode("append").save(table)


def silver(spark: SparkSession, bronze_table: str, table: str, stores: list[str]) -> None:
    """Cast, filter, mask, keep the latest row of each key, and overwrite the table."""
    valid = cast(spark.read.format("delta").load(bronze_table)).where(is_valid(stores))
    latest = Window.partitionBy(*KEY).orderBy(sf.col("updated_at").desc(), sf.col("ingestion_timestamp").desc())
    kept = valid.withColumn("place", sf.row_number().over(latest)).where("place = 1").drop("place")
    masked(kept).write.format("delta").mode("overwrite").save(table)


def gold(spark: SparkSession, silver_table: str, table: str) -> None:
    """Group by store and month, and overwrite the table."""
    sales = spark.read.format("delta").load(silver_table)
    groups = sales.groupBy("store_location", sf.date_format("purchase_date", "yyyy-MM").alias("purchase_month")).agg(
        sf.count("*").alias("total_purchases"),
        sf.sum("total_amount").alias("total_revenue"),
        sf.avg("total_amount").alias("average_purchase_value"),
        sf.sum(sf.col("high_value_purchase").cast("int")).alias("high_value_purchases"),
    )
    groups.write.format("delta").mode("overwrite").save(table)


def cast(rows: DataFrame) -> DataFrame:
    """The columns in silver's types."""
    return (
        rows.withColumn("purchase_date", sf.to_date("purchase_date"))
        .withColumn("total_amount", sf.col("total_amount").cast("double"))
        .withColumn("updated_at", sf.to_timestamp("updated_at"))
        .withColumn("high_value_purchase", sf.col("total_amount") > 1000)
    )


def is_valid(stores: list[str]) -> Column:
    """The rules that a regular expression or a comparison can tell."""
    return (
        (sf.col("total_amount") >= 0)
        & sf.col("store_location").isin(stores)
        & sf.col("email").rlike(r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$")
        & sf.col("purchase_date").between("2000-01-01", sf.date_add(sf.current_date(), 1))
        & sf.regexp_replace("cpf", r"[.\- ]", "").rlike(r"^\d{11}$")
    )


def masked(rows: DataFrame) -> DataFrame:
    """Personal data hashed or shortened."""
    return (
        rows.withColumn("cpf_masked", sf.sha2("cpf", 256))
        .withColumn("credit_card_masked", sf.sha2("credit_card_number", 256))
        .withColumn("email", sf.regexp_replace("email", r"^(.).*@", "$1***@"))
        .drop("cpf", "credit_card_number")
    )
