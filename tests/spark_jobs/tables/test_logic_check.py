"""Spark looks at a contract's logic before a run writes anything: at its names, its functions, and its types."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.contract import Contract
from contracts.expressions import DIALECT, kind_of, parse_expression
from spark_jobs.errors import MisconfiguredError
from spark_jobs.tables.logic_check import check_logic
from tests.contracts.documents import document
from tests.packaged_contracts import CONTRACTS
from tests.vectors.logic_vectors import AGGREGATES, SCALARS, TYPES

pytestmark = pytest.mark.spark


@pytest.mark.parametrize("name", ["customer_purchases", "product_returns"])
def test_the_logic_of_the_shipped_contracts_can_be_computed(spark: SparkSession, name: str) -> None:
    check_logic(spark, CONTRACTS.dataset(name))


SILVER = {
    "opened_or_not": ("boolean", "coalesce(opened, false)", None),
    "opened_alike": ("boolean", "opened_or_not = opened", None),
    "pieces_as_text": ("boolean", "quantity || ''", "is a string, and the column a boolean"),
    "second": ("integer", "extract(second from updated_at)", "is a decimal(8,6), and the column a integer"),
    "letter": (
        "string",
        "regexp_replace(product, '\\\\p{Nobody}', '')",
        "cannot be computed: [INVALID_PARAMETER_VALUE.PATTERN]",
    ),
    "product_one": ("boolean", "product = 1", "cannot be computed: [CAST_INVALID_INPUT]"),
    "person": ("boolean", "cpf is not null", "cannot be computed: [UNRESOLVED_COLUMN"),
}
KEYS = {
    "product": ("string", "upper(product)", None),
    "month": ("date", "date_trunc('MONTH', returned_on)", "is a timestamp, and the column a date"),
    "age": ("date", "returned_on - date'2026-01-01'", "is a interval day, and the column a date"),
    "late": ("boolean", "opened_late", "cannot be computed: [UNRESOLVED_COLUMN"),
}
MEASURES = {
    "returns": ("integer", "count(*)", None),
    "opened": ("integer", "count_if(opened_or_not)", None),
    "share": ("number", "opened / returns", None),
    "twice": ("number", "share * 2", None),
    "pieces": ("integer", "sum(quantity) / 1", "is a double, and the column a integer"),
    "rounded": ("integer", "sum(ceil(quantity * 0.5))", None),
    "unknown": ("integer", "max(pieces_back)", "cannot be computed: [UNRESOLVED_COLUMN"),
    "sign": ("integer", "sign(returns)", "is a double, and the column a integer"),
    "missing": ("number", "returns / refunds", "cannot be computed: [UNRESOLVED_COLUMN"),
}

Logic = dict[str, tuple[str, str, str | None]]


def _properties(logic: Logic, **words: Any) -> list[dict[str, Any]]:
    return [
        {"name": name, "logicalType": logical_type, "transformLogic": sql, **words}
        for name, (logical_type, sql, _) in logic.items()
    ]


def _contract(silver: Logic, keys: Logic, measures: Logic) -> Contract:
    """The shipped returns with other logic, which nobody has looked at as a whole before."""
    content = document("product_returns")
    dataset, _, _ = content["schema"]
    dataset["properties"] = dataset["properties"][:-1] + _properties(silver)
    columns = _properties(keys, primaryKey=True) + _properties(measures)
    content["schema"] = [dataset, {"name": "summary", "properties": columns}]
    return Contract.model_validate(content)


def _problems(spark: SparkSession, contract: Contract) -> dict[str, str]:
    with pytest.raises(MisconfiguredError) as caught:
        check_logic(spark, contract)
    return dict(line.split(": ", 1) for line in str(caught.value).splitlines())


@pytest.fixture(scope="module")
def problems(spark: SparkSession) -> dict[str, str]:
    """What is told of each column: one look at a contract that has all of them."""
    return _problems(spark, _contract(SILVER, KEYS, MEASURES))


@pytest.mark.parametrize(
    ("table", "column", "logic", "reason"),
    [
        (table, name, sql, reason)
        for table, logic in (("product_returns", SILVER), ("summary", KEYS), ("summary", MEASURES))
        for name, (_, sql, reason) in logic.items()
    ],
)
def test_each_column_that_cannot_be_computed_or_is_of_another_type_is_told(
    problems: dict[str, str], table: str, column: str, logic: str, reason: str | None
) -> None:
    told = problems.get(f"{table}.{column}")
    assert told is None if reason is None else told is not None and told.startswith(f"transformLogic {logic} {reason}")


def test_a_number_that_is_too_large_for_its_column_is_no_matter_of_logic(spark: SparkSession) -> None:
    keys: Logic = {"product": ("string", "product", None)}
    large: Logic = {"large": ("integer", "sum(quantity) * 9000000000000000000 * 9", None)}
    check_logic(spark, _contract({}, keys, large))


def _kinds(row: DataFrame, logic: list[str]) -> dict[str, str]:
    """What Spark takes each of the logic for, in the words of contracts; a rounded decimal is a whole number."""
    values = [sf.expr(parse_expression(sql).sql(DIALECT)).alias(str(place)) for place, sql in enumerate(logic)]
    names = {"int": "integer", "bigint": "integer", "smallint": "integer", "tinyint": "integer"}
    found = [field.dataType.simpleString() for field in row.select(*values).schema.fields]
    whole = ["integer" if re.fullmatch(r"decimal\(\d+,0\)", name) else name for name in found]
    return {sql: names.get(name, name).partition("(")[0] for sql, name in zip(logic, whole, strict=True)}


@pytest.mark.parametrize("logic", [SCALARS, AGGREGATES], ids=["scalars", "aggregates"])
def test_what_the_reader_takes_logic_for_is_what_spark_makes_of_it(spark: SparkSession, logic: list[str]) -> None:
    row = spark.range(1).select(*(sf.expr(f"cast(null as {type_})").alias(name) for name, type_ in TYPES.items()))
    assert _kinds(row, logic) == {sql: str(kind_of(parse_expression(sql), TYPES)) for sql in logic}
