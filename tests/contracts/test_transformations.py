"""A computed column is read with what it reads, in an order in which it can be computed, of the type of its logic."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.columns import Column
from contracts.contract import Contract
from contracts.expressions import Mismatch, kind_of, parse_expression
from contracts.logical_types import LogicalType
from contracts.problems import ContractError
from contracts.reader import read_contract
from contracts.sql_types import fits
from contracts.tables import DatasetTable
from contracts.transformations import (
    aggregated,
    declared_scale,
    derived_measures,
    in_order,
    inexact_sums,
    silver_types,
)
from tests.contracts.documents import Document, document, written


def _computed(name: str, logic: str, logical_type: str = "number", **words: object) -> Document:
    return {"name": name, "logicalType": logical_type, "transformLogic": logic, **words}


def _read(tmp_path: Path, *, silver: tuple[Document, ...] = (), gold: tuple[Document, ...] = ()) -> Contract:
    """The shipped returns, with further columns in silver, and a gold table of these measures alone."""
    content = document("product_returns")
    dataset = content["schema"][0]
    dataset["properties"] += silver
    key = _computed("product", "product", "string", primaryKey=True)
    content["schema"] = [dataset, {"name": "by_product", "properties": [key, *gold]}]
    return read_contract(written(tmp_path, content))


def _problems(tmp_path: Path, **columns: tuple[Document, ...]) -> dict[str, str]:
    with pytest.raises(ContractError) as caught:
        _read(tmp_path, **columns)
    return {problem.path: problem.reason for problem in caught.value.problems}


RETURNS = _computed("returns", "count(*)", "integer")


def test_measures_are_aggregates_or_computed_from_measures_that_stand_anywhere(tmp_path: Path) -> None:
    pieces = _computed("pieces", "coalesce(sum(quantity), 0)", "integer")
    twice, once = _computed("twice", "once * 2"), _computed("once", "pieces / returns")
    (table,) = _read(tmp_path, gold=(twice, once, RETURNS, pieces)).gold_tables
    assert table.key == ("product",)
    assert [column.name for column in aggregated(table)] == ["returns", "pieces"]
    assert [column.name for column in derived_measures(table)] == ["once", "twice"]


def test_measures_that_read_each_other_are_told(tmp_path: Path) -> None:
    problems = _problems(tmp_path, gold=(_computed("one", "two + 1"), RETURNS, _computed("two", "one + 1")))
    assert list(problems) == [f"schema[1].properties[{place}].transformLogic" for place in (1, 3)]
    assert all("reads itself in a circle: " in reason for reason in problems.values())


def test_a_measure_of_measures_reads_no_column_of_silver(tmp_path: Path) -> None:
    problems = _problems(tmp_path, gold=(RETURNS, _computed("share", "returns / quantity")))
    assert problems == {"schema[1].properties[2].transformLogic": "reads the unknown measure quantity"}


def test_silver_derives_columns_from_its_others_by_the_names_that_it_gives_them(tmp_path: Path) -> None:
    told = _computed("told", "known and reason is not null", "boolean")
    known = _computed("known", "cpf_masked is not null", "boolean")
    contract = _read(tmp_path, silver=(told, known), gold=(_computed("told", "count_if(told)", "integer"),))
    names = [column.name for column in in_order(contract.table.derived_columns)]
    assert sorted(names) == ["known", "resellable", "told"]
    assert names.index("known") < names.index("told")
    assert not {"known", "resellable", "told"} & set(contract.column_names)


@pytest.mark.parametrize(
    ("logic", "reason"),
    [
        ("cpf is not null", "reads the unknown column cpf"),
        ("not late", "reads itself in a circle"),
        ("count(*) > 1", "is an aggregate: a column of silver is computed from its own row"),
    ],
)
def test_silver_derives_from_a_rows_other_columns_alone(tmp_path: Path, logic: str, reason: str) -> None:
    place = len(document("product_returns")["schema"][0]["properties"])
    problems = _problems(tmp_path, silver=(_computed("late", logic, "boolean"),), gold=(RETURNS,))
    assert reason in problems[f"schema[0].properties[{place}].transformLogic"]


@given(st.permutations(range(7)))
def test_each_column_comes_after_those_that_it_reads(places: list[int]) -> None:
    logic = ("count(*)", "c0 + 1", "c0 * c1", "c1", "c2 - c3", "7", "c5 + c4 + c0")
    columns = [Column.model_validate(_computed(f"c{place}", sql)) for place, sql in enumerate(logic)]
    ordered = [column.name for column in in_order(columns[place] for place in places)]
    assert sorted(ordered) == [column.name for column in columns]
    for before, after in (("c0", "c1"), ("c1", "c2"), ("c1", "c3"), ("c2", "c4"), ("c3", "c4"), ("c5", "c6")):
        assert ordered.index(before) < ordered.index(after)


SILVER = DatasetTable.model_validate(
    {
        "name": "sales",
        "properties": [
            {"name": name, "logicalType": logical_type, "classification": "internal", **words}
            for name, logical_type, words in (
                ("word", "string", {}),
                ("pieces", "integer", {"physicalType": "int"}),
                ("amount", "number", {"logicalTypeOptions": {"multipleOf": 0.01}}),
                ("weight", "number", {}),
                ("price", "number", {"physicalType": "decimal(14,2)"}),
                ("day", "date", {}),
                ("at", "timestamp", {}),
                ("paid", "boolean", {}),
            )
        ],
    }
)
TYPES = silver_types(SILVER)

SUMS: list[tuple[str, dict[str, object], dict[str, int | None]]] = [
    ("sum(pieces) + avg(pieces * 2)", {}, {}),
    ("sum(price) + avg(price * pieces)", {}, {}),
    ("sum(cast(weight as decimal(12,3)))", {}, {}),
    ("count(weight) + count(distinct weight)", {}, {}),
    ("max(weight) - min(amount)", {}, {}),
    ("sum(amount)", {}, {"amount": 2}),
    ("avg(amount) filter (where paid)", {}, {"amount": 2}),
    ("sum(distinct amount)", {}, {"amount": 2}),
    ("sum(weight)", {}, {"weight": None}),
    ("sum(weight)", {"logicalTypeOptions": {"multipleOf": 0.001}}, {"weight": 3}),
    ("sum(weight)", {"physicalType": "decimal(20,3)"}, {"weight": 3}),
    ("sum(amount)", {"physicalType": "decimal(14,0)"}, {"amount": 2}),
    ("cast(sum(weight) as bigint)", {"logicalType": "integer"}, {"weight": None}),
    ("sum(amount * pieces)", {}, {"amount * pieces": None}),
    ("sum(amount * pieces)", {"logicalTypeOptions": {"multipleOf": 0.01}}, {"amount * pieces": 2}),
    ("sum(if(paid, amount, 0)) / sum(amount)", {}, {"IF(paid, amount, 0)": None, "amount": 2}),
    ("avg(pieces / 3)", {}, {"pieces / 3": None}),
    ("sum(price + weight)", {}, {"price + weight": None}),
    ("sum(if(paid, price, weight))", {"physicalType": "decimal(14,2)"}, {"IF(paid, price, weight)": 2}),
    ("sum(pieces * 0.5) + sum(ceil(price))", {}, {}),
]


@pytest.mark.parametrize(("logic", "words", "scales"), SUMS)
def test_doubles_are_added_up_with_the_decimals_that_are_declared(
    logic: str, words: dict[str, object], scales: dict[str, int | None]
) -> None:
    measure = Column.model_validate(_computed("measure", logic, **words))
    values = inexact_sums(measure.expression, TYPES)
    assert {value.sql("spark"): declared_scale(value, measure, SILVER) for value in values} == scales


STRING, INTEGER, NUMBER, BOOLEAN, DATE, TIMESTAMP = (
    {LogicalType.STRING},
    {LogicalType.INTEGER, LogicalType.NUMBER},
    {LogicalType.NUMBER},
    {LogicalType.BOOLEAN},
    {LogicalType.DATE},
    {LogicalType.TIMESTAMP},
)
FITTING: dict[str, set[LogicalType]] = {
    "upper(word) || date_format(day, 'yyyy')": STRING,
    "case when paid then 'yes' else word end": STRING,
    "count(*)": INTEGER,
    "sum(pieces) - 2 * max(pieces)": INTEGER,
    "year(day) * 100 + length(word)": INTEGER,
    "datediff(day, at)": INTEGER,
    "if(paid, pieces, null)": INTEGER,
    "round(sum(pieces))": INTEGER,
    "pieces / 2": NUMBER,
    "avg(pieces)": NUMBER,
    "sum(price)": NUMBER,
    "coalesce(weight, 0) * pieces": NUMBER,
    "not paid or amount > 1000": BOOLEAN,
    "word in ('a', 'b')": BOOLEAN,
    "bool_and(paid)": BOOLEAN,
    "day + interval 1 day": DATE,
    "trunc(day, 'WEEK')": DATE,
    "trunc(at, 'MM')": DATE,
    "max(cast(at as date))": DATE,
    "min(at)": TIMESTAMP,
    "cast(day as timestamp)": TIMESTAMP,
    "null": set(LogicalType),
    "day + interval 30 days": DATE,
    "day - interval 2 weeks": DATE,
    "day + interval 2 hours": TIMESTAMP,
    "at - interval 1 day": TIMESTAMP,
    "day + 7": DATE,
    "date_trunc('week', day)": TIMESTAMP,
    "sum(ceil(price))": INTEGER,
    "try_add(pieces, 1)": INTEGER,
    "sum(pieces * 0.5)": NUMBER,
    "price + weight": NUMBER,
    "day > '2026-01-31' and at < '2026-01-31 12:00:00'": BOOLEAN,
    "coalesce(day, at)": TIMESTAMP,
    "extract(second from at)": NUMBER,
    "extract(month from at)": INTEGER,
    "weekday(day)": INTEGER,
    "isnull(word)": BOOLEAN,
    "nvl2(word, 1, 2)": INTEGER,
    "median(pieces)": NUMBER,
    "concat(word, pieces, day)": STRING,
    "count(distinct word, day)": INTEGER,
    "sum(pieces) filter (where paid)": INTEGER,
}

MISTAKEN = {
    "pieces in (1, 'x')": "pieces IN (1, 'x') takes integer and string together: cast one of them",
    "word = 5": "word = 5 takes integer and string together: cast one of them",
    "if(word = 'a', true, pieces > 5) and word > 5": "word > 5 takes integer and string together",
    "case when pieces = 1 then 1 when word = 5 then 2 else 3 end": "word = 5 takes integer and string together",
    "if(pieces, 1, 2)": "IF(pieces, 1, 2) takes a condition that is no boolean: compare it with something",
    "if(paid, 1, 'no')": "IF(paid, 1, 'no') takes integer and string together",
    "coalesce(word, 0)": "COALESCE(word, 0) takes integer and string together",
    "avg(word)": "AVG(word) takes integer or decimal or double, and not string: cast it",
    "year(pieces)": "takes date or timestamp",
    "md5(pieces)": "MD5(pieces) takes string, and not integer: cast it",
    "sum(pieces) filter (where pieces)": "takes boolean, and not integer",
    "day - day": "day - day takes integer or decimal or double, and not date: cast it",
    "at - at": "takes integer or decimal or double, and not timestamp",
    "day > 'yesterday-ish'": "takes date and string together",
    "day > date '2025-13-45'": "reads '2025-13-45' as a date, which it is not",
    "cast(paid as date)": "casts boolean to date, which Spark does not",
    "cast(weight as decimal(50, 2))": "casts to a decimal of more than 38 digits",
    "cast(word as array<string>)": "casts to array<string>, which no column can be",
    "not pieces": "NOT pieces takes boolean, and not integer: cast it",
}


@pytest.mark.parametrize(("logic", "reason"), MISTAKEN.items())
def test_a_part_that_would_fail_for_some_row_is_told(logic: str, reason: str) -> None:
    with pytest.raises(Mismatch) as caught:
        kind_of(parse_expression(logic), TYPES)
    assert reason in str(caught.value)


@pytest.mark.parametrize(("logic", "fitting"), FITTING.items())
def test_logic_fits_columns_of_its_own_type_and_whole_numbers_fit_numbers(
    logic: str, fitting: set[LogicalType]
) -> None:
    found = kind_of(parse_expression(logic), TYPES)
    assert {logical_type for logical_type in LogicalType if fits(found, logical_type)} == fitting
