"""Samples of rejected rows show shapes of their values; what was hashed has none."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as sf

from contracts.contract import Contract
from spark_jobs.silver.evaluation import evaluated, rejected_rows
from spark_jobs.silver.masking import key_pads
from spark_jobs.silver.samples import samples_of, shape
from tests.spark_jobs.bronze_rows import bronze_frame, bronze_row
from tests.vectors.shape_vectors import SHAPES

pytestmark = pytest.mark.spark


def test_a_shape_is_that_of_the_shared_vectors(spark: SparkSession) -> None:
    texts = spark.createDataFrame([(text,) for text, _ in SHAPES], "text string")
    assert [row[0] for row in texts.select(shape(sf.col("text"))).collect()] == [shaped for _, shaped in SHAPES]


def test_a_few_shapes_of_each_source_and_rule_are_told(spark: SparkSession, contract: Contract) -> None:
    rows = [
        bronze_row(contract, cpf="1", purchase_date="amanhã"),
        *(bronze_row(contract, store_location=name) for name in ("Natal", "Acre 1", "-", "?", "!")),
        bronze_row(contract, "branch-files", store_location=None),
    ]
    found = evaluated(bronze_frame(spark, contract, rows), contract, key_pads(spark, b"k" * 32))
    samples = samples_of(rejected_rows(found, contract), contract)
    assert samples["store-database"].keys() == {"purchase_date: type", "store_location: store_known"}
    assert samples["store-database"]["purchase_date: type"] == ("aaaaaa",)
    assert len(samples["store-database"]["store_location: store_known"]) == 3
    assert samples["branch-files"] == {"store_location: store_known": ("",)}
