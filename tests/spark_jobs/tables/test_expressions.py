"""A contract's logic means what Spark takes it to mean, except that no row is an error and that sums are exact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as sf

from contracts.columns import Column
from contracts.tables import DatasetTable
from spark_jobs.tables.expressions import aggregate, of_its_type, scalar
from tests.spark_jobs.frames import frame

pytestmark = pytest.mark.spark

CENTS = {"logicalTypeOptions": {"multipleOf": 0.01}}
COLUMNS: list[tuple[str, str, dict[str, Any]]] = [
    ("word", "string", {}),
    ("pieces", "integer", {"physicalType": "int"}),
    ("large", "integer", {}),
    ("amount", "number", CENTS),
    ("price", "number", {"physicalType": "decimal(14,2)"}),
    ("day", "date", {}),
    ("at", "timestamp", {}),
    ("paid", "boolean", {}),
]
SALES = DatasetTable.model_validate(
    {
        "name": "sales",
        "properties": [
            {"name": name, "logicalType": type_, "classification": "internal", **words}
            for name, type_, words in COLUMNS
        ],
    }
)
SCHEMA = ", ".join(f"{column.name} {column.spark_type}" for column in SALES.columns)


def _sales(spark: SparkSession, *rows: Sequence[object]) -> DataFrame:
    """Sales of which the first columns have these values, and the others none."""
    return frame(spark, [(*row, *[None] * (len(COLUMNS) - len(row))) for row in rows], SCHEMA)


def _column(logic: str, type_: str = "number", **words: Any) -> Column:
    return Column.model_validate({"name": "it", "logicalType": type_, "transformLogic": logic, **words})


PLAIN = [
    "pieces + large * 2 - amount / 4",
    "(pieces - (large - 1)) * -pieces",
    "large div 2 + large % 3",
    "word || '-' || pieces",
    "concat_ws('/', word, pieces, day)",
    "case when paid then 'yes' when not paid then 'no' else 'unknown' end",
    "case word when 'abc' then 1 when 'Água' then 2 end",
    "if(paid and amount > 1, pieces, 0)",
    "word <=> null or paid is distinct from true",
    "pieces not in (1, 2) and amount between 0.5 and 2",
    "word like 'a%' or word ilike 'ág_a' or word rlike '^[a-c]+$'",
    "coalesce(nullif(word, 'abc'), nvl(null, 'x'), 'y')",
    "nvl2(word, greatest(pieces, 2), least(pieces, 2))",
    "abs(amount) + sign(pieces) + power(pieces, 2) + round(amount, 1) + ceil(price) + floor(amount)",
    "upper(trim('a' from word)) || lpad(pieces, 3, '0') || left(word, 2) || substring(word, -2)",
    "regexp_extract(word, '([b-z]+)', 1) || regexp_replace(word, '[a-c]', '.') || translate(word, 'ab', 'ba')",
    "length(word) + locate('c', word) + instr(word, 'b')",
    "initcap(replace(word, 'bc', ' bc')) || reverse(word) || md5(word)",
    "startswith(word, 'a') or endswith(word, 'a') or contains(word, 'b') or isnull(word)",
    "'it\\'s a \\\\ and\\ta tab'",
    "date_format(day, \"yyyy 'de' MMMM 'T'Q\")",
    "date_format(at, 'dd/MM/yy HH:mm:ss.SSS')",
    "trunc(day, 'WEEK') <> trunc(at, 'MM')",
    "date_trunc('QUARTER', at)",
    "date_add(day, pieces) - interval 1 month",
    "date_sub(day, pieces + 1)",
    "datediff(date'2026-12-31', day) + datediff(at, day)",
    "datediff(hour, day, at) + datediff(day, at, day)",
    "add_months(last_day(day), 1)",
    "months_between(day, date'2025-03-15')",
    "year(day) * 10000 + month(day) * 100 + day(day) + quarter(day) + weekofyear(day)",
    "dayofweek(day) + dayofyear(day) + hour(at) + minute(at) + second(at)",
    "extract(week from day) + extract(dow from day)",
    "at + interval 90 minutes",
    "timestampdiff(hour, day, at)",
    "cast(day as timestamp) < at",
    "cast(date_format(day, 'yyyyMM') as int)",
    "cast(amount * 100 as bigint) / 100",
    "boolean(pieces) and at >= timestamp'2026-01-31 00:00:00'",
]


@pytest.fixture(scope="module")
def meanings(spark: SparkSession) -> list[tuple[list[object], list[object]]]:
    """Of each plain text what Spark makes of it, and what is made of it here, in every row: one query for all."""
    at = datetime(2026, 1, 31, 15, 34, 56, 789_000, tzinfo=UTC)
    rows = _sales(
        spark,
        ("abc", 3, 7, 1.25, Decimal("12.34"), date(2026, 1, 31), at, True),
        ("Água", -7, -9, -0.5, Decimal("-0.05"), date(2024, 2, 29), at.replace(year=2024), False),
        (),
    )
    here = [scalar(_column(logic)).alias(f"here_{number}") for number, logic in enumerate(PLAIN)]
    there = [sf.expr(logic).alias(f"there_{number}") for number, logic in enumerate(PLAIN)]
    found = rows.select(*here, *there).collect()
    return [
        ([row[f"here_{number}"] for row in found], [row[f"there_{number}"] for row in found])
        for number in range(len(PLAIN))
    ]


@pytest.mark.parametrize("number", range(len(PLAIN)), ids=lambda number: PLAIN[number])
def test_logic_means_what_spark_takes_it_to_mean(
    meanings: list[tuple[list[object], list[object]]], number: int
) -> None:
    here, there = meanings[number]
    assert here == there
    assert any(value is not None for value in there)


ERRORS: list[tuple[str, str, object]] = [
    ("amount / 0", "number", None),
    ("pieces / (large - large)", "number", None),
    ("pieces div 0", "integer", None),
    ("large % 0", "integer", None),
    ("coalesce(pieces / 0, -1)", "number", -1.0),
    ("cast(word as int)", "integer", None),
    ("cast(word as date)", "date", None),
    ("to_timestamp(word)", "timestamp", None),
    ("int(word) is null", "boolean", True),
    ("cast(large as int)", "integer", None),
    ("cast(1e300 * amount as bigint)", "integer", None),
    ("large + 1", "integer", None),
    ("-2 - large", "integer", None),
    ("large * pieces", "integer", None),
    ("pieces * 2147483647", "integer", None),
    ("price * 1e30", "number", 1.25e31),
    ("cast(price * 10 as decimal(2,1))", "number", None),
    ("at + interval 300000 year", "timestamp", None),
    ("abs(-large - 1)", "integer", None),
    ("-(-large - 1)", "integer", None),
    ("(-large - 1) div -1", "integer", None),
    ("add_months(day, 2147483647)", "date", None),
    ("abs(-pieces)", "integer", 2),
    ("-pieces div -1", "integer", 2),
    ("add_months(day, pieces)", "date", date(2026, 3, 31)),
]


@pytest.fixture(scope="module")
def errors(spark: SparkSession) -> list[object]:
    """What is made of each text that is an error in a row of ANSI SQL: one query for all."""
    row = ("abc", 2, 2**63 - 1, 1.0, Decimal("12.50"), date(2026, 1, 31), datetime(2026, 1, 31, tzinfo=UTC), True)
    columns = [_column(logic, type_) for logic, type_, _ in ERRORS]
    values = [of_its_type(scalar(column), column).alias(str(number)) for number, column in enumerate(columns)]
    (found,) = _sales(spark, row).select(*values).collect()
    return list(found)


@pytest.mark.parametrize("number", range(len(ERRORS)), ids=lambda number: ERRORS[number][0])
def test_a_value_that_would_be_an_error_is_missing(errors: list[object], number: int) -> None:
    assert errors[number] == ERRORS[number][2]


def test_a_value_that_its_column_cannot_hold_is_missing(spark: SparkSession) -> None:
    columns = [
        _column("pieces * 100000", "integer", physicalType="int"),
        _column("price", physicalType="decimal(4,2)"),
        _column("price / 3", physicalType="decimal(4,2)"),
    ]
    rows = _sales(spark, ("a", 3, 3, 1.0, Decimal("12.34")), ("b", 30000, 3, 1.0, Decimal("123.45")))
    values = [of_its_type(scalar(column), column).alias(str(number)) for number, column in enumerate(columns)]
    assert rows.select(*values).collect() == [
        (300_000, Decimal("12.34"), Decimal("4.11")),
        (None, None, Decimal("41.15")),
    ]


MEASURES: list[tuple[str, dict[str, Any], object]] = [
    ("sum(amount)", {}, 1.0),
    ("avg(amount)", {}, 0.1),
    ("sum(amount)", {"physicalType": "decimal(14,2)"}, Decimal("1.00")),
    ("sum(amount) * 3", {}, 3.0),
    ("sum(amount) - 1", {}, 0.0),
    ("sum(amount * pieces)", CENTS, 5.5),
    ("sum(if(pieces > 3, amount, -amount))", CENTS, 0.4),
    ("sum(price) + sum(amount)", {"physicalType": "decimal(14,2)"}, Decimal("2.00")),
    ("sum(amount) filter (where pieces <= 3)", {}, 0.3),
    ("avg(amount) filter (where pieces > 8)", {}, 0.1),
    ("avg(amount) filter (where word = 'none')", {}, None),
    ("coalesce(sum(amount) filter (where word = 'none'), 0)", {}, 0.0),
    ("sum(amount) / count(*) filter (where word = 'none')", {}, None),
    ("sum(distinct amount)", {}, 0.1),
    ("avg(distinct pieces)", {}, 5.5),
    ("count(distinct word)", {}, 2.0),
    ("count(distinct word, pieces)", {}, 10.0),
    ("count(distinct word) filter (where pieces = 2)", {}, 1.0),
    ("count(*) filter (where word = 'none')", {}, 0.0),
    ("count_if(pieces > 3) / count(*)", {}, 0.7),
    ("max(pieces) - min(pieces)", {}, 9.0),
    ("median(pieces) filter (where pieces < 4)", {}, 2.0),
    ("percentile(amount, 0.25)", {}, 0.1),
    ("sum(large)", {}, None),
    ("sum(pieces) / 0", {}, None),
]


@pytest.fixture(scope="module")
def measured(spark: SparkSession) -> list[object]:
    """What each measure is of ten sales of 0.10, a piece more in each: one query for all."""
    words = ["even", "odd"]
    rows = [(words[n % 2], n, 2**62, 0.1, Decimal("0.10")) for n in range(1, 11)]
    columns = [_column(logic, **words) for logic, words, _ in MEASURES]
    values = [of_its_type(aggregate(one, SALES), one).alias(str(number)) for number, one in enumerate(columns)]
    (found,) = _sales(spark, *rows).repartition(3).agg(*values).collect()
    return list(found)


@pytest.mark.parametrize("number", range(len(MEASURES)), ids=lambda number: MEASURES[number][0])
def test_a_measure_is_exact(measured: list[object], number: int) -> None:
    assert measured[number] == MEASURES[number][2]


def test_whole_numbers_are_averaged_by_their_exact_sum(spark: SparkSession) -> None:
    """Spark itself adds them up as doubles, where the first of these is no number."""
    rows = _sales(spark, ("a", 1, 2**53 + 1), ("b", 1, 1))
    average = _column("avg(large)")
    assert rows.agg(of_its_type(aggregate(average, SALES), average)).collect() == [(2.0**52 + 1,)]
