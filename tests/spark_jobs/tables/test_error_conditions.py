"""An error's condition is known however the session hands the error over."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from contracts.contract import Contract
from spark_jobs.tables.error_conditions import error_condition
from spark_jobs.tables.statements import create_schema, create_table
from tests.spark_jobs.lakehouse_runs import forget_tables, job_parameters

pytestmark = pytest.mark.spark


def test_a_short_error_has_its_condition(spark: SparkSession, lake: Path) -> None:
    with pytest.raises(AnalysisException) as caught:
        spark.read.text(f"{lake.as_uri()}/nowhere").collect()
    assert error_condition(caught.value) == "PATH_NOT_FOUND"


def test_an_error_as_long_as_two_schemas_has_its_condition(spark: SparkSession, contract: Contract, lake: Path) -> None:
    bronze = job_parameters(contract, lake).lakehouse.bronze
    for statement in (create_schema(bronze), create_table(bronze)):
        spark.sql(statement)
    forget_tables(spark)
    with pytest.raises(AnalysisException) as caught:
        spark.sql(create_table(bronze).replace("`cpf` string", "`cpf` bigint"))
    assert error_condition(caught.value) == "DELTA_CREATE_TABLE_SCHEME_MISMATCH"
    assert len(str(caught.value)) > 1024


def test_an_error_of_python_has_none() -> None:
    assert error_condition(AnalysisException("no [CONDITION] at its head")) is None
