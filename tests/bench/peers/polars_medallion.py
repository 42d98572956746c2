"""The job as polars and delta-rs, all in memory: `polars_medallion.py RAW LAKE STORE…`."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta

import polars as pl
import polars_hash as plh
from phases import phase, tell

raw, lake, *stores = sys.argv[1:]
now = datetime.now(UTC)
with phase("bronze"):
    rows = pl.scan_ndjson(f"{raw}/*.json").with_columns(ingestion_timestamp=pl.lit(now)).collect()
    rows.write_delta(f"{lake}/bronze")
with phase("silver"):
    typed = pl.read_delta(f"{lake}/bronze").with_columns(
        pl.col("purchase_date").str.to_date("%Y-%m-%d"),
        pl.col("total_amount").cast(pl.Float64),
        pl.col("updated_at").str.to_datetime(time_zone="UTC"),
    )
    valid = typed.filter(
        pl.col("total_amount") >= 0,
        pl.col("store_location").is_in(stores),
        pl.col("email").str.contains(r"^[^@\s]+@[^@\s]+\.[A-Za-z]{2,}$"),
        pl.col("purchase_date").is_between(date(2000, 1, 1), now.date() + timedelta(days=1)),
        pl.col("cpf").str.replace_all(r"[.\- ]", "").str.contains(r"^\d{11}$"),
    )
    latest = valid.sort("updated_at", descending=True).unique(["customer_id", "purchase_date"], keep="first")
    hashed = [plh.col(name).chash.sha2_256() for name in ("cpf", "credit_card_number")]
    masked = latest.with_columns(
        *hashed,
        pl.col("email").str.replace(r"^(.).*@", "$1***@"),
        high_value_purchase=pl.col("total_amount") > 1000,
    )
    masked.write_delta(f"{lake}/silver", mode="overwrite")
with phase("gold"):
    sales = pl.scan_delta(f"{lake}/silver")
    month = pl.col("purchase_date").dt.strftime("%Y-%m").alias("purchase_month")
    groups = sales.group_by("store_location", month).agg(
        total_purchases=pl.len(),
        total_revenue=pl.col("total_amount").sum(),
        average_purchase_value=pl.col("total_amount").mean(),
        high_value_purchases=pl.col("high_value_purchase").sum(),
    )
    groups.collect().write_delta(f"{lake}/gold", mode="overwrite")
tell()
