from __future__ import annotations

from typing import Any

import pytest

from contracts.columns import Column
from contracts.contract import Contract
from contracts.tables import GoldTable
from infra_cdktf.gold_page import gold_page, is_time_like
from infra_cdktf.measure_totals import ratios, totals
from tests.infra_cdktf.conftest import Synthesis
from tests.infra_cdktf.plan import Plan, texts

pytestmark = pytest.mark.infra


def column(name: str, logic: str, logical_type: str = "integer", key: int = 0) -> Column:
    return Column(
        name=name,
        logical_type=logical_type,
        transform_logic=logic,
        primary_key=bool(key),
        primary_key_position=key or -1,
    )


def table(*columns: Column) -> GoldTable:
    return GoldTable(name="shelves", columns=columns)


def widgets(gold_table: GoldTable) -> list[tuple[str, ...]]:
    """Type and encoded fields of each widget, then what it computes."""
    (page,) = pages(gold_table)
    return [
        (
            entry["widget"]["spec"]["widgetType"],
            *(e["fieldName"] for e in entry["widget"]["spec"]["encodings"].values() if e["fieldName"] != "_value"),
            next(f["expression"] for f in fields(entry) if f["name"] == "_value"),
        )
        for entry in page["layout"]
    ]


def pages(gold_table: GoldTable) -> list[dict[str, Any]]:
    found: Any = gold_page("shop", gold_table)["pages"]
    return list(found)


def fields(entry: dict[str, Any]) -> list[dict[str, str]]:
    return list(entry["widget"]["queries"][0]["query"]["fields"])


FRESHNESS = ("counter", "MAX(`hours_since_change`)")
COUNT, SUM = column("n", "count(*)"), column("total", "sum(number)")


def test_each_gold_table_has_a_dashboard_of_its_own(plan: Plan, environment: str, contract: Contract) -> None:
    titles = [one["display_name"] for one in plan.all("databricks_dashboard", of=f"-{environment}-pipelines")]
    for gold_table in contract.gold_tables:
        title = gold_table.business_name or gold_table.name.replace("_", " ")
        assert titles.count(f"{title} ({environment})") == 1


def test_dashboards_show_viewers_what_their_own_grants_allow(
    plan: Plan, environment: str, synthesis: Synthesis
) -> None:
    stack = f"datamaster-{environment}-pipelines"
    dashboards = plan.all("databricks_dashboard", of=stack)
    assert len(dashboards) == sum(len(contract.gold_tables) for contract in synthesis.contracts.datasets)
    assert {one["embed_credentials"] for one in dashboards} == {False}
    permissions = [one for one in plan.all("databricks_permissions", of=stack) if "dashboard_id" in one.body]
    opened = [plan.origin(stack, one["dashboard_id"]).address for one in permissions]
    assert sorted(opened) == sorted(one.address for one in dashboards)
    for one in permissions:
        viewers = {
            plan.origin(stack, entry["group_name"])["display_name"].split("-", 2)[2]: entry["permission_level"]
            for entry in one["access_control"]
        }
        assert viewers == dict.fromkeys(("data_scientists", "data_analysts", "data_admins"), "CAN_READ")


def test_dashboards_ask_only_for_columns_of_their_table(contract: Contract) -> None:
    for gold_table in contract.gold_tables:
        document: Any = gold_page("shop", gold_table)
        datasets = {dataset["name"]: dataset["queryLines"][0] for dataset in document["datasets"]}
        assert datasets["rows"] == f"SELECT * FROM shop.gold.{gold_table.name}"
        known = {one.name for one in gold_table.columns} | {"hours_since_change"}
        quoted = {part for text in texts(document["pages"]) for part in text.split("`")[1::2]}
        assert quoted <= known


def test_widgets_show_fields_that_their_queries_select_and_stand_apart(contract: Contract) -> None:
    for gold_table in contract.gold_tables:
        (page,) = pages(gold_table)
        names = [entry["widget"]["name"] for entry in page["layout"]]
        assert len(names) == len(set(names))
        cells: set[tuple[int, int]] = set()
        for entry in page["layout"]:
            encodings = entry["widget"]["spec"]["encodings"].values()
            assert {one["fieldName"] for one in encodings} <= {field["name"] for field in fields(entry)}
            place = entry["position"]
            own = {
                (x, y)
                for x in range(place["x"], place["x"] + place["width"])
                for y in range(place["y"], place["y"] + place["height"])
            }
            assert not own & cells, f"{entry['widget']['name']} overlaps another widget"
            assert max(x for x, _ in own) < 6
            cells |= own


def test_sales_are_shown_by_month_and_store(synthesis: Synthesis) -> None:
    (sales,) = synthesis.contracts.dataset("customer_purchases").gold_tables
    purchases, revenue = "SUM(`total_purchases`)", "SUM(`total_revenue`)"
    assert widgets(sales) == [
        ("counter", purchases),
        ("counter", revenue),
        FRESHNESS,
        ("line", "purchase_month", "store_location", purchases),
        ("line", "purchase_month", "store_location", revenue),
        ("bar", "store_location", purchases),
        ("bar", "store_location", revenue),
        ("bar", "store_location", f"{revenue} / NULLIF({purchases}, 0)"),
    ]
    assert [entry["widget"]["spec"]["frame"]["title"] for entry in pages(sales)[0]["layout"]] == [
        "Purchases",
        "Revenue (BRL)",
        "Hours since the table changed",
        "Purchases by Month",
        "Revenue (BRL) by Month",
        "Purchases by Store",
        "Revenue (BRL) by Store",
        "Average purchase (BRL) by Store",
    ]


