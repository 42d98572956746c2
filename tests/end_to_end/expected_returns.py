"""What the tables of the returns must hold, computed in polars from the generator's data."""

from __future__ import annotations

import polars as pl
from polars.testing import assert_frame_equal

from contracts.contract import Contract
from sandbox.generator.population import Population, SourceKind
from sandbox.generator.product_returns.row_versions import returns_truth
from tests.end_to_end.expectation import keyed

KINDS = (SourceKind.DATABASE, SourceKind.FILES)


def versions(population: Population, contract: Contract, generation: int) -> pl.DataFrame:
    """Every row version that a run of that generation has found at the two sources."""
    return pl.concat([returns_truth(population, contract, kind, range(generation + 1)) for kind in KINDS])


def versions_met(population: Population, contract: Contract, generation: int, bronze: pl.DataFrame) -> pl.DataFrame:
    """The same, and those that bronze has of what the database had when runs of earlier generations came by.

    A valid version stays in silver when the next one that the database has breaks a rule.
    """
    version, last = ["source", "return_id", "cpf", "updated_at"], versions(population, contract, generation)
    before = pl.concat([last.clear(), *(versions(population, contract, number) for number in range(generation))])
    earlier = missing(before.unique(version), last, version)
    return pl.concat([last, earlier.join(bronze, on=version, how="semi", nulls_equal=True)])


def require_silver(silver: pl.DataFrame, found: pl.DataFrame, key: bytes) -> None:
    """Silver holds the latest valid version of each return as its types say."""
    valid = found.filter(pl.col("outcome") == "valid").sort("updated_at_value")
    expected = valid.unique("return_id", keep="last").select(
        "return_id",
        pl.col("returned_on_value").alias("returned_on"),
        pl.col("quantity_value").alias("quantity"),
        pl.col("opened_value").alias("opened"),
        keyed("cpf", key).alias("cpf_masked"),
        (~pl.col("opened_value")).alias("resellable"),
        "source",
    )
    assert_frame_equal(silver.select(expected.columns), expected, check_row_order=False)


def require_sums(weekly_returns: pl.DataFrame, return_causes: pl.DataFrame, silver: pl.DataFrame) -> None:
    """Gold is what silver adds up to, by week and by cause."""
    resellable = pl.col("quantity").filter(pl.col("resellable")).sum()
    weekly = silver.group_by("product", return_week=pl.col("returned_on").dt.truncate("1w")).agg(
        returns=pl.len().cast(pl.Int64),
        pieces=pl.col("quantity").sum().cast(pl.Int64),
        resellable_pieces=resellable.cast(pl.Int64),
        resellable_share=resellable / pl.col("quantity").sum(),
    )
    opened = pl.col("opened").replace_strict({True: "yes", False: "no"}, default="unknown", return_dtype=pl.String)
    causes = silver.group_by(opened=opened).agg(
        returns=pl.len().cast(pl.Int64),
        average_pieces=pl.col("quantity").mean(),
        last_returned_on=pl.col("returned_on").max(),
    )
    assert_frame_equal(weekly_returns.select(weekly.columns), weekly, check_row_order=False)
    assert_frame_equal(return_causes.select(causes.columns), causes, check_row_order=False)


def missing(rows: pl.DataFrame, table: pl.DataFrame, identity: list[str]) -> pl.DataFrame:
    """The rows that the table has nothing of."""
    return rows.join(table, on=identity, how="anti", nulls_equal=True)


def require_tables(tables: dict[str, pl.DataFrame], found: pl.DataFrame, key: bytes) -> None:
    """Every table of the returns, by `layer.table`, holds what it must of these row versions.

    Bronze and the rejected rows may hold versions, too, that the database had when an earlier run came by.
    """
    landed = found.filter(pl.col("outcome") != "quarantined")
    rejected = found.filter(pl.col("outcome") == "rejected")
    identity = ["source", "return_id", "cpf"]
    assert missing(landed, tables["bronze.product_returns"], identity).is_empty()
    assert missing(rejected, tables["silver.product_returns_rejected"], identity[:2]).is_empty()
    silver = tables["silver.product_returns"]
    require_silver(silver, found, key)
    require_sums(tables["gold.weekly_returns"], tables["gold.return_causes"], silver)
