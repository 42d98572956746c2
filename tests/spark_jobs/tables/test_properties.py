"""A table's properties and clustering are told as they are, whatever Spark hides."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from contracts.contract import Contract
from spark_jobs.tables import statements
from spark_jobs.tables.creation import make_known
from spark_jobs.tables.delta import properties_and_clustering
from spark_jobs.tables.lakehouse import Table
from tests.spark_jobs.lakehouse_runs import job_parameters

pytestmark = pytest.mark.spark


@pytest.fixture
def table(spark: SparkSession, contract: Contract, lake: Path) -> Table:
    """Bronze as it is made, clustered by one column."""
    made = job_parameters(contract, lake).lakehouse.bronze
    make_known(spark, made)
    return made


def test_clustering_is_told_as_it_was_last_set(spark: SparkSession, table: Table) -> None:
    told = [properties_and_clustering(spark, table)[1]]
    for columns in (("source", "product"), ()):
        spark.sql(statements.cluster(replace(table, clustering=columns)))
        told.append(properties_and_clustering(spark, table)[1])
    assert told == [table.clustering, ("source", "product"), ()]


def test_a_value_that_spark_hides_is_told_too(spark: SparkSession, table: Table) -> None:
    given = {"a.definition": "the column image_url", "a.token": "7", "another": "plain"}
    spark.sql(statements.set_properties(table, given))
    properties, clustering = properties_and_clustering(spark, table)
    assert {name: properties[name] for name in given} == given
    assert clustering == table.clustering
