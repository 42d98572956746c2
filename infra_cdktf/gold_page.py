"""What a dashboard shows of any gold table: totals, freshness, and measures along its key, as far as it has such."""

from __future__ import annotations

from sqlglot import exp

from contracts.columns import Column
from contracts.lake_terms import Layer
from contracts.logical_types import LogicalType
from contracts.tables import GoldTable
from infra_cdktf.dashboard_layout import Axis, Shown, Widget, bar_chart, counter, dataset, line_chart, page
from infra_cdktf.measure_totals import MeasureTotal, ratios, totals

MOST_MEASURES = 2
"""How many measures, and how many ratios, a dashboard shows: the contract's first ones."""
ROWS, FRESHNESS = "rows", "freshness"
_POINTS_IN_TIME = (LogicalType.DATE, LogicalType.TIMESTAMP)
_NUMBERS = (LogicalType.INTEGER, LogicalType.NUMBER)
_TIME_FUNCTIONS = (
    *(exp.TimeToStr, exp.DateTrunc, exp.TimestampTrunc, exp.TsOrDsToDate, exp.Date, exp.LastDay, exp.Extract),
    *(exp.DateAdd, exp.DateSub, exp.TsOrDsAdd, exp.AddMonths, exp.Year, exp.Quarter, exp.Month),
    *(exp.Week, exp.WeekOfYear, exp.Day, exp.DayOfMonth, exp.DayOfWeek, exp.DayOfYear),
    *(exp.Hour, exp.Minute, exp.Second),
)


def gold_page(catalog: str, table: GoldTable) -> dict[str, object]:
    """The dashboard's definition (an `.lvdash.json` document).

    Args:
        catalog: holds the table, in its schema of the gold layer.
        table: what is shown of it follows from its key and measures.
    """
    rows = f"SELECT * FROM {catalog}.{Layer.GOLD}.{table.name}"  # noqa: S608 (names from the contract)
    freshness = (
        f"SELECT timestampdiff(HOUR, last_altered, current_timestamp()) AS hours_since_change "  # noqa: S608
        f"FROM {catalog}.information_schema.tables "
        f"WHERE table_schema = '{Layer.GOLD}' AND table_name = '{table.name}'"
    )
    return {
        "datasets": [dataset(ROWS, label(table), rows), dataset(FRESHNESS, "Freshness", freshness)],
        "pages": [page(table.name, label(table), _counters(table), _charts(table))],
    }


def label(named: Column | GoldTable) -> str:
    """What people call the column or table."""
    return named.business_name or named.name.replace("_", " ")


def is_time_like(key: Column) -> bool:
    """Whether the key's values follow each other in time: it is a date, or computed by a function of dates.

    A function whose value is only compared leaves no time in the key, as in `year(day) > 2020`.
    """
    found = key.expression.find_all(*_TIME_FUNCTIONS)
    return key.logical_type in _POINTS_IN_TIME or any(one.find_ancestor(exp.Predicate) is None for one in found)


def _counters(table: GoldTable) -> list[Widget]:
    counted = [
        Shown(f"total-{total.measure.name}", label(total.measure), ROWS, total.sql)
        for total in totals(table)[:MOST_MEASURES]
    ]
    freshness = Shown(FRESHNESS, "Hours since the table changed", FRESHNESS, "MAX(`hours_since_change`)")
    return [counter(shown) for shown in (*counted, freshness)]


def _charts(table: GoldTable) -> list[Widget]:
    """Measures by time and by category; ratios by category, or by time where there is none."""
    numbers = [total for total in totals(table) if total.measure.logical_type in _NUMBERS][:MOST_MEASURES]
    times = [key for key in table.key_columns if is_time_like(key)]
    categories = [key for key in table.key_columns if key not in times]
    lines, bars = numbers, [*numbers, *ratios(table)[:MOST_MEASURES]]
    if not categories:
        lines, bars = bars, []
    return [
        *(_line(total, times[0], [*categories, *times[1:]]) for total in lines if times),
        *(_bar(total, categories[0]) for total in bars),
    ]


def _line(total: MeasureTotal, time: Column, others: list[Column]) -> Widget:
    axis = Axis(time.name, is_point_in_time=time.logical_type in _POINTS_IN_TIME)
    return line_chart(_along(total, time), axis, others[0].name if others else None)


def _bar(total: MeasureTotal, category: Column) -> Widget:
    return bar_chart(_along(total, category), Axis(category.name))


def _along(total: MeasureTotal, key: Column) -> Shown:
    name = f"{total.measure.name}-by-{key.name}"
    return Shown(name, f"{label(total.measure)} by {label(key)}", ROWS, total.sql)
