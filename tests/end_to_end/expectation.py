"""What the lakehouse must hold, computed in polars from the generator's data and nothing of the product's code."""

from __future__ import annotations

import hashlib
import hmac
import re

import polars as pl
from polars.testing import assert_frame_equal

from contracts.contract import Contract
from sandbox.generator.customer_purchases.row_versions import truth
from sandbox.generator.population import Population, SourceKind

HIGH_VALUE_BRL = 1000
WARNING = "credit_card_number: card_luhn"
KEY = ["customer_id", "purchase_date"]
LANDED = ["source", *KEY, "first_name", "last_name", "email", "total_amount", "product", "store_location", "cpf"]
LANDED += ["credit_card_number"]
VALUES = ["first_name", "last_name", "email", "total_amount", "product", "store_location", "cpf_masked"]
VALUES += ["credit_card_masked", "high_value_purchase", "updated_at", "source"]


def versions(population: Population, contract: Contract, generation: int) -> pl.DataFrame:
    """Every row version that runs after each generation, up to that one, found at the sources."""
    frames = [
        truth(population, contract, kind, range(number, number + 1))
        for number in range(generation + 1)
        for kind in SourceKind
    ]
    return pl.concat(frames)


def silver_candidates(found: pl.DataFrame, key: bytes) -> pl.DataFrame:
    """The rows that may stand in silver: the latest valid ones of each key, several where time does not tell."""
    valid = found.filter(pl.col("outcome") == "valid")
    lateness = pl.struct(pl.col("updated_at_value").fill_null(pl.datetime(1, 1, 1, time_zone="UTC")), "generation")
    latest = valid.filter(lateness.rank("dense").over("customer_id", "purchase_date_value") == _last_rank(lateness))
    return latest.select(
        pl.col("customer_id"),
        pl.col("purchase_date_value").alias("purchase_date"),
        *(pl.col(name).str.strip_chars().replace("", None) for name in ("first_name", "last_name", "product")),
        pl.col("email").str.replace(r"^\s*([^@\s])[^@]*@(.*?)\s*$", "${1}***@${2}").alias("email"),
        pl.col("total_amount_value").cast(pl.Float64).alias("total_amount"),
        "store_location",
        keyed("cpf", key).alias("cpf_masked"),
        keyed("credit_card_number", key).alias("credit_card_masked"),
        (pl.col("total_amount_value").cast(pl.Float64) > HIGH_VALUE_BRL).alias("high_value_purchase"),
        pl.col("updated_at_value").dt.cast_time_unit("us").alias("updated_at"),
        "source",
    )


def require_tables(tables: dict[str, pl.DataFrame], found: pl.DataFrame, key: bytes) -> None:
    """Every table of the purchases, by `layer.table`, holds what was found, whatever a source of a test's own added."""
    generated = pl.col("source").is_in(found["source"].unique().to_list())
    require_landed(tables["bronze.customer_purchases"].filter(generated), found)
    require_latest_versions(tables["silver.customer_purchases"].filter(generated), found, key)
    require_rejected(tables["silver.customer_purchases_rejected"].filter(generated), found)
    require_sums(tables["gold.store_monthly_sales"], tables["silver.customer_purchases"])


def require_landed(bronze: pl.DataFrame, found: pl.DataFrame) -> None:
    """Bronze holds every row version that was not quarantined, once."""
    landed = found.filter(pl.col("outcome") != "quarantined").select(LANDED)
    assert_frame_equal(bronze.select(LANDED).sort(LANDED), landed.sort(LANDED))


def require_rejected(table: pl.DataFrame, found: pl.DataFrame) -> None:
    """Every rejected row version stands there with all rules that it breaks."""
    rejected = found.filter(pl.col("outcome") == "rejected")
    errors = pl.col("broken_rules").list.set_difference([WARNING]).list.sort().list.join("|")
    expected = rejected.select("source", "customer_id", broken=errors)
    actual = table.select("source", "customer_id", broken=pl.col("broken_rules").list.sort().list.join("|"))
    assert_frame_equal(actual, expected, check_row_order=False)


def require_sums(sales: pl.DataFrame, silver: pl.DataFrame) -> None:
    """Gold is what silver adds up to."""
    expected = gold(silver)
    actual = sales.select(expected.columns).sort("store_location", "purchase_month")
    assert_frame_equal(actual, expected, check_exact=False, abs_tol=0.01)


def require_latest_versions(silver: pl.DataFrame, found: pl.DataFrame, key: bytes) -> None:
    """Silver holds one of the candidates of each key, and nothing else."""
    candidates = silver_candidates(found, key)
    assert silver.select(KEY).is_duplicated().sum() == 0
    assert silver.height == candidates.select(KEY).n_unique()
    matched = silver.join(candidates.unique(), on=[*KEY, *VALUES], how="semi", nulls_equal=True)
    assert matched.height == silver.height


def require_books(found: pl.DataFrame, books: dict[str, int], source: str) -> None:
    """The books of a source say what the generator knows of its row versions."""
    rows = dict(found.filter(pl.col("source") == source)["outcome"].value_counts().iter_rows())
    assert books["extracted"] == sum(rows.values())
    assert books["quarantined"] == rows["quarantined"]
    assert books["landed"] == books["bronze"] == rows["rejected"] + rows["valid"]
    assert books["rejected"] == rows["rejected"]
    assert books["silver"] + books["superseded"] == rows["valid"]


def rejected_by_rule(found: pl.DataFrame, source: str) -> dict[str, int]:
    """Rows of a source that silver must reject, by the label of each rule that they break; a warning is none."""
    rejected = found.filter(pl.col("source") == source, pl.col("outcome") == "rejected")
    labels = rejected["broken_rules"].explode().value_counts().filter(pl.col("broken_rules") != WARNING)
    return dict(labels.iter_rows())


def _last_rank(lateness: pl.Expr) -> pl.Expr:
    return lateness.rank("dense").max().over("customer_id", "purchase_date_value")


def keyed(column: str, key: bytes) -> pl.Expr:
    """HMAC-SHA-256 of the digits by Python's own `hmac`; null where there are none."""
    return pl.col(column).map_elements(lambda text: _digest(text, key), return_dtype=pl.String)


def _digest(text: str, key: bytes) -> str | None:
    digits = re.sub(r"\D", "", text)
    return hmac.new(key, digits.encode(), hashlib.sha256).hexdigest() if digits else None


def gold(silver: pl.DataFrame) -> pl.DataFrame:
    """Sales by store and month of the rows of silver."""
    return (
        silver.group_by("store_location", purchase_month=pl.col("purchase_date").dt.strftime("%Y-%m"))
        .agg(
            total_purchases=pl.len().cast(pl.Int64),
            total_revenue=pl.col("total_amount").cast(pl.Decimal(18, 2)).sum().cast(pl.Float64),
            high_value_purchases=pl.col("high_value_purchase").sum().cast(pl.Int64),
        )
        .with_columns(average_purchase_value=pl.col("total_revenue") / pl.col("total_purchases"))
        .sort("store_location", "purchase_month")
    )
