"""Gold table `store_monthly_sales`: sales of each store by month of purchase."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as sf

from spark_jobs.columns import HIGH_VALUE_PURCHASE
from spark_jobs.parsing import AMOUNT_TYPE


def with_month(silver: DataFrame) -> DataFrame:
    """Rows of silver with their `purchase_month` (`yyyy-MM`), which makes up the group with `store_location`."""
    return silver.withColumn("purchase_month", sf.date_format("purchase_date", "yyyy-MM"))


def store_monthly_sales(silver_with_month: DataFrame) -> DataFrame:
    """Sales by `store_location` and `purchase_month`.

    Amounts (BRL) are added up as decimals, so that the sum is exact and the rows' order plays no part;
    `average_purchase_value` is `total_revenue` divided by `total_purchases`, not rounded.

    Returns:
        `store_location`, `purchase_month`, `total_purchases`, `total_revenue`, `average_purchase_value`,
        `high_value_purchases`.
    """
    revenue = sf.sum(sf.col("total_amount").cast(AMOUNT_TYPE)).cast("double")
    return (
        silver_with_month.groupBy("store_location", "purchase_month")
        .agg(
            sf.count("*").alias("total_purchases"),
            revenue.alias("total_revenue"),
            sf.count_if(HIGH_VALUE_PURCHASE.name).alias("high_value_purchases"),
        )
        .select(
            "store_location",
            "purchase_month",
            "total_purchases",
            "total_revenue",
            (sf.col("total_revenue") / sf.col("total_purchases")).alias("average_purchase_value"),
            "high_value_purchases",
        )
    )
