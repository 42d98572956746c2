"""What a contract demands of a whole table is counted in the table, and told where its rows do not keep it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pyspark.sql import SparkSession

from contracts.lake_terms import Layer
from contracts.tables import BaseTable, DatasetTable, GoldTable
from spark_jobs.errors import RefusedDataError
from spark_jobs.silver.set_checks import check_tables
from spark_jobs.tables.columns import TableColumn
from spark_jobs.tables.lakehouse import Table
from tests.spark_jobs.frames import table_rows
from tests.spark_jobs.lakehouse_runs import drop_schemas

pytestmark = pytest.mark.spark

Check = dict[str, Any]

COLUMNS = {"code": "string", "shop": "string", "pieces": "int", "reason": "string"}
LOGICAL_TYPES = {"string": "string", "int": "integer"}
ROWS = [
    ("A1", "Recife", 1, "broken"),
    ("A1", "Recife", 5, None),
    ("A1", "Belém", 100, None),
    ("A2", "Belém", None, "n/a"),
    (None, "Belém", None, "lost"),
    (None, "Belém", 7, "late"),
    ("a2", None, 0, "broken"),
    ("A2", None, 3, "lost"),
]


def _table(name: str, layer: Layer = Layer.SILVER) -> Table:
    return Table(
        catalog="spark_catalog",
        layer=layer,
        name=name,
        location="",
        description="",
        columns=tuple(TableColumn(column, type_, "") for column, type_ in COLUMNS.items()),
        clustering=(),
    )


VISITS, NOBODY = _table("visits"), _table("nobody", Layer.GOLD)


@pytest.fixture(scope="module", autouse=True)
def tables(spark: SparkSession) -> Iterator[None]:
    """One table with the rows, and one without any."""
    for table, rows in ((VISITS, ROWS), (NOBODY, [])):
        spark.sql(f"CREATE SCHEMA IF NOT EXISTS {table.schema_name}")
        frame = table_rows(spark, table, [dict(zip(COLUMNS, row, strict=True)) for row in rows])
        frame.write.format("delta").saveAsTable(table.full_name)
    yield
    drop_schemas(spark)


def _described(of_columns: dict[str, list[Check]], *of_table: Check, computed: bool = False, **words: Any) -> BaseTable:
    """The table as a contract describes it: with checks in `quality`, and `words` of the column `pieces`."""
    properties = [
        {
            "name": name,
            "logicalType": LOGICAL_TYPES[type_],
            "physicalType": type_,
            "quality": of_columns.get(name, []),
            **({"transformLogic": name} if computed else {"classification": "internal"}),
            **(words if name == "pieces" else {}),
        }
        for name, type_ in COLUMNS.items()
    ]
    model = GoldTable if computed else DatasetTable
    return model.model_validate({"name": "visits", "properties": properties, "quality": list(of_table)})


NULLS, MISSING, INVALID = {"metric": "nullValues"}, {"metric": "missingValues"}, {"metric": "invalidValues"}
REPEATS, PERCENT = {"metric": "duplicateValues"}, {"unit": "percent"}
OR_NOT = {"arguments": {"missingValues": ["n/a"]}}
CODE_AND_SHOP = {"arguments": {"properties": ["shop", "code"]}}

CASES: list[tuple[str, Check, str | None]] = [
    ("", {"metric": "rowCount", "mustBe": 8}, None),
    ("", {"metric": "rowCount", "mustBeLessThan": 8}, "rowCount is 8, and it mustBeLessThan 8"),
    ("", REPEATS | CODE_AND_SHOP | {"mustBe": 1}, None),
    ("", REPEATS | CODE_AND_SHOP | {"mustBe": 0}, "duplicateValues is 1, and it mustBe 0"),
    ("code", REPEATS | {"mustBeLessOrEqualTo": 3}, None),
    ("code", REPEATS | {"mustBeLessThan": 3}, "duplicateValues is 3, and it mustBeLessThan 3"),
    ("code", REPEATS | PERCENT | {"mustBe": 0}, "duplicateValues is 37.5 percent, and it mustBe 0"),
    ("reason", NULLS | {"mustBeLessThan": 3}, None),
    ("reason", NULLS | {"mustBeLessThan": 2}, "nullValues is 2, and it mustBeLessThan 2"),
    ("reason", NULLS | PERCENT | {"mustBeLessThan": 25}, "nullValues is 25 percent, and it mustBeLessThan 25"),
    ("reason", MISSING | OR_NOT | {"mustBe": 3}, None),
    ("reason", MISSING | OR_NOT | {"mustBe": 2}, "missingValues is 3, and it mustBe 2"),
    ("pieces", NULLS | {"mustBeBetween": [3, 4]}, "nullValues is 2, and it mustBeBetween 3 and 4"),
    (
        "pieces",
        INVALID | {"mustBeLessThan": 3, "arguments": {"validValues": [1, 5, 7]}},
        "invalidValues is 3, and it mustBeLessThan 3",
    ),
    ("code", INVALID | {"mustBe": 1, "arguments": {"pattern": "^A"}}, None),
    ("code", INVALID | {"mustBe": 9, "arguments": {"pattern": "^A"}}, "invalidValues is 1, and it mustBe 9"),
]


@pytest.fixture(scope="module")
def warnings(spark: SparkSession) -> dict[str, str]:
    """What every case finds by its number, which is the name of its check: one look at the table for all."""
    warned = [check | {"name": str(number), "severity": "warning"} for number, (_, check, _) in enumerate(CASES)]
    named = [(column, check) for (column, _, _), check in zip(CASES, warned, strict=True)]
    of_columns = {name: [check for column, check in named if column == name] for name in COLUMNS}
    described = _described(of_columns, *(check for column, check in named if not column))
    return {label.split(": ")[-1]: told for label, told in check_tables(spark, [(VISITS, described)]).items()}


@pytest.mark.parametrize("number", range(len(CASES)), ids=lambda number: str(CASES[number][:2]))
def test_a_table_keeps_a_check_or_is_told_what_was_counted(warnings: dict[str, str], number: int) -> None:
    assert warnings.get(str(number)) == CASES[number][2]


def test_a_warning_is_given_back_by_table_and_label(spark: SparkSession) -> None:
    few = {"metric": "rowCount", "name": "few", "mustBeLessThan": 5, "severity": "warning"}
    once = REPEATS | CODE_AND_SHOP | {"mustBe": 0, "severity": "warning"}
    assert check_tables(spark, [(VISITS, _described({}, few, once))]) == {
        "spark_catalog.silver.visits: few": "rowCount is 8, and it mustBeLessThan 5",
        "spark_catalog.silver.visits: shop, code: duplicateValues": "duplicateValues is 1, and it mustBe 0",
    }


def test_errors_of_all_tables_are_told_by_table_check_and_count(spark: SparkSession) -> None:
    full = {"metric": "rowCount", "name": "full", "mustBeGreaterThan": 0}
    warned = NULLS | {"mustBeLessThan": 1, "severity": "warning"}
    visits = _described({"reason": [warned]}, full, unique=True)
    rare = _described({"reason": [NULLS | {"mustBeLessThan": 2}]}, full)
    with pytest.raises(RefusedDataError) as caught:
        check_tables(spark, [(VISITS, visits), (VISITS, rare), (NOBODY, visits)])
    advice = "no row was set aside for it: mend the sources or the contract"
    assert str(caught.value).splitlines() == [
        f"spark_catalog.silver.visits: reason: nullValues: nullValues is 2, and it mustBeLessThan 2; {advice}",
        f"spark_catalog.gold.nobody: full: rowCount is 0, and it mustBeGreaterThan 0; {advice}",
    ]


def test_a_table_without_rows_has_no_percent_and_repeats_nothing(spark: SparkSession) -> None:
    checks = [check | PERCENT | {"mustBe": 0} for check in (NULLS, REPEATS)]
    assert check_tables(spark, [(NOBODY, _described({"reason": checks, "code": checks}))]) == {}


def test_what_a_computed_column_must_be_is_looked_for_in_its_table(spark: SparkSession) -> None:
    demanded = _described({}, computed=True, required=True, unique=True, logicalTypeOptions={"minimum": 1})
    with pytest.raises(RefusedDataError) as caught:
        check_tables(spark, [(VISITS, demanded)])
    assert [line.split(";")[0] for line in str(caught.value).splitlines()] == [
        "spark_catalog.silver.visits: pieces: required: invalidValues is 2, and it mustBe 0",
        "spark_catalog.silver.visits: pieces: minimum: invalidValues is 1, and it mustBe 0",
    ]


def test_a_check_of_landing_is_none_of_the_table(spark: SparkSession) -> None:
    landing = NULLS | {"mustBeLessThan": 1, "customProperties": [{"property": "stage", "value": "landing"}]}
    assert check_tables(spark, [(VISITS, _described({"reason": [landing]}))]) == {}