@pytest.mark.parametrize(
    ("logic", "total"),
    [
        ("count(*)", "SUM(`m`)"),
        ("count(number)", "SUM(`m`)"),
        ("count_if(flag)", "SUM(`m`)"),
        ("(sum(number))", "SUM(`m`)"),
        ("sum(number) filter (where flag)", "SUM(`m`)"),
        ("coalesce(sum(number) filter (where flag), 0)", "SUM(`m`)"),
        ("min(number)", "MIN(`m`)"),
        ("max(number)", "MAX(`m`)"),
        ("coalesce(sum(number), 1)", None),
        ("coalesce(min(number), 0)", None),
        ("count(distinct number)", None),
        ("sum(distinct number)", None),
        ("avg(number)", None),
        ("sum(number) / count(*)", None),
        ("round(sum(number), 1)", None),
        ("bool_or(flag)", None),
    ],
)
def test_measures_are_totalled_by_what_they_are(logic: str, total: str | None) -> None:
    found = totals(table(column("k", "number", key=1), column("m", logic)))
    assert [one.sql for one in found] == ([total] if total else [])


@pytest.mark.parametrize(
    ("logic", "ratio"),
    [
        ("total / n", "SUM(`total`) / NULLIF(SUM(`n`), 0)"),
        ("(100 * total / n)", "100 * SUM(`total`) / NULLIF(SUM(`n`), 0)"),
        ("total / lowest", "SUM(`total`) / NULLIF(MIN(`lowest`), 0)"),
        ("total / middle", None),
        ("total - n", None),
    ],
)
def test_a_ratio_is_totalled_as_the_ratio_of_totals(logic: str, ratio: str | None) -> None:
    measures = (SUM, COUNT, column("lowest", "min(number)"), column("middle", "avg(number)"))
    found = ratios(table(column("k", "number", key=1), *measures, column("r", logic, "number")))
    assert [one.sql for one in found] == ([ratio] if ratio else [])


@pytest.mark.parametrize(
    ("logic", "logical_type", "time_like"),
    [
        ("day", "date", True),
        ("moment", "timestamp", True),
        ("date_format(day, 'yyyy-MM')", "string", True),
        ("trunc(day, 'MM')", "date", True),
        ("date_trunc('month', moment)", "timestamp", True),
        ("year(day)", "integer", True),
        ("concat(year(day), '-Q', quarter(day))", "string", True),
        ("coalesce(date_format(day, 'yyyy'), 'never')", "string", True),
        ("case when year(day) > 2020 then 'new' else 'old' end", "string", False),
        ("number", "integer", False),
        ("flag", "boolean", False),
        ("upper(name)", "string", False),
    ],
)
def test_a_key_is_time_like_by_its_type_or_what_computes_it(logic: str, logical_type: str, *, time_like: bool) -> None:
    assert is_time_like(column("k", logic, logical_type, key=1)) is time_like


def test_a_time_key_alone_is_a_line_and_its_ratio_too() -> None:
    by_day = table(column("day", "day", "date", key=1), SUM, COUNT, column("r", "total / n", "number"))
    ratio = "SUM(`total`) / NULLIF(SUM(`n`), 0)"
    lines = [("line", "day", expression) for expression in ("SUM(`total`)", "SUM(`n`)", ratio)]
    assert widgets(by_day)[3:] == lines
    (page,) = pages(by_day)
    assert page["layout"][3]["widget"]["spec"]["encodings"]["x"]["scale"] == {"type": "temporal"}


def test_a_second_time_key_colours_where_there_is_no_other() -> None:
    keys = (column("y", "year(day)", key=1), column("m", "month(day)", key=2))
    assert widgets(table(*keys, COUNT))[2:] == [("line", "y", "m", "SUM(`n`)")]


@pytest.mark.parametrize(("logic", "logical_type"), [("flag", "boolean"), ("number", "integer")])
def test_any_key_that_is_no_time_makes_bars(logic: str, logical_type: str) -> None:
    assert widgets(table(column("k", logic, logical_type, key=1), COUNT))[2:] == [("bar", "k", "SUM(`n`)")]


def test_a_measure_that_is_no_number_is_counted_and_not_drawn() -> None:
    last = column("last", "max(day)", "date")
    shown = widgets(table(column("k", "number", key=1), last))
    assert shown == [("counter", "MAX(`last`)"), FRESHNESS]


def test_without_anything_to_total_there_is_freshness_alone() -> None:
    middle = column("middle", "avg(number)", "number")
    assert widgets(table(column("day", "day", "date", key=1), middle)) == [FRESHNESS]
